"""Tell people. Rooms above call `notify` in the transaction of the cause, and `settle` when it is dealt with."""

import uuid

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import work
from accounts.refusals import Refused
from mapping.notifications.models import (
    AT_ONCE,
    SETTLED_BY_READING,
    Delivery,
    Kind,
    Notification,
    NotificationMail,
    Preference,
)
from mapping.notifications.permissions import visible
from mapping.notifications.selectors import preferences

SEND_MAIL = "notifications.send_mail"
_LONGEST = Notification._meta.get_field("text").max_length
_LONGEST_TITLE = Notification._meta.get_field("title").max_length


@transaction.atomic(savepoint=False)
def notify(*, actor, people, kind, target, exercise, address, section=None, count=1, text="", cause=None):
    """Tell people of something, once a cause; nobody of what they did themselves, or turned off.

    Parameters: `target` is the row it is about, `address` where to see to it, `cause` what two writings of one cause
    share.
    """
    people = {person.pk: person for person in people if person.is_active and person.pk != actor.pk}
    if not people:
        return []
    chosen = preferences(list(people))
    cause = cause or uuid.uuid4()
    wanted = [pk for pk in people if chosen.get((pk, kind)) != Delivery.OFF]
    Notification.objects.bulk_create(
        (
            Notification(
                person_id=pk,
                kind=kind,
                exercise=exercise,
                section_key=section.key if section else "",
                title=f"{exercise.code}: {section.title if section else target}"[:_LONGEST_TITLE],
                target_type=target._meta.model_name,
                target_id=target.pk,
                count=count,
                text=_shortened(text),
                address=address,
                actor=actor,
                cause=cause,
            )
            for pk in wanted
        ),
        ignore_conflicts=True,
    )
    at_once = [pk for pk in wanted if kind in AT_ONCE and chosen.get((pk, kind)) == Delivery.AT_ONCE]
    if at_once:
        _queue_at_once(at_once, kind, cause, target)
    return wanted


def _shortened(text):
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _queue_at_once(people, kind, cause, target):
    found = Notification.objects.filter(
        person__in=people, kind=kind, cause=cause, target_type=target._meta.model_name, target_id=target.pk, mail=None
    )
    mails = [NotificationMail(person_id=row.person_id, notification=row) for row in found]
    for mail in NotificationMail.objects.bulk_create(mails):
        work.nudge(SEND_MAIL, mail.pk)


@transaction.atomic(savepoint=False)
def settle(*, actor, kinds, exercise, targets=(), section_keys=(), people=None, unless=None):
    """Note that something is dealt with: nobody is mailed about it any more.

    Parameters: `targets` are rows of one kind, `section_keys` sections; one of them is given. `people` narrows it to
    theirs. `unless` is a query about the notification as OuterRef: while it finds rows, something is left to be done.
    `actor` is who dealt with it.
    """
    found = Notification.objects.filter(settled_at=None, kind__in=kinds, exercise=exercise)
    targets, section_keys = list(targets), list(section_keys)
    if targets:
        found = found.filter(target_type=targets[0]._meta.model_name, target_id__in=[row.pk for row in targets])
    if section_keys:
        found = found.filter(section_key__in=section_keys)
    if not targets and not section_keys:
        return 0
    if people is not None:
        found = found.filter(person__in=people)
    if unless is not None:
        found = found.filter(~Exists(unless))
    return found.update(settled_at=timezone.now())


@transaction.atomic
def queue_digests(*, actor=None, days, now):
    """Queue the daily mail of each person: `{person id: the day it is there}`. Of many askings a day, one mail.

    It is nobody's act: `actor` is there for none.
    """
    known = set(NotificationMail.objects.filter(digest_of__in=set(days.values())).values_list("person_id", "digest_of"))
    NotificationMail.objects.bulk_create(
        (
            NotificationMail(person_id=person, digest_of=day, queued_at=now, not_before=now)
            for person, day in days.items()
            if (person, day) not in known
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def mark_read(*, actor, notification=None):
    """Note that a person read one notification of theirs, or all. Raises Refused for another's."""
    own = visible(actor)
    if notification is not None:
        own = own.filter(pk=notification.pk)
        if not own.exists():
            raise Refused(_("It is not yours, or no longer yours to see."))
    now = timezone.now()
    own.filter(kind__in=SETTLED_BY_READING, settled_at=None).update(settled_at=now)
    return own.filter(read_at=None).update(read_at=now)


@transaction.atomic
def choose_deliveries(*, actor, deliveries):
    """Keep how a person wants to be told: `{kind: delivery}`. Raises Refused for what is not offered."""
    for kind, delivery in deliveries.items():
        if kind not in Kind.values or delivery not in Delivery.values:
            raise Refused(_("There is no such kind, or no such way."))
        if delivery == Delivery.AT_ONCE and kind not in AT_ONCE:
            raise Refused(_("Only a mention or a return comes by mail at once."))
    for kind, delivery in deliveries.items():
        Preference.objects.update_or_create(person=actor, kind=kind, defaults={"delivery": delivery})
