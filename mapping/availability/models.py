"""The availability table: a cell for each indicator and year, and the claims it rests on."""

from itertools import chain

from django.db import models
from django.db.models import Q
from django.db.models import Value as Literal
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.audit.services import values
from mapping.content.models import ReviewedRow, ReviewStatus
from mapping.countries.models import Agency, Exercise
from mapping.fields import WordsField
from mapping.framework.models import Indicator
from mapping.sources.models import Access, Source


class Value(models.TextChoices):
    """What a cell says; empty is not assessed, which is never counted as not available."""

    AVAILABLE = "available", _("Available")
    PARTIALLY_AVAILABLE = "partially_available", _("Partially available")
    NOT_AVAILABLE = "not_available", _("Not available")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class PartialReason(models.TextChoices):
    SOME = "some_years_areas_or_groups", _("some years, areas or groups only")
    PART_OF_YEAR = "part_of_the_year", _("part of the year")
    ESTIMATE = "survey_or_estimate", _("survey or estimate")
    QUALITATIVE = "qualitative_only", _("qualitative only")
    NOT_DIGITISED = "not_digitised", _("not digitised")
    DEFINITION = "incompatible_definition", _("incompatible definition")
    PROVISIONAL = "provisional", _("provisional")
    OTHER = "other", _("other")


class Nature(models.TextChoices):
    QUANTITATIVE = "quantitative", _("quantitative")
    QUALITATIVE = "qualitative", _("qualitative")
    MIXED = "mixed", _("mixed")


class Scope(models.TextChoices):
    """Whose data a claim is about."""

    GOVERNMENT = "government", _("government")
    INTERNATIONAL = "international", _("international")
    SURVEY = "survey", _("survey")
    RESEARCH = "research", _("research")
    NGO = "ngo", _("NGO")
    PRIVATE = "private", _("private")
    ANY = "any", _("any")


class Confidence(models.TextChoices):
    STATED = "stated", _("stated")
    INFERRED = "inferred", _("inferred")


class StatementKind(models.TextChoices):
    """What a claim without a source row rests on."""

    OFFICIAL_ANSWER = "official_answer", _("an official's answer")
    INTERVIEW = "interview", _("an interview")
    MEETING = "meeting", _("a meeting")
    DOCUMENTED_SEARCH = "documented_search", _("a documented search")
    REPORT = "report", _("a report that says so")


