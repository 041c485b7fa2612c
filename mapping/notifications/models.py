"""What a person is told of: in the app at once, by a mail a day of what still waits, or by a mail of its own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OutgoingMail
from mapping.countries.models import Exercise


class Kind(models.TextChoices):
    """Why somebody is told, most pressing first."""

    MENTION = "mention", _("mentioned in a comment")
    RETURNED = "returned", _("returned to you")
    SUBMITTED = "submitted", _("submitted for your review")
    ASSIGNED = "assigned", _("assigned to you")
    DUE_SOON = "due_soon", _("due soon")


class Delivery(models.TextChoices):
    OFF = "off", _("not at all")
    DIGEST = "digest", _("in the app and in the daily mail")
    AT_ONCE = "at_once", _("in the app and by mail at once")


MOST_COUNTED = 99  # new ones; more are told as “99+”
# What may come as a mail of its own: what one person waits for from another.
AT_ONCE = (Kind.MENTION, Kind.RETURNED)
# What is dealt with by having been read; the rest waits until somebody acts.
SETTLED_BY_READING = (Kind.MENTION, Kind.ASSIGNED)


class Notification(models.Model):
    """One person is told of one thing. What it is about is told as in the history, for rooms above this one tell it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+", verbose_name=_("exercise"))
    # By key, as an exercise may adopt a new version of its methodology meanwhile.
    section_key = models.SlugField(_("section"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=200)
    target_type = models.CharField(_("kind of row"), max_length=40)
    target_id = models.BigIntegerField(_("row"))
    count = models.PositiveIntegerField(_("rows"), default=1)
    text = models.CharField(_("what it says"), max_length=300, blank=True)
    address = models.CharField(_("address"), max_length=300)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    # What caused it: of two writings of the same cause, one row.
    cause = models.UUIDField(_("cause"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    settled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "cause", "target_type", "target_id"], name="notification_once_a_cause"
            )
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="notification_of_person"),
            models.Index(fields=["person"], condition=Q(read_at=None, settled_at=None), name="notification_unread"),
            models.Index(fields=["person", "at"], condition=Q(settled_at=None), name="notification_waiting"),
            models.Index(
                fields=["exercise", "kind", "target_type", "target_id"],
                condition=Q(settled_at=None),
                name="notification_of_target",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.title}"


class Preference(models.Model):
    """How a person wants to be told of one kind; without a row, in the app and in the daily mail."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    delivery = models.CharField(_("how"), max_length=8, choices=Delivery)

    class Meta:
        app_label = "mapping"
        verbose_name = _("preference of notifications")
        verbose_name_plural = _("preferences of notifications")
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_unique"),
            models.CheckConstraint(
                condition=~Q(delivery="at_once") | Q(kind__in=["mention", "returned"]), name="preference_at_once"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.get_delivery_display()}"


class NotificationMail(OutgoingMail):
    """A mail to one person: of one notification, or of all that waits on one day of theirs."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("to")
    )
    digest_of = models.DateField(_("daily mail of"), null=True, blank=True)
    notification = models.OneToOneField(
        Notification,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="mail",
        verbose_name=_("notification"),
    )

    class Meta:
        app_label = "mapping"
        verbose_name = _("mail of notifications")
        verbose_name_plural = _("mails of notifications")
        ordering = ["-queued_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "digest_of"], name="one_digest_a_day"),
            models.CheckConstraint(
                condition=Q(digest_of=None, notification__isnull=False) | Q(digest_of__isnull=False, notification=None),
                name="mail_of_one_or_of_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.digest_of or self.notification}"
