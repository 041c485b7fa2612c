"""Every change to a person's account. Who may ask for one is judged by the room that calls (see `permissions`)."""

import logging
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import letters, mail, work
from accounts.models import AccountMail, Invitation, SignIn, User
from accounts.refusals import Refused, Unchanged
from accounts.selectors import invitation_obstacle

logger = logging.getLogger(__name__)

SEND_MAIL = "accounts.send_mail"
VISIT = timedelta(minutes=30)  # what is opened within it belongs to one visit


# --- Invitations -------------------------------------------------------------


@transaction.atomic
def invite(*, actor, email, name, language="en"):
    """Create a person without a password, if need be, and queue the mail with the link that sets one.

    Whoever was invited before and has not followed the link is invited anew: the former link stops working.
    Returns the `Invitation`. Raises `Refused` if the address cannot be invited.
    """
    email = email.strip().lower()
    if obstacle := invitation_obstacle(email):
        raise Refused(obstacle)
    user, _created = User.objects.get_or_create(email=email, defaults={"password": make_password(None)})
    user = User.objects.select_for_update().get(pk=user.pk)
    user.name, user.language = name.strip(), language
    _check(user)
    user.save()
    now = timezone.now()
    user.invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=now)
    expires_at = now + timedelta(seconds=settings.INVITATION_VALID_SECONDS)
    invitation = Invitation.objects.create(user=user, invited_by=actor, expires_at=expires_at)
    queue_mail(actor=actor, user=user, kind=AccountMail.Kind.INVITATION, invitation=invitation)
    _note(actor, user, "invited")
    return invitation


@transaction.atomic
def revoke_invitation(*, actor, invitation):
    """Make the link of an open invitation stop working. Raises `Refused` if it no longer works anyway."""
    invitation = _locked_open(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    _note(actor, invitation.user, "took back the invitation of")


@transaction.atomic
def accept_invitation(*, actor, invitation, name, password):
    """Set the invited person's name and password, once. Raises `Refused` if the link no longer works."""
    invitation = _locked_open(invitation)
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    if not user.is_active or user.has_usable_password():
        raise Refused(_("This account has been set up already. Sign in with your e-mail and password."))
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    user.name = name.strip()
    user.set_password(password)
    _check(user)
    user.save()
    user.confirm_email()
    _note(actor, user, "accepted the invitation of")
    return user


def _locked_open(invitation):
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not invitation.is_open:
        raise Refused(_("This invitation no longer works: it has expired, or was used or replaced."))
    return invitation


# --- People ------------------------------------------------------------------


@transaction.atomic
def update_person(*, actor, user, name, language, time_zone, digest_hour=None):
    """Change how a person is called, in which language and time zone they read, and when their daily mail comes.

    Raises `Refused`, as do the others here, with `Unchanged` where there is nothing to change.
    """
    user = _locked(user)
    values = {"name": name.strip(), "language": language, "time_zone": time_zone}
    if digest_hour is not None:
        values["digest_hour"] = digest_hour
    return _change(actor, user, "changed the profile of", **values)


@transaction.atomic
def require_second_factor(*, actor, user, required=True):
    """Say whether a person must have a second factor; whoever has none meets its set-up page first.

    Saying it twice is no mistake: a person may coordinate several countries.
    """
    user = _locked(user)
    if user.needs_second_factor == required:
        return user
    return _change(actor, user, "changed the second factor rule of", needs_second_factor=required)


@transaction.atomic
def set_active(*, actor, user, active):
    """Switch an account on, or off with all its sessions. Raises `Refused`."""
    user = _locked(user)
    if not active:
        _keep_a_superuser(actor, user)
        _end_sessions(user)
    return _change(actor, user, "switched on or off", is_active=active)


@transaction.atomic
def set_superuser(*, actor, user, superuser):
    """Give or take all rights. Raises `Refused`."""
    user = _locked(user)
    if not superuser:
        _keep_a_superuser(actor, user)
    return _change(actor, user, "changed the rights of", is_superuser=superuser)


@transaction.atomic
def end_sessions(*, actor, user):
    """Sign a person out everywhere."""
    _end_sessions(_locked(user))
    _note(actor, user, "signed out")


@transaction.atomic
def remove_second_factor(*, actor, user):
    """Take away a lost second factor, for a person who has neither the device nor a recovery code any more."""
    user = _locked(user)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused(_("%(person)s has no second factor.") % {"person": user})
    _end_sessions(user)
    queue_mail(actor=actor, user=user, kind=AccountMail.Kind.NOTICE, event="second_factor_removed")
    _note(actor, user, "removed the second factor of")


@transaction.atomic
def erase_person(*, actor, user):
    """Delete what tells who a person was; the row stays, for the history of the data speaks of its number.

    Raises `Refused` for oneself, the last superuser and the system.
    """
    user = _locked(user)
    _keep_a_superuser(actor, user)
    _end_sessions(user)
    for model in (Authenticator, EmailAddress, SignIn, AccountMail):
        model.objects.filter(user=user).delete()
    user.invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())
    user.groups.clear()
    user.user_permissions.clear()
    number = user.pk
    user.email = f"erased-{number}@invalid.localhost"
    user.name, user.language, user.time_zone = "", "en", "UTC"
    user.is_active = user.is_staff = user.is_superuser = user.needs_second_factor = user.is_demo = False
    user.last_login = user.last_seen_at = user.seen_before_at = None
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()
    _forget_in_admin_log(user)
    _note(actor, user, "erased")
    return user


