"""An uploaded workbook, what comparing it showed, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.work import QueuedWork
from mapping.countries.models import Exercise
from mapping.fields import PackedJSONField, workbook_path


class WorkbookImport(QueuedWork):
    """`status` says what became of the file; the state of a QueuedWork, what became of the last work on it.

    A short file is compared and applied at once, and its work is done from the start. A long one is queued for a
    worker, which tells how far it is.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded, not compared")
        COMPARED = "compared", _("compared, not applied")
        APPLIED = "applied", _("applied")
        DISCARDED = "discarded", _("discarded")

    class Work(models.TextChoices):
        COMPARE = "compare", _("comparing")
        APPLY = "apply", _("applying")

    exercise = models.ForeignKey(
        Exercise,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="workbook_imports",
        verbose_name=_("exercise"),
        help_text=_("Empty: a file of several exercises."),
    )
    file = models.FileField(_("file"), upload_to=workbook_path)
    name = models.CharField(_("name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.COMPARED)
    report = PackedJSONField(_("report"), default=dict)
    counts = models.JSONField(_("counts"), default=dict, blank=True)  # those of the report, which lists need not read
    overwrites = models.CharField(max_length=8, blank=True)  # of the report: what stands for that which has no base
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    is_long = models.BooleanField(_("long"), default=False)
    work = models.CharField(_("work"), max_length=8, choices=Work, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )
    language = models.CharField(_("language"), max_length=8, default="en")  # in which the work tells what it finds
    choices = models.JSONField(_("conflicts decided"), default=dict, blank=True)
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    steps = models.PositiveSmallIntegerField(_("steps"), default=0)
    step_title = models.CharField(_("now"), max_length=200, blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("workbook import")
        verbose_name_plural = _("workbook imports")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.name

    def keep_report(self, report):
        """Set what comparing showed; return the names of the fields that are to be saved."""
        self.report, self.counts, self.overwrites = report, report["counts"], report["overwrites"]
        return ["report", "counts", "overwrites"]

    @property
    def is_under_way(self):
        return self.state in {self.State.QUEUED, self.State.CLAIMED}
