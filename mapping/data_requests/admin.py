"""Requests in the admin: a list to search and to read; they are written and sent on the desk's own pages."""

from django.contrib import admin
from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from mapping.audit.admin import ReadOnlyAdmin
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import has_role_anywhere
from mapping.data_requests.models import DataRequest
from mapping.data_requests.permissions import can_view, visible
from mapping.fields import folded


@admin.register(DataRequest)
class DataRequestAdmin(ReadOnlyAdmin):
    list_display = ["page", "exercise", "agency", "subject", "status", "due_on"]
    list_display_links = None
    list_filter = ["status", ExerciseFilter]
    search_fields = ["search_text"]
    date_hierarchy = "due_on"

    @admin.display(description=_("reference"), ordering="number")
    def page(self, obj):
        return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), obj.reference)

    def view_on_site(self, obj):
        return obj.get_absolute_url()

    def get_queryset(self, request):
        found = super().get_queryset(request).filter(pk__in=visible(request.user))
        return found.select_related("exercise__country", "agency")

    def get_search_results(self, request, queryset, search_term):
        term = folded(search_term)
        if term:  # without a word, the condition would hold for every row, and read it
            queryset = queryset.filter(Q(search_text__contains=term) | Q(agency__search_text__contains=term))
        return queryset, False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user) if obj is None else can_view(request.user, obj)
