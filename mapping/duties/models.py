"""Who enters a section of an exercise, who reviews it, and by when."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.countries.models import Exercise


class SectionAssignment(models.Model):
    """One section of one exercise in the hands of people. The section is told by its key; see `Comment.section_key`."""

    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, related_name="section_assignments", verbose_name=_("exercise")
    )
    section_key = models.SlugField(_("section"), max_length=60)
    consultant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("enters"),
    )
    consultant_since = models.DateTimeField(_("enters since"), null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviews"),
    )
    reviewer_since = models.DateTimeField(_("reviews since"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        app_label = "mapping"
        verbose_name = _("assignment of a section")
        verbose_name_plural = _("assignments of sections")
        ordering = ["exercise", "section_key"]
        constraints = [
            models.UniqueConstraint(fields=["exercise", "section_key"], name="section_assignment_unique"),
            models.CheckConstraint(
                condition=Q(consultant=None) | Q(reviewer=None) | ~Q(consultant=F("reviewer")),
                name="section_assignment_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["consultant", "due_on"], name="section_of_consultant"),
            models.Index(fields=["reviewer", "due_on"], name="section_of_reviewer"),
            models.Index(fields=["due_on"], condition=Q(due_on__isnull=False), name="section_due"),
        ]

    def __str__(self):
        return f"{self.exercise.code}: {self.section_key}"
