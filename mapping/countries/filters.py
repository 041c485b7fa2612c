"""How lists of the admin are narrowed: to an exercise, in every room by `?exercise=KGZ-2024`, or to a country."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from mapping.countries.permissions import exercises_with_role


class Drawn:
    """Draws a filter's choices here: a template's loop over hundreds takes as long as the list itself."""

    template = "mapping/countries/drawn_filter.html"

    def choices(self, changelist):
        for choice in super().choices(changelist):
            state = mark_safe(' class="selected"') if choice["selected"] else ""
            yield format_html('<li{}><a href="{}">{}</a></li>', state, choice["query_string"], choice["display"])


class CountryFilter(Drawn, admin.RelatedOnlyFieldListFilter):
    """Offers the countries that rows of the list have."""


class ExerciseFilter(Drawn, admin.SimpleListFilter):
    """Offers the person's own exercises, by one query that reads nothing but their codes."""

    title = _("exercise")
    parameter_name = "exercise"
    lookup = "exercise__code"

    def lookups(self, request, model_admin):
        codes = exercises_with_role(request.user).order_by("code").values_list("code", flat=True)
        return [(code, code) for code in codes]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset
