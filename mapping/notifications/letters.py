"""The words of the mails, in the language and time zone of the person who gets them, written when they are sent."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mail import Unwanted
from mapping.notifications.models import Kind
from mapping.notifications.permissions import can_view
from mapping.notifications.selectors import wanted_in_digest

MOST_TOLD = 40  # lines of one mail


def build(mail):
    """Return the message of a `NotificationMail`. Raises Unwanted where nothing of it waits any more."""
    person = mail.person
    if not person.is_active:
        raise Unwanted("The account was switched off.")
    with translation.override(person.language), timezone.override(person.zone):
        subject, template, context = _digest(person) if mail.digest_of else _one(mail)
        context |= {"person": person, "site": settings.BASE_URL}
        body = render_to_string(f"mapping/notifications/mail/{template}.txt", context)
    return EmailMessage(subject, body, to=[person.email], headers={"Auto-Submitted": "auto-generated"})


def _digest(person):
    rows = wanted_in_digest(person)
    if not rows:
        raise Unwanted("Nothing waits any more.")
    subject = ngettext("%(count)d thing waits for you", "%(count)d things wait for you", len(rows))
    shown = rows[:MOST_TOLD]
    groups = [(kind.label, [row for row in shown if row.kind == kind]) for kind in Kind]
    told = [(label, found) for label, found in groups if found]
    return subject % {"count": len(rows)}, "digest", {"groups": told, "more": len(rows) - len(shown)}


def _one(mail):
    row = mail.notification
    if row.settled_at or row.read_at:
        raise Unwanted("It was read or dealt with.")
    if not can_view(mail.person, row):
        raise Unwanted("The exercise is no longer this person's to see.")
    subject = {Kind.MENTION: _("%(person)s mentioned you: %(title)s"), Kind.RETURNED: _("%(title)s: returned to you")}
    told = {"person": row.actor, "title": row.title}
    return " ".join((subject[row.kind] % told).split()), "one", {"row": row}