class Cell(ReviewedRow):
    """Exercise × indicator × year. Its value is the consultant's judgement over its claims."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="cells", verbose_name=_("exercise"))
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="cells", verbose_name=_("indicator")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    value = models.CharField(_("value"), max_length=20, choices=Value, blank=True)
    partial_reason = models.CharField(_("why partially"), max_length=30, choices=PartialReason, blank=True)
    partial_note = models.CharField(_("about the reason"), max_length=500, blank=True)
    resolution = models.TextField(_("how the contradiction is resolved"), blank=True)
    note = models.TextField(_("note"), blank=True)

    CONTENT_FIELDS = ("value", "partial_reason", "partial_note", "resolution", "note")
    NAMED_BY = ("indicator",)  # see audit.presentation

    class Meta(ReviewedRow.Meta):
        abstract = False
        app_label = "mapping"
        verbose_name = _("availability cell")
        verbose_name_plural = _("availability cells")
        ordering = ["exercise", "indicator__section__order", "indicator__order", "year"]
        constraints = [
            *ReviewedRow.Meta.constraints,
            models.UniqueConstraint(fields=["exercise", "indicator", "year"], name="cell_unique"),
            models.CheckConstraint(
                name="cell_partial_has_reason",
                condition=~Q(
                    status__in=[ReviewStatus.SUBMITTED, ReviewStatus.APPROVED],
                    value="partially_available",
                    partial_reason="",
                ),
            ),
            models.CheckConstraint(
                name="cell_reason_only_if_partial", condition=Q(partial_reason="") | Q(value="partially_available")
            ),
        ]
        indexes = [
            # All that progress counts by, so that it is counted without reading a cell.
            models.Index(fields=["exercise", "status", "value", "indicator"], name="cell_progress"),
            # The queue of the review, over all exercises and in the order of its list, with all that home tells of it.
            models.Index(
                fields=["exercise", "indicator", "year", "submitted_at", "submitted_by", "last_author"],
                condition=Q(status=ReviewStatus.SUBMITTED),
                name="cell_under_review",
            ),
        ]

    def __str__(self):
        return f"{self.indicator}, {self.year}"

    def content(self):
        claims = [{"id": claim.pk, **values(claim, Claim.CONTENT_FIELDS)} for claim in self.claims.all()]
        return {**values(self, self.CONTENT_FIELDS), "claims": claims}


# What `Claim.said` tells, in this order, with spaces between: keys hold none.
SAID = ("value", "access", "scope", "subgroup", "publisher_id", "collector_id")


def _in_one_text():
    columns = [Cast(Coalesce(name, 0) if name.endswith("_id") else name, models.CharField()) for name in SAID]
    return Concat(*list(chain.from_iterable((Literal(" "), column) for column in columns))[1:])


class Claim(models.Model):
    """What one source, or one statement, says about one cell. Part of the cell's content, with a version of its own."""

    cell = models.ForeignKey(
        Cell, on_delete=models.CASCADE, related_name="claims", verbose_name=_("cell"), db_index=False
    )
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("source")
    )
    statement_kind = models.CharField(_("statement"), max_length=20, choices=StatementKind, blank=True)
    statement = models.CharField(_("who said it, where"), max_length=500, blank=True)
    stated_on = models.DateField(_("when"), null=True, blank=True)
    value = models.CharField(
        _("value"), max_length=20, choices=[choice for choice in Value.choices if choice[0] != "not_applicable"]
    )
    access = models.CharField(_("access"), max_length=12, choices=Access, default=Access.UNKNOWN)
    scope = models.CharField(_("whose data"), max_length=14, choices=Scope, default=Scope.ANY)
    nature = models.CharField(_("nature"), max_length=12, choices=Nature, default=Nature.QUANTITATIVE)
    languages = WordsField(_("languages"))
    period = models.CharField(_("reference date or period"), max_length=80, blank=True)
    subgroup = models.SlugField(_("subgroup"), max_length=60, blank=True)
    collector = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("collected by")
    )
    publisher = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence, default=Confidence.STATED)
    coverage_note = models.TextField(_("coverage"), blank=True)
    locator = models.CharField(_("where in the source"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # What the rules ask of a claim, in one text: a grid reads it of thousands.
    said = models.GeneratedField(expression=_in_one_text(), output_field=models.TextField(), db_persist=True)

    CONTENT_FIELDS = (
        "source", "statement_kind", "statement", "stated_on", "value", "access", "scope", "nature", "languages",
        "period", "subgroup", "collector", "publisher", "confidence", "coverage_note", "locator",
    )  # fmt: skip
    # Fields that hold keys of the methodology's words, for whoever tells them to a person.
    VOCABULARIES = {"subgroup": "subgroup"}

    class Meta:
        app_label = "mapping"
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="claim_has_one_basis",
                condition=Q(source__isnull=False, statement_kind="") | (Q(source__isnull=True) & ~Q(statement_kind="")),
                violation_error_message=_("A claim rests on a source or on a statement: choose one."),
            ),
        ]
        indexes = [models.Index(fields=["cell", "said"], name="claims_of_cell")]

    def __str__(self):
        return f"{self.basis}: {self.get_value_display()}"

    @property
    def basis(self):
        """Return what the claim rests on, in a few words."""
        return str(self.source) if self.source_id else (self.statement or self.get_statement_kind_display())


class IndicatorNote(models.Model):
    """What is known of an indicator beyond its cells, such as “nothing before 1991”."""

    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, related_name="indicator_notes", verbose_name=_("exercise")
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="notes", verbose_name=_("indicator")
    )
    text = models.TextField(_("note"))

    class Meta:
        app_label = "mapping"
        verbose_name = _("note on an indicator")
        verbose_name_plural = _("notes on indicators")
        ordering = ["exercise", "indicator", "pk"]
        constraints = [models.UniqueConstraint(fields=["exercise", "indicator"], name="indicator_note_unique")]

    def __str__(self):
        return f"{self.indicator}: {self.text}"
