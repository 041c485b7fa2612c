"""The methodology as data: sections, their indicators, the vocabularies, what a submission must have."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mapping.fields import WordsField


class Methodology(models.Model):
    """One version of the framework. Once an exercise uses it, it never changes: a change is a new version."""

    key = models.SlugField(_("key"), max_length=40)
    version = models.CharField(_("version"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    submission_rules = models.JSONField(
        _("submission rules"),
        default=dict,
        help_text=_("What a submission refuses (“refuse”) and what it warns of (“warn”)."),
    )

    class Meta:
        app_label = "mapping"
        verbose_name = _("methodology")
        verbose_name_plural = _("methodologies")
        ordering = ["key", "version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="methodology_unique"),
            models.CheckConstraint(
                condition=Q(first_year__lte=models.F("last_year")), name="methodology_years_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.title} {self.version}"


class Term(models.Model):
    """One word of a vocabulary: a key that rows store, a label and guidance that people read."""

    class Kind(models.TextChoices):
        MEASURE = "measure", _("measure")
        BREAKDOWN = "breakdown", _("breakdown")
        DATA_SOURCE_TYPE = "data_source_type", _("data source")
        FREQUENCY = "frequency", _("frequency")
        ACCESS = "access", _("access")
        NATURE = "nature", _("nature")
        SCOPE = "scope", _("scope")
        VALUE = "value", _("value")
        PARTIAL_REASON = "partial_reason", _("partial reason")
        SUBGROUP = "subgroup", _("subgroup")
        AGENCY_KIND = "agency_kind", _("kind of agency")
        STATEMENT_KIND = "statement_kind", _("kind of statement")

    methodology = models.ForeignKey(
        Methodology, on_delete=models.CASCADE, related_name="terms", verbose_name=_("methodology")
    )
    kind = models.CharField(_("vocabulary"), max_length=20, choices=Kind)
    key = models.SlugField(_("key"), max_length=60)
    label = models.CharField(_("label"), max_length=120)
    guidance = models.TextField(_("guidance"), blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        app_label = "mapping"
        verbose_name = _("term")
        verbose_name_plural = _("vocabularies")
        ordering = ["methodology", "kind", "order", "label"]
        constraints = [models.UniqueConstraint(fields=["methodology", "kind", "key"], name="term_unique")]

    def __str__(self):
        return self.label


class Section(models.Model):
    """One of the thematic sections, such as immigration."""

    methodology = models.ForeignKey(
        Methodology, on_delete=models.CASCADE, related_name="sections", verbose_name=_("methodology")
    )
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    order = models.PositiveSmallIntegerField(_("order"))
    description = models.TextField(_("description"), blank=True)
    guidance = models.TextField(_("guidance"), blank=True)
    search_terms = models.JSONField(
        _("search terms"),
        default=list,
        blank=True,
        help_text=_("A list of phrases; {country} stands for the country's name."),
    )
    repositories = models.JSONField(
        _("repositories"), default=list, blank=True, help_text=_("A list of {name, url, note}: where to look first.")
    )
    subgroups = WordsField(
        _("subgroups"),
        help_text=_("Keys of the subgroups this section tells apart, such as conflict_violence disaster."),
    )

    class Meta:
        app_label = "mapping"
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["methodology", "order"]
        constraints = [models.UniqueConstraint(fields=["methodology", "key"], name="section_unique")]

    def __str__(self):
        return self.title


class Indicator(models.Model):
    """A measure with a breakdown, in one section: a row of the availability table."""

    class Group(models.TextChoices):
        STOCK = "stock", _("Stock")
        FLOW = "flow", _("Flow")
        OTHER = "other", _("Other measures")

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="indicators", verbose_name=_("section"))
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    order = models.PositiveSmallIntegerField(_("order"))
    group = models.CharField(_("group"), max_length=8, choices=Group)
    measure = models.SlugField(_("measure"), max_length=60)
    breakdown = models.SlugField(_("breakdown"), max_length=60)
    guidance = models.TextField(_("guidance"), blank=True)
    first_year = models.PositiveSmallIntegerField(
        _("first year"), null=True, blank=True, help_text=_("Only where the span is longer than the methodology's.")
    )
    last_year = models.PositiveSmallIntegerField(_("last year"), null=True, blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["section", "order"]
        constraints = [
            models.UniqueConstraint(fields=["section", "key"], name="indicator_unique"),
            models.UniqueConstraint(
                fields=["section", "measure", "breakdown"], name="indicator_measure_breakdown_unique"
            ),
        ]

    def __str__(self):
        return self.title
