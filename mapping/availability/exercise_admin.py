"""Exercises in the admin: started with their cells, and moved to a new version of their methodology."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.refusals import Refused
from mapping.audit.admin import ServiceModelAdmin
from mapping.availability.exercises import adopt_methodology, start_exercise
from mapping.countries.models import Exercise
from mapping.countries.permissions import (
    COORDINATORS,
    exercises_with_role,
    has_role,
    has_role_anywhere,
    is_regional_coordinator,
)
from mapping.countries.services import change_languages
from mapping.framework.models import Methodology


class AdoptForm(forms.Form):
    methodology = forms.ModelChoiceField(Methodology.objects.none(), label=gettext_lazy("Version to adopt"))

    def __init__(self, *args, exercise, **kwargs):
        super().__init__(*args, **kwargs)
        others = Methodology.objects.filter(key=exercise.methodology.key).exclude(pk=exercise.methodology_id)
        self.fields["methodology"].queryset = others


@admin.register(Exercise)
class ExerciseAdmin(ServiceModelAdmin):
    list_per_page = 25
    list_display = ["code", "country", "methodology", "first_year", "last_year", "frozen_at"]
    list_filter = ["methodology"]
    list_select_related = ["country", "methodology"]
    search_fields = ["code", "country__search_text"]
    fields = ["code", "country", "methodology", "first_year", "last_year", "languages"]
    change_form_template = "mapping/availability/exercise_form.html"

    def get_queryset(self, request):
        return super().get_queryset(request) & exercises_with_role(request.user)

    def get_readonly_fields(self, request, obj=None):
        return [name for name in self.fields if name != "languages"] if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 - Django's signature
        form = super().get_form(request, obj, change=change, **kwargs)
        for name in ("first_year", "last_year"):
            if name in form.base_fields:
                form.base_fields[name].required = False
                form.base_fields[name].help_text = _("Empty: as the methodology has it.")
        return form

    def save_row(self, request, row, form):
        if "code" in form.cleaned_data:
            return start_exercise(actor=request.user, **form.cleaned_data)
        return change_languages(actor=request.user, exercise=row, **form.cleaned_data)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return has_role(request.user, obj) if obj else has_role_anywhere(request.user)

    def has_add_permission(self, request):
        return is_regional_coordinator(request.user)

    def has_change_permission(self, request, obj=None):
        return has_role(request.user, obj, COORDINATORS) if obj else has_role_anywhere(request.user, COORDINATORS)

    def has_delete_permission(self, request, obj=None):
        return False  # what was found out about a country is kept: an exercise is frozen, not deleted

    def get_urls(self):
        adopt = path(
            "<path:object_id>/adopt/", self.admin_site.admin_view(self.adopt_view), name="mapping_exercise_adopt"
        )
        return [adopt, *super().get_urls()]

    def render_change_form(self, request, context, **kwargs):
        context["may_adopt"] = context["original"] is not None and is_regional_coordinator(request.user)
        return super().render_change_form(request, context, **kwargs)

    def adopt_view(self, request, object_id):
        """Let the exercise adopt another version of its methodology."""
        exercise = self.get_object(request, object_id)
        if exercise is None:
            raise Http404
        if not is_regional_coordinator(request.user):
            raise PermissionDenied
        form = AdoptForm(request.POST or None, exercise=exercise)
        problems = []
        if request.method == "POST" and form.is_valid():
            try:
                adopt_methodology(actor=request.user, exercise=exercise, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                problems = refusal.problems
            else:
                self.message_user(
                    request, _("%(exercise)s now uses the new version.") % {"exercise": exercise.code}, messages.SUCCESS
                )
                return HttpResponseRedirect(reverse("admin:mapping_exercise_change", args=[exercise.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Adopt another version of the methodology for %(exercise)s") % {"exercise": exercise.code},
            "exercise": exercise,
            "form": form,
            "problems": problems,
            "opts": self.opts,
        }
        return TemplateResponse(request, "mapping/availability/adopt.html", context)
