"""How lists of the admin are narrowed to an exercise: in every room by `?exercise=KGZ-2024`."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from mapping.countries.permissions import exercises_with_role


class ExerciseFilter(admin.SimpleListFilter):
    """Offers the person's own exercises, by one query that reads nothing but their codes."""

    title = _("exercise")
    parameter_name = "exercise"
    lookup = "exercise__code"
    template = "mapping/countries/exercise_filter.html"

    def lookups(self, request, model_admin):
        codes = exercises_with_role(request.user).order_by("code").values_list("code", flat=True)
        return [(code, code) for code in codes]

    def choices(self, changelist):
        """Return each choice drawn: Django's own way takes as long for hundreds of them as the list itself."""
        others = changelist.get_query_string(remove=[self.parameter_name])
        yield self._link(others, _("All"), selected=self.value() is None)
        for code, word in self.lookup_choices:
            query = f"{others}{'' if others == '?' else '&'}{self.parameter_name}={code}"
            yield self._link(query, word, selected=self.value() == code)

    @staticmethod
    def _link(query, word, *, selected):
        state = mark_safe(' class="selected"') if selected else ""
        return format_html('<li{}><a href="{}">{}</a></li>', state, query, word)

    def queryset(self, request, queryset):
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset
