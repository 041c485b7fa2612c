"""An uploaded workbook, what comparing it showed, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.countries.models import Exercise
from mapping.fields import workbook_path


class WorkbookImport(models.Model):
    class Status(models.TextChoices):
        COMPARED = "compared", _("compared, not applied")
        APPLIED = "applied", _("applied")
        DISCARDED = "discarded", _("discarded")

    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="workbook_imports", verbose_name=_("exercise")
    )
    file = models.FileField(_("file"), upload_to=workbook_path)
    name = models.CharField(_("name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.COMPARED)
    report = models.JSONField(_("report"), default=dict)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("applied by"),
    )
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("workbook import")
        verbose_name_plural = _("workbook imports")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.name
