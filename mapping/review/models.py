"""Decisions of the review, kept beside the rows they are about."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.sources.models import Source


class Decision(models.Model):
    """One step of a row's review: at which version, by whom, why. Rows are told as in the history."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        WITHDRAWN = "withdrawn", _("withdrawn")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned")

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+", verbose_name=_("exercise"))
    target_type = models.CharField(_("kind of row"), max_length=40)
    target_id = models.BigIntegerField(_("row"))
    version = models.PositiveIntegerField(_("version"))
    kind = models.CharField(_("decision"), max_length=10, choices=Kind)
    reason = models.TextField(_("reason"), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        app_label = "mapping"
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["target_type", "target_id", "-at"], name="decision_of_row")]
        constraints = [
            models.CheckConstraint(
                name="return_has_reason", condition=~models.Q(kind="returned") | ~models.Q(reason="")
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.target_type} {self.target_id}"


class CellUnderReview(Cell):
    """Cells as the review sees them: with the decisions that the room of cells, below this one, knows nothing of."""

    class Meta:
        app_label = "mapping"
        proxy = True
        verbose_name = _("cell under review")
        verbose_name_plural = _("cells under review")


class SourceUnderReview(Source):
    """Sources as the review sees them."""

    class Meta:
        app_label = "mapping"
        proxy = True
        verbose_name = _("source under review")
        verbose_name_plural = _("sources under review")
