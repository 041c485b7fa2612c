"""Summaries of all exercises in one list of the desk; each opens on its own page."""

from django.contrib import admin
from django.shortcuts import redirect

from mapping.audit.admin import ServiceModelAdmin
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import has_role_anywhere
from mapping.summaries.models import Summary
from mapping.summaries.permissions import can_view_summary, visible_summaries


@admin.register(Summary)
class SummaryAdmin(ServiceModelAdmin):
    """Read only: summaries are asked for on the exercise's own page, and never change."""

    list_display = ["__str__", "basis", "language", "state", "compiled_at", "requested_by"]
    list_filter = [ExerciseFilter, "basis", "state"]
    list_select_related = ["exercise", "requested_by"]

    def get_queryset(self, request):
        return visible_summaries(request.user).defer("snapshot")

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect("summary", code=row.exercise.code, number=row.number)

    def has_module_permission(self, request):
        return has_role_anywhere(request.user)

    def has_view_permission(self, request, obj=None):
        return can_view_summary(request.user, obj) if obj else self.has_module_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
