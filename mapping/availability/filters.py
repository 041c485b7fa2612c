"""How the list of cells is narrowed and sorted: its state is the address."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy

from mapping.availability import selectors
from mapping.availability.models import Cell, Value
from mapping.content.filters import ANY, ReviewedFilter
from mapping.framework.models import Indicator
from mapping.sources.models import Access

NOT_ASSESSED = "not_assessed"


class CellFilter(ReviewedFilter):
    q = django_filters.CharFilter(
        label=gettext_lazy("Search"), method="by_text", widget=forms.TextInput(attrs={"type": "search"})
    )
    section = django_filters.ChoiceFilter(
        label=gettext_lazy("Section"), field_name="indicator__section__key", empty_label=ANY
    )
    indicator = django_filters.ChoiceFilter(label=gettext_lazy("Indicator"), field_name="indicator_id", empty_label=ANY)
    year = django_filters.NumberFilter(
        label=gettext_lazy("Year"), min_value=1900, max_value=2100, decimal_places=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    value = django_filters.ChoiceFilter(
        label=gettext_lazy("Value"),
        choices=[*Value.choices, (NOT_ASSESSED, gettext_lazy("Not assessed"))],
        method="by_value",
        empty_label=ANY,
    )
    access = django_filters.ChoiceFilter(
        label=gettext_lazy("Access"), choices=Access.choices, method="by_access", empty_label=ANY
    )
    open = django_filters.ChoiceFilter(
        label=gettext_lazy("To be settled"),
        choices=[
            ("reason", gettext_lazy("partially available without a reason")),
            ("contradicted", gettext_lazy("claims contradict")),
        ],
        method="by_open_question",
        empty_label=ANY,
    )
    sort = django_filters.OrderingFilter(
        label=gettext_lazy("Sort by"),
        fields={
            "indicator__section__order": "section",
            "indicator__title": "indicator",
            "year": "year",
            "value": "value",
            "changed_at": "changed",
        },
        empty_label=gettext_lazy("the methodology's order"),
    )

    class Meta:
        model = Cell
        fields = []

    def __init__(self, *args, exercise, sections, indicators=None, **kwargs):
        """Offer these sections, and these indicators or else all of the exercise's methodology."""
        super().__init__(*args, **kwargs)
        self.filters["section"].extra["choices"] = [(section.key, section.title) for section in sections]
        if indicators is None:
            indicators = Indicator.objects.filter(section__methodology=exercise.methodology_id)
            indicators = indicators.order_by("section__order", "order").only("title")
        self.filters["indicator"].extra["choices"] = [(str(one.pk), one.title) for one in indicators]

    def by_text(self, queryset, name, value):
        return selectors.search(queryset, value)

    def by_value(self, queryset, name, value):
        return queryset.filter(value="" if value == NOT_ASSESSED else value)

    def by_access(self, queryset, name, value):
        return selectors.with_access(queryset, value)

    def by_open_question(self, queryset, name, value):
        if value == "contradicted":
            return selectors.contradicted(queryset)
        return queryset.filter(value=Value.PARTIALLY_AVAILABLE, partial_reason="")
