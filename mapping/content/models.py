"""The mixin of reviewed rows: version, state, who and when, the last approved copy."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReviewStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")


def _person(verbose_name):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=verbose_name,
    )


def _moment(verbose_name, **kwargs):
    return models.DateTimeField(verbose_name, editable=False, **{"null": True, "blank": True, **kwargs})


class ReviewedRow(models.Model):
    """A row that is drafted by one person and approved by another.

    `version` counts the changes of its content and is what a save is checked against. `status` is written by the
    room that owns the row in one case only (an edit drops it to draft); every other transition is in `review`.
    """

    version = models.PositiveIntegerField(default=1, editable=False)
    status = models.CharField(
        _("review"), max_length=10, choices=ReviewStatus, default=ReviewStatus.DRAFT, editable=False
    )
    changed_at = _moment(_("changed"), null=False, default=timezone.now)
    last_author = _person(_("last changed by"))
    submitted_at = _moment(_("submitted"))
    submitted_by = _person(_("submitted by"))
    approved_at = _moment(_("approved"))
    approved_by = _person(_("approved by"))
    return_reason = models.TextField(_("why it was returned"), blank=True, editable=False)
    # What was approved last, kept while the row is worked on again: summaries tell this.
    approved_content = models.JSONField(null=True, blank=True, editable=False, encoder=DjangoJSONEncoder)
    approved_version = models.PositiveIntegerField(null=True, blank=True, editable=False)

    # Fields that are content: their change is a new version. Set by each model.
    CONTENT_FIELDS = ()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_four_eyes",
                condition=~Q(status=ReviewStatus.APPROVED)
                | (
                    Q(approved_by__isnull=False)
                    & (Q(last_author__isnull=True) | ~Q(approved_by=F("last_author")))
                    & (Q(submitted_by__isnull=True) | ~Q(approved_by=F("submitted_by")))
                ),
                violation_error_message=_("Nobody approves what they wrote or submitted themselves."),
            ),
            models.CheckConstraint(
                name="%(class)s_submitted_has_submitter",
                condition=~Q(status=ReviewStatus.SUBMITTED) | Q(submitted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_returned_has_reason",
                condition=~Q(status=ReviewStatus.RETURNED) | ~Q(return_reason=""),
            ),
            models.CheckConstraint(
                name="%(class)s_approved_keeps_copy",
                condition=~Q(status=ReviewStatus.APPROVED)
                | Q(approved_content__isnull=False, approved_version=F("version")),
            ),
        ]

    def content(self):
        """Return the content as plain values: what is approved, kept and compared."""
        raise NotImplementedError
