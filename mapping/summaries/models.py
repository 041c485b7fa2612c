"""A country gap summary: compiled at one moment, kept as a version."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.work import QueuedWork
from mapping.countries.models import Exercise


class Basis(models.TextChoices):
    APPROVED = "approved", _("approved content")
    CURRENT = "current", _("current content (draft)")


class Summary(QueuedWork):
    """One compilation: queued as a row, worked on with progress, then a snapshot that never changes."""

    exercise = models.ForeignKey(
        Exercise, on_delete=models.PROTECT, related_name="summaries", verbose_name=_("exercise")
    )
    number = models.PositiveIntegerField(_("version"), editable=False)  # within the exercise
    basis = models.CharField(_("basis"), max_length=10, choices=Basis, default=Basis.APPROVED)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    step = models.PositiveSmallIntegerField(_("step"), default=0)
    steps = models.PositiveSmallIntegerField(_("steps"), default=0)
    step_title = models.CharField(_("now"), max_length=200, blank=True)
    compiled_at = models.DateTimeField(_("compiled"), null=True, blank=True)
    snapshot = models.JSONField(_("content"), null=True, blank=True)
    snapshot_hash = models.CharField(_("snapshot"), max_length=64, blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")
        ordering = ["exercise", "-number"]
        constraints = [models.UniqueConstraint(fields=["exercise", "number"], name="summary_number_unique")]

    def __str__(self):
        return f"{self.exercise.code}, {self.number}"
