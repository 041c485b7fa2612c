"""How lists of the admin are narrowed to an exercise: in every room by `?exercise=KGZ-2024`."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from mapping.countries.permissions import exercises_with_role


class ExerciseFilter(admin.SimpleListFilter):
    """Offers the person's own exercises, by one query that reads nothing but their codes."""

    title = _("exercise")
    parameter_name = "exercise"
    lookup = "exercise__code"

    def lookups(self, request, model_admin):
        codes = exercises_with_role(request.user).order_by("code").values_list("code", flat=True)
        return [(code, code) for code in codes]

    def queryset(self, request, queryset):
        return queryset.filter(**{self.lookup: self.value()}) if self.value() else queryset
