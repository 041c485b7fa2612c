"""The decision log in the admin: a list to search; it is written on the pages of an exercise."""

from django.contrib import admin

from mapping.audit.admin import ReadOnlyAdmin
from mapping.countries.permissions import has_role_anywhere
from mapping.harmonisation.models import DecisionLogEntry
from mapping.harmonisation.permissions import can_view, visible


@admin.register(DecisionLogEntry)
class DecisionLogEntryAdmin(ReadOnlyAdmin):
    list_display = [
        "__str__",
        "methodology_key",
        "section_key",
        "written_by",
        "written_at",
        "agreed_at",
        "withdrawn_at",
    ]
    list_filter = ["section_key"]
    list_select_related = ["written_by"]
    search_fields = ["text"]
    fields = [
        *("methodology_key", "section_key", "text", "indicator_keys"),
        *("version", "written_by", "written_at", "changed_by", "changed_at", "agreed_at", "withdrawn_at"),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=visible(request.user))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user) if obj is None else can_view(request.user, obj)
