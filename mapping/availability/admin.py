"""The admin of cells: one form a cell, with its claims."""

from django.contrib import admin, messages
from django.forms import inlineformset_factory
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.refusals import Unchanged
from mapping.audit.admin import FirstPages
from mapping.availability.forms import CellForm, ClaimForm, ClaimFormSet
from mapping.availability.models import Cell, Claim, Value
from mapping.availability.resources import CellResource, ClaimResource
from mapping.availability.rules import contradictions, suggested_value
from mapping.availability.selectors import search
from mapping.availability.services import CellEdit, save_cell
from mapping.content.admin import ReviewedModelAdmin
from mapping.content.exchange import ExchangeAdmin
from mapping.content.permissions import why_not_edit
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import EDITORS, has_role_anywhere
from mapping.framework.models import Section
from mapping.templatetags import workbench


class ClaimInline(admin.StackedInline):
    model = Claim
    extra = 1
    verbose_name_plural = gettext_lazy("claims: what sources and statements say about it")

    def get_fieldsets(self, request, obj=None):
        basis = ["source", ("statement_kind", "stated_on"), "statement"]
        subgroup = ["subgroup"] if obj and obj.indicator.section.subgroups else []
        said = [("value", "access"), ("scope", "nature"), *subgroup, ("languages", "period")]
        rest = [("collector", "publisher"), ("confidence", "locator"), "coverage_note"]
        seen = ["seen_version"] if self.has_change_permission(request, obj) else []
        return [(None, {"fields": basis + said + rest + seen})]

    def get_formset(self, request, obj=None, **kwargs):
        return inlineformset_factory(
            Cell, Claim, form=ClaimForm, formset=ClaimFormSet, extra=self.extra, fields=Claim.CONTENT_FIELDS
        )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("source", "collector", "publisher")

    def has_view_permission(self, request, obj=None):
        return True  # whoever sees the cell

    def has_add_permission(self, request, obj=None):
        return obj is not None and not why_not_edit(request.user, obj)

    has_change_permission = has_delete_permission = has_add_permission


class SectionFilter(admin.SimpleListFilter):
    title = gettext_lazy("section")
    parameter_name = "section"

    def lookups(self, request, model_admin):
        sections = Section.objects.order_by("order").values_list("key", "title")
        return list(dict(sections).items())

    def queryset(self, request, queryset):
        return queryset.filter(indicator__section__key=self.value()) if self.value() else queryset


@admin.register(Cell)
class CellAdmin(ExchangeAdmin, ReviewedModelAdmin):
    """Cells come with their exercise: they are filled in, never added or deleted."""

    resource_classes = [CellResource, ClaimResource]
    form = CellForm
    inlines = [ClaimInline]
    change_form_template = "mapping/availability/cell_form.html"
    list_display = ["indicator", "year", "shown_value", "shown_status", "section", "exercise_code", "changed_at"]
    list_filter = [ExerciseFilter, SectionFilter, "value", "status"]
    list_select_related = ["exercise__country", "indicator__section"]
    # As the exercise's own list, in terms that one index serves: sorting every cell of every exercise takes a second.
    ordering = ["exercise_id", "indicator_id", "year"]
    paginator = FirstPages
    search_fields = ["note"]
    search_help_text = gettext_lazy("Words of the indicator's title, or a year.")

    @admin.display(description=gettext_lazy("value"), ordering="value")
    def shown_value(self, cell):
        return workbench.value(cell.value)

    @admin.display(description=gettext_lazy("review"), ordering="status")
    def shown_status(self, cell):
        return workbench.review(cell.status)

    @admin.display(description=gettext_lazy("section"), ordering="indicator__section__order")
    def section(self, cell):
        return cell.indicator.section

    @admin.display(description=gettext_lazy("exercise"), ordering="exercise__code")
    def exercise_code(self, cell):
        return cell.exercise.code

    def get_fieldsets(self, request, obj=None):
        typed = ["why", "seen_version"] if self.has_change_permission(request, obj) else []
        content = [("value", "partial_reason"), "partial_note", "resolution", "note"]
        return [(None, {"fields": content + typed})]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("exercise__country", "indicator__section", "last_author")

    def get_search_results(self, request, queryset, search_term):
        return search(queryset, search_term), False

    def has_add_permission(self, request):
        return False

    def has_import_permission(self, request):
        return self.has_change_permission(request)

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return has_role_anywhere(request.user, EDITORS)
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        """Leave it to `save_related`: a cell and its claims are saved by one call of the service."""

    def save_related(self, request, form, formsets, change):
        edit = CellEdit(
            form.instance.pk,
            form.cleaned_data["seen_version"],
            form.typed,
            [edit for formset in formsets for edit in formset.edits()],
        )
        cell = save_cell(
            actor=request.user, exercise=form.instance.exercise, edit=edit, reason=form.cleaned_data["why"]
        )
        if cell is None:
            raise Unchanged(_("Nothing was changed, so nothing was saved."))
        if cell.value == Value.PARTIALLY_AVAILABLE and not cell.partial_reason:
            messages.warning(request, _("It is partially available: say why before it is submitted."))

    def response_post_save_change(self, request, obj):
        """Go back to where the cell was opened: to its list if that was narrowed, else to its place in the section."""
        if "_changelist_filters" in request.GET:
            return super().response_post_save_change(request, obj)
        exercise = obj.exercise
        section = reverse("exercise_section", args=[exercise.code, obj.indicator.section.key])
        years = "" if exercise.first_year <= obj.year <= exercise.last_year else "?years=all"
        return redirect(f"{section}{years}#c-{obj.pk}")

    def construct_change_message(self, request, form, formsets, add=False):  # noqa: FBT002 - Django's signature
        return []

    def render_change_form(self, request, context, **kwargs):
        cell, refusal = context["original"], getattr(request, "refusal", None)
        claims = list(cell.claims.select_related("source"))
        words = dict(Value.choices)
        context |= {
            "suggested": words.get(suggested_value(claims), ""),
            "contradictions": contradictions(claims),
        }
        if refusal is not None:
            context["claim_conflicts"] = context["inline_admin_formsets"][0].formset.conflicts()
        return super().render_change_form(request, context, **kwargs)
