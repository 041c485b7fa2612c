"""Countries, exercises, who works on them, and the agencies that hold data."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.fields import SearchTextField, WordsField
from mapping.framework.models import Methodology


class Country(models.Model):
    """A country of ISO 3166-1."""

    alpha_3 = models.CharField(_("code"), max_length=3, unique=True)
    alpha_2 = models.CharField(_("two-letter code"), max_length=2, unique=True)
    name = models.CharField(_("name"), max_length=120)
    search_text = SearchTextField(of=["name", "alpha_3"])

    class Meta:
        app_label = "mapping"
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Exercise(models.Model):
    """One country under one methodology, for a span of years."""

    code = models.SlugField(
        _("code"),
        max_length=20,
        unique=True,
        help_text=_("Such as KGZ-2024. It is part of every address and cannot change."),
    )
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="exercises", verbose_name=_("country"))
    methodology = models.ForeignKey(
        Methodology, on_delete=models.PROTECT, related_name="exercises", verbose_name=_("methodology")
    )
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    languages = WordsField(
        _("languages"), help_text=_("In which sources are searched: language codes, such as ky ru en.")
    )
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("started"), default=timezone.now, editable=False)

    class Meta:
        app_label = "mapping"
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(first_year__lte=models.F("last_year")), name="exercise_years_in_order")
        ]

    def __str__(self):
        return f"{self.code} {self.country}"

    @property
    def is_frozen(self):
        return self.frozen_at is not None


class Role(models.TextChoices):
    CONSULTANT = "consultant", _("consultant")
    REVIEWER = "reviewer", _("reviewer")
    COORDINATOR = "coordinator", _("coordinator")
    OBSERVER = "observer", _("observer")


class Assignment(models.Model):
    """One person in one role, for one exercise or, where it is empty, for all (a regional assignment)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("person")
    )
    exercise = models.ForeignKey(
        Exercise,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("exercise"),
        help_text=_("Empty: every exercise, those to come included."),
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        app_label = "mapping"
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["exercise", "role", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "exercise", "role"], name="assignment_unique"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(exercise=None), name="regional_assignment_unique"
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.get_role_display()}"


class Agency(models.Model):
    """A body of one country, or an international one as it works there, that collects, holds or publishes data."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("government")
        INTERNATIONAL = "international", _("international")
        NGO = "ngo", _("NGO")
        PRIVATE = "private", _("private")
        SURVEY = "survey", _("survey programme")
        MIXED = "mixed", _("mixed")

    class FormalRequest(models.TextChoices):
        REQUIRED = "required", _("required")
        PARTLY = "partly", _("for some data")
        NOT_REQUIRED = "not_required", _("not required")
        NOT_APPLICABLE = "not_applicable", _("not applicable")
        UNKNOWN = "unknown", _("not known")

    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="agencies", verbose_name=_("country"))
    acronym = models.CharField(_("acronym"), max_length=60)
    name = models.CharField(_("name"), max_length=300)
    aliases = models.JSONField(_("also written"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=14, choices=Kind)
    role = models.TextField(_("role"), blank=True)
    data_held = models.TextField(_("data held"), blank=True, help_text=_("One kind of data a line."))
    languages = WordsField(_("languages"))
    formal_request = models.CharField(
        _("formal request"), max_length=14, choices=FormalRequest, default=FormalRequest.UNKNOWN
    )
    formal_request_note = models.CharField(_("about requests"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)  # of the agency with its focal point
    search_text = SearchTextField(of=["acronym", "name", "aliases"])

    class Meta:
        app_label = "mapping"
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["country", "acronym"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "acronym"],
                name="agency_unique",
                violation_error_message=_("The country has an agency with this acronym."),
            )
        ]

    def __str__(self):
        return self.acronym or self.name


class FocalPoint(models.Model):
    """The official at an agency to whom requests are addressed. Personal data: the history refers to it by id only."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="focal_points", verbose_name=_("agency"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), max_length=254)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")

    class Meta:
        app_label = "mapping"
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")

    def __str__(self):
        return self.name
