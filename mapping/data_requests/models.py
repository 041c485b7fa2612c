"""A formal request to one agency: its letter, the cells it asks about, the mails it became, the answer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import OutgoingMail
from mapping.availability.models import Cell, Value
from mapping.countries.models import Agency, Exercise, FocalPoint
from mapping.fields import SearchTextField
from mapping.sources.models import Access


def _person(verbose_name, **kwargs):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=verbose_name, **kwargs
    )


class DataRequest(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        QUEUED = "queued", _("approved, waiting to be sent")
        SENT = "sent", _("sent")
        BOUNCED = "bounced", _("not delivered")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="data_requests", verbose_name=_("exercise")
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="data_requests", verbose_name=_("agency"))
    focal_point = models.ForeignKey(
        FocalPoint,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="data_requests",
        verbose_name=_("addressed to"),
    )
    number = models.PositiveIntegerField(_("number"), editable=False)  # within the exercise
    language = models.CharField(_("language of the letter"), max_length=8, choices=settings.LANGUAGES, default="en")
    subject = models.CharField(_("subject"), max_length=200)
    letter = models.TextField(
        _("letter"), help_text=_("What is asked and why. The list of data and the link to answer follow by themselves.")
    )
    due_on = models.DateField(_("answer by"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    written_by = _person(_("written by"), editable=False)
    last_author = _person(_("last changed by"), editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    approved_by = _person(_("approved by"), null=True, blank=True, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    # Part of what the link signs: raising it makes every link sent so far invalid.
    link_generation = models.PositiveSmallIntegerField(default=1, editable=False)
    search_text = SearchTextField(of=["subject"])

    class Meta:
        app_label = "mapping"
        verbose_name = _("data request")
        verbose_name_plural = _("data requests")
        ordering = ["exercise", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["exercise", "number"], name="data_request_number_unique"),
            models.CheckConstraint(
                name="data_request_four_eyes",
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("written_by")) & ~Q(approved_by=F("last_author"))),
                violation_error_message=_("A request is approved by somebody who did not write it."),
            ),
            models.CheckConstraint(
                name="data_request_sent_is_approved",
                condition=Q(status__in=["draft", "withdrawn"]) | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="data_request_sent_has_moment", condition=~Q(status="sent") | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="data_request_answered_has_moment", condition=~Q(status="answered") | Q(answered_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.reference} {self.subject}"

    def get_absolute_url(self):
        return reverse("data_request", kwargs={"code": self.exercise.code, "number": self.number})

    @property
    def reference(self):
        """What both sides call it, such as KGZ-2024/R-007."""
        return f"{self.exercise.code}/R-{self.number:03}"


class RequestItem(models.Model):
    """One cell the request asks about."""

    request = models.ForeignKey(DataRequest, on_delete=models.CASCADE, related_name="items", verbose_name=_("request"))
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="request_items", verbose_name=_("cell"))

    class Meta:
        app_label = "mapping"
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["cell__indicator__section__order", "cell__indicator__order", "cell__year"]
        constraints = [models.UniqueConstraint(fields=["request", "cell"], name="request_item_unique")]

    def __str__(self):
        return str(self.cell)


class Message(OutgoingMail):
    """A mail of a request, as a row: the outbox. One of each kind and number, whatever crashes."""

    class Kind(models.TextChoices):
        REQUEST = "request", _("request")
        REMINDER = "reminder", _("reminder")

    request = models.ForeignKey(
        DataRequest, on_delete=models.CASCADE, related_name="messages", verbose_name=_("request")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    focal_point = models.ForeignKey(FocalPoint, on_delete=models.PROTECT, related_name="+", verbose_name=_("to"))

    class Meta:
        app_label = "mapping"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["queued_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["request", "kind", "number"], name="message_once")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}: {self.request.reference}"


class Answer(models.Model):
    """What an agency answered to a request, by the link or on paper; kept as it came."""

    class Channel(models.TextChoices):
        LINK = "link", _("by the link")
        PAPER = "paper", _("registered by hand")

    request = models.ForeignKey(
        DataRequest, on_delete=models.PROTECT, related_name="answers", verbose_name=_("request")
    )
    channel = models.CharField(_("how"), max_length=8, choices=Channel)
    focal_point = models.ForeignKey(
        FocalPoint, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    registered_by = _person(_("registered by"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        app_label = "mapping"
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="answer_is_by_somebody",
                condition=Q(channel="link", focal_point__isnull=False)
                | Q(channel="paper", registered_by__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.request.reference}, {self.at:%Y-%m-%d}"


class ItemAnswer(models.Model):
    """What an answer says of one item: a proposal for the consultant, never written into the cell by itself.

    An empty value says that the agency does not know, or that the data are not its own; an item that was passed over
    has no row.
    """

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="item_answers", verbose_name=_("answer"))
    item = models.ForeignKey(RequestItem, on_delete=models.PROTECT, related_name="answers", verbose_name=_("item"))
    value = models.CharField(_("value"), max_length=20, choices=Value, blank=True)
    access = models.CharField(_("access"), max_length=12, choices=Access, default=Access.UNKNOWN)
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("answer to an item")
        verbose_name_plural = _("answers to items")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["answer", "item"], name="item_answer_unique")]

    def __str__(self):
        return f"{self.item}: {self.get_value_display()}"
