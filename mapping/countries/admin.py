"""Countries to look up, and who works on which exercise."""

from functools import partial

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from mapping.audit.admin import ServiceModelAdmin
from mapping.countries.filters import ExerciseFilter
from mapping.countries.forms import AssignmentForm
from mapping.countries.models import Assignment, Country
from mapping.countries.permissions import (
    COORDINATORS,
    countries_with_role,
    has_role_anywhere,
    manageable_assignments,
)
from mapping.countries.services import assign_by_email, unassign
from mapping.fields import folded


@admin.register(Country)
class CountryAdmin(ServiceModelAdmin):
    """The countries of ISO 3166-1: read, never edited."""

    list_display = ["name", "alpha_3", "alpha_2"]
    search_fields = ["search_text"]
    fields = ["name", "alpha_3", "alpha_2"]
    list_per_page = 300

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, folded(search_term))

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=countries_with_role(request.user))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Assignment)
class AssignmentAdmin(ServiceModelAdmin):
    """Who does what in which exercise. An assignment is given and taken, never changed."""

    form = AssignmentForm
    list_display = ["user", "role", "exercise_or_all", "created_at"]
    list_filter = ["role", ExerciseFilter]
    list_select_related = ["user", "exercise__country"]
    search_fields = ["user__name", "user__email"]
    readonly_fields = ["created_at"]

    @admin.display(description=_("exercise"), ordering="exercise__code")
    def exercise_or_all(self, assignment):
        return assignment.exercise or _("all exercises")

    def get_queryset(self, request):
        return super().get_queryset(request) & manageable_assignments(request.user)

    def get_fields(self, request, obj=None):
        return ["user", "role", "exercise", "created_at"] if obj else AssignmentForm.Meta.fields

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 - Django's signature
        if obj:
            return super().get_form(request, obj, change=change, **{**kwargs, "form": admin.ModelAdmin.form})
        return partial(super().get_form(request, obj, change=change, **kwargs), asker=request.user)

    def save_row(self, request, row, form):
        return assign_by_email(actor=request.user, **form.cleaned_data)

    def delete_row(self, request, row):
        unassign(actor=request.user, assignment=row)
        request.left_exercise = row.exercise

    def response_post_save_add(self, request, obj):
        return self._to_exercise(obj.exercise) or super().response_post_save_add(request, obj)

    def response_delete(self, request, obj_display, obj_id):
        response = super().response_delete(request, obj_display, obj_id)
        return self._to_exercise(getattr(request, "left_exercise", None)) or response

    def _to_exercise(self, exercise):
        """Go where it shows who works on the exercise by now, and whether somebody is left who may approve."""
        return redirect("exercise", code=exercise.code) if exercise else None

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role_anywhere(request.user, COORDINATORS)

    def has_add_permission(self, request):
        return self.has_view_permission(request)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request)
