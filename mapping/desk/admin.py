"""The history in the admin: read, searched, never altered, by nobody."""

from django.apps import apps
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy

from mapping.audit.admin import FirstPages
from mapping.audit.models import Entry
from mapping.audit.presentation import rows_told, told
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import exercises_with_role, has_role_anywhere, is_regional_coordinator


class OfExercise(ExerciseFilter):
    lookup = "exercise_code"


class KindFilter(admin.SimpleListFilter):
    """Kinds of rows by name; asking the history itself would read all of it."""

    title = gettext_lazy("kind of row")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        models = [model._meta for model in apps.get_app_config("mapping").get_models() if not model._meta.proxy]
        return sorted((options.model_name, options.verbose_name) for options in models)

    def queryset(self, request, queryset):
        return queryset.filter(target_type=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    """Entries of one's exercises; those of no exercise (people, methodologies) for regional coordinators."""

    list_display = ["at", "actor", "verb", "target", "exercise_code", "reason"]
    list_filter = [OfExercise, "verb", KindFilter, "at"]
    search_fields = ["reason"]
    search_help_text = gettext_lazy("Words of the reason, as written.")
    list_select_related = ["actor"]
    show_full_result_count = False
    list_per_page = 50
    paginator = FirstPages
    actions = None
    fields = ["at", "actor", "verb", "target", "exercise_code", "changes", "reason", "act"]

    def get_queryset(self, request):
        entries = super().get_queryset(request).select_related("actor")
        if is_regional_coordinator(request.user):
            return entries
        return entries.filter(exercise_code__in=exercises_with_role(request.user).values("code"))

    def get_changelist_instance(self, request):
        found = super().get_changelist_instance(request)
        found.result_list = list(found.result_list)
        rows = rows_told(found.result_list)
        for entry in found.result_list:
            entry.row_told = rows[entry.pk]
        return found

    def has_module_permission(self, request):
        return has_role_anywhere(request.user)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=gettext_lazy("row"))
    def target(self, entry):
        return getattr(entry, "row_told", None) or rows_told([entry])[entry.pk]

    @admin.display(description=gettext_lazy("from, to"))
    def changes(self, entry):
        changes = told([entry])[0].changes
        return format_html_join(
            "", "<div>{}: <del>{}</del> → <ins>{}</ins></div>", ((c.label, c.old, c.new) for c in changes)
        )
