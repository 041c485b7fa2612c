"""The words of the mails about an account, in the language of the person who gets them.

They are written when they are sent: links are made then, so that no secret ever lies in the database.
"""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.mail import Unsendable, Unwanted
from accounts.models import AccountMail
from accounts.selectors import invitation_token

EVENTS = {
    "password_changed": gettext_lazy("Your password was changed"),
    "password_reset": gettext_lazy("Your password was set anew"),
    "totp_activated": gettext_lazy("A second factor was set up for your account"),
    "totp_deactivated": gettext_lazy("The second factor of your account was switched off"),
    "recovery_codes_generated": gettext_lazy("New recovery codes were made for your account"),
    "second_factor_removed": gettext_lazy("The second factor of your account was removed"),
}


def build(mail):
    """Return the message of an `AccountMail`. Raises `Unwanted` or `Unsendable` (see `accounts.mail`)."""
    user = mail.user
    if not user.is_active:
        raise Unwanted("The account was switched off.")
    with translation.override(user.language), timezone.override(user.zone):
        subject, template, context = WRITERS[mail.kind](mail)
        body = render_to_string(f"accounts/mail/{template}.txt", {"person": user, "site": settings.BASE_URL} | context)
    return EmailMessage(subject, body, to=[user.email])


def _invitation(mail):
    invitation = mail.invitation
    if not invitation.is_open:
        raise Unwanted("The invitation was used or replaced, or has expired.")
    context = {
        "inviter": "" if invitation.invited_by.is_system else str(invitation.invited_by),
        "link": _address("account_invitation", token=invitation_token(invitation)),
        "expires_at": invitation.expires_at,
    }
    return _("Invitation to the migration data mapping"), "invitation", context


def _password_reset(mail):
    token = default_token_generator.make_token(mail.user)
    uid = user_pk_to_url_str(mail.user)
    context = {
        "link": _address("account_reset_password_from_key", uidb36=uid, key=token),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    return _("Set a new password"), "password_reset", context


def _notice(mail):
    if mail.event not in EVENTS:
        raise Unsendable(f"There are no words for the event “{mail.event}”.")
    what = str(EVENTS[mail.event])
    at = parse_datetime(mail.context.get("at", "")) or mail.queued_at
    return what, "notice", {"what": what, "at": at, "address": mail.context.get("address", "")}


def _address(name, **parts):
    return settings.BASE_URL + reverse(name, kwargs=parts)


WRITERS = {
    AccountMail.Kind.INVITATION: _invitation,
    AccountMail.Kind.PASSWORD_RESET: _password_reset,
    AccountMail.Kind.NOTICE: _notice,
}
