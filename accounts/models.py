"""People, how they are invited, the mail that goes to them, and the log of sign-ins."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.work import QueuedWork


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **values):
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **values):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **values)

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail, or the system itself, which never does."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("may open the desk"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

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
        return self.name or self.email

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)


class OutgoingMail(QueuedWork):
    """A mail as a row: rendered when it is sent, so that no secret link is ever at rest."""

    message_id = models.CharField(_("message id"), max_length=200, blank=True)
    # Set just before the mail server is given the message: a worker that dies after this may have sent it.
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)

    class Meta:
        abstract = True


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


class AccountMail(OutgoingMail):
    """A mail about a person's own account."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("invitation")
        PASSWORD_RESET = "password_reset", _("password reset")
        NOTICE = "notice", _("notice about the account")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("to"))
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, blank=True, related_name="mails")
    template = models.CharField(_("template"), max_length=120, blank=True)
    context = models.JSONField(
        _("what it tells"), default=dict, blank=True
    )  # never a secret: links are made on sending

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
