"""People, how they are invited, the mail that goes to them, and the log of sign-ins."""

import zoneinfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.work import QueuedWork

SYSTEM_EMAIL = "system@localhost"


def validate_time_zone(name):
    """Refuse a time zone this machine does not know: its pages would fail."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name}, code="invalid")


class UserQuerySet(models.QuerySet):
    def people(self):
        """Leave out the system itself and whoever was erased: they are in no list of people."""
        return self.filter(erased_at__isnull=True).exclude(email=SYSTEM_EMAIL)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **values):
        """Create a person; one given a password is vouched for, one without waits for an invitation."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            if password is not None:
                user.confirm_email()
        return user

    def create_superuser(self, email, password=None, **values):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **values)

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())

    def system(self):
        """Return the actor of what nobody in particular did; it cannot sign in."""
        values = {"name": "System", "is_active": False, "is_staff": False, "password": make_password(None)}
        return self.get_or_create(email=SYSTEM_EMAIL, defaults=values)[0]


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail, or the system itself, which never does."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validate_time_zone])
    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the daily mail"), default=7, validators=[MaxValueValidator(23)]
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the desk"), default=True)
    # Kept true for coordinators by the room that knows who coordinates.
    needs_second_factor = models.BooleanField(_("must use a second factor"), default=False)
    is_demo = models.BooleanField(_("belongs to the demo"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)
    # When their present visit to the desk began, and the one before it: what is new to them came in between.
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    seen_before_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("A person with this e-mail address exists."),
            )
        ]

    def __str__(self):
        if self.erased_at:
            return gettext("Erased person %(number)s") % {"number": self.pk}
        return self.name or self.email

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)

    @property
    def is_system(self):
        return self.email == SYSTEM_EMAIL

    @property
    def zone(self):
        """The person's time zone; UTC where this machine has forgotten it, for no page may fail over that."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")

    @property
    def must_use_second_factor(self):
        """Tell whether this person has to have a second factor before anything else."""
        if self.is_demo and settings.EMBEDDED:
            return False
        return self.is_superuser or self.needs_second_factor or settings.SECOND_FACTOR_FOR_ALL

    def confirm_email(self):
        """Record that the address is this person's own; without it no second factor can be set up."""
        EmailAddress.objects.update_or_create(user=self, email=self.email, defaults={"verified": True, "primary": True})


class OutgoingMail(QueuedWork):
    """A mail as a row: rendered when it is sent, so that no secret link is ever at rest."""

    message_id = models.CharField(_("message id"), max_length=200, blank=True)
    # Set just before the mail server is given the message: a worker that dies after this may have sent it.
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def may_repeat(self):
        """Tell whether a second copy does no harm, so that a mail whose fate is unknown is sent again."""
        return False


class Invitation(models.Model):
    """An invitation of one person, accepted by setting a password behind a signed link."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("person"))
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("invited"), default=timezone.now)
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at"]

    def __str__(self):
        return str(self.user)

    @property
    def is_open(self):
        """Tell whether the link still works."""
        return self.accepted_at is None and self.revoked_at is None and timezone.now() < self.expires_at


class AccountMail(OutgoingMail):
    """A mail about a person's own account."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        PASSWORD_RESET = "password_reset", _("password reset")
        NOTICE = "notice", _("notice about the account")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("to"))
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, blank=True, related_name="mails")
    event = models.CharField(_("what happened"), max_length=40, blank=True)  # of a notice: a key of letters.EVENTS
    # Never a secret: links are made on sending.
    context = models.JSONField(_("what it tells"), default=dict, blank=True)

    class Meta:
        verbose_name = _("account mail")
        verbose_name_plural = _("account mails")
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"], condition=models.Q(kind="invitation"), name="one_mail_an_invitation"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.user}"

    @property
    def may_repeat(self):
        # Two copies lead to the same invitation, or to a second reset link; a lost one locks the person out.
        return self.kind in {self.Kind.INVITATION, self.Kind.PASSWORD_RESET}


class SignIn(models.Model):
    """One attempt to sign in, kept apart from the history of the data so that it can be erased."""

    class Outcome(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        REFUSED = "refused", _("refused")
        SIGNED_OUT = "signed_out", _("signed out")

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="sign_ins")
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"
