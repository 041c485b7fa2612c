"""Comments in the admin: a list to search; they are written and settled beside what they are about."""

from django.contrib import admin

from mapping.audit.admin import ReadOnlyAdmin
from mapping.comments.models import Comment
from mapping.comments.permissions import can_view, visible
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import has_role_anywhere


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "exercise", "author", "created_at", "blocks", "resolved_at"]
    list_filter = ["blocks", ExerciseFilter]
    search_fields = ["text"]
    fields = [
        *("exercise", "cell", "source", "section_key", "parent", "author", "text"),
        *("created_at", "blocks", "resolved_at", "resolved_by"),
    ]

    def get_queryset(self, request):
        found = super().get_queryset(request).filter(pk__in=visible(request.user))
        return found.select_related("exercise__country", "author")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user) if obj is None else can_view(request.user, obj)
