"""How the list of sources is narrowed and sorted: its state is the address."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy

from mapping.content.filters import ANY, ReviewedFilter
from mapping.countries.models import Agency
from mapping.framework.models import Term
from mapping.framework.selectors import vocabulary
from mapping.inputs import language_name
from mapping.sources.models import Access, Source
from mapping.sources.selectors import search


class SourceFilter(ReviewedFilter):
    q = django_filters.CharFilter(
        label=gettext_lazy("Search"), method="by_text", widget=forms.TextInput(attrs={"type": "search"})
    )
    access = django_filters.ChoiceFilter(
        label=gettext_lazy("Publicly available"), choices=Access.choices, empty_label=ANY
    )
    data_source_type = django_filters.ChoiceFilter(label=gettext_lazy("Data source"), empty_label=ANY)
    section = django_filters.ChoiceFilter(
        label=gettext_lazy("Section"), field_name="sections", lookup_expr="has", empty_label=ANY
    )
    agency = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Agency"), queryset=Agency.objects.none(), empty_label=ANY
    )
    language = django_filters.ChoiceFilter(
        label=gettext_lazy("Language"), field_name="languages", lookup_expr="has", empty_label=ANY
    )
    year = django_filters.NumberFilter(
        label=gettext_lazy("Year covered"),
        field_name="covered_years",
        lookup_expr="has",
        decimal_places=0,
        min_value=1900,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    sort = django_filters.OrderingFilter(
        label=gettext_lazy("Sort by"),
        fields={
            "citation_key": "key",
            "title_folded": "title",
            "institution": "institution",
            "changed_at": "changed",
        },
        field_labels={
            "citation_key": gettext_lazy("citation key"),
            "title_folded": gettext_lazy("title"),
            "institution": gettext_lazy("institution"),
            "changed_at": gettext_lazy("changed"),
        },
        empty_label=None,
    )

    class Meta:
        model = Source
        fields = []

    def __init__(self, *args, exercise, **kwargs):
        super().__init__(*args, **kwargs)
        methodology = exercise.methodology
        choices = {
            "data_source_type": vocabulary(methodology, Term.Kind.DATA_SOURCE_TYPE),
            "section": list(methodology.sections.order_by("order").values_list("key", "title")),
            "language": _languages(exercise),
        }
        for name, known in choices.items():
            self.filters[name].extra["choices"] = known
        self.filters["agency"].queryset = Agency.objects.filter(
            country=exercise.country_id, sources__exercise=exercise
        ).distinct()

    def by_text(self, queryset, name, value):
        return search(queryset, value)


def _languages(exercise):
    """Return the languages of the exercise's sources, named, as choices."""
    codes = set()
    for languages in Source.objects.filter(exercise=exercise).order_by().values_list("languages", flat=True).distinct():
        codes.update(languages)
    return sorted(((code, language_name(code)) for code in codes), key=lambda choice: choice[1])