def _forget_in_admin_log(user):
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    entries.update(object_repr=str(user))


def _locked(user):
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_system:
        raise Refused(_("The system itself is no person: its account cannot be changed."))
    if user.erased_at:
        raise Refused(_("This person was erased: nothing can be changed any more."))
    return user


def _keep_a_superuser(actor, user):
    if user.pk == actor.pk:
        raise Refused(_("You cannot do this to your own account. Ask another superuser."))
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Refused(_("This is the last superuser: make another one first."))


def _change(actor, user, deed, **values):
    changed = [name for name, value in values.items() if getattr(user, name) != value]
    if not changed:
        raise Unchanged(_("Nothing was changed: %(person)s is so already.") % {"person": user})
    for name in changed:
        setattr(user, name, values[name])
    _check(user)
    user.save(update_fields=changed)
    _note(actor, user, deed)
    return user


def _check(user):
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Refused(_("This cannot be saved:"), problems=error.messages) from error


def _end_sessions(user):
    for session in UserSession.objects.filter(user=user):
        session.end()


def _note(actor, user, deed):
    # By number: the log of a server is kept longer than a person may wish.
    logger.info("Person %s %s person %s", actor.pk, deed, user.pk)


# --- Mail, and the log of sign-ins -------------------------------------------


@transaction.atomic
def queue_mail(*, actor, user, kind, event="", context=None, invitation=None):
    """Queue a mail about a person's own account; a worker writes and sends it. `actor` is who caused it."""
    row = AccountMail.objects.create(user=user, kind=kind, event=event, context=context or {}, invitation=invitation)
    work.nudge(SEND_MAIL, row.pk)
    return row


def send_mail(pk):
    """Deliver one queued mail, unless it is gone or another worker has it."""
    row = AccountMail.objects.filter(pk=pk).first()
    return row is not None and mail.deliver(row, build=letters.build)


def scan_mail():
    """Put every mail that is due on the queue."""
    mail.scan(AccountMail, SEND_MAIL)


def record_sign_in(*, actor, outcome, address):
    """Log a sign-in, a refusal or a sign-out; `actor` is None where the address typed in is nobody's."""
    return SignIn.objects.create(user=actor, outcome=outcome, address=address)


def record_visit(*, actor):
    """Note that a person looks at their desk; within one visit nothing is written. Sets it on `actor` too."""
    now, seen = timezone.now(), actor.last_seen_at
    if seen is not None and now - seen < VISIT:
        return
    if User.objects.filter(pk=actor.pk, last_seen_at=seen).update(last_seen_at=now, seen_before_at=seen):
        actor.last_seen_at, actor.seen_before_at = now, seen
