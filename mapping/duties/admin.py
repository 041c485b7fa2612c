"""Assignments of sections in the admin: a list over all exercises; they are made on the exercise's own page."""

from django.contrib import admin

from mapping.audit.admin import ReadOnlyAdmin
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import has_role_anywhere
from mapping.duties.models import SectionAssignment
from mapping.duties.permissions import can_view, visible


@admin.register(SectionAssignment)
class SectionAssignmentAdmin(ReadOnlyAdmin):
    list_display = ["exercise", "section_key", "consultant", "consultant_since", "reviewer", "reviewer_since", "due_on"]
    list_filter = [ExerciseFilter]
    date_hierarchy = "due_on"

    def get_queryset(self, request):
        found = super().get_queryset(request).filter(pk__in=visible(request.user))
        return found.select_related("exercise__country", "consultant", "reviewer")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user) if obj is None else can_view(request.user, obj)
