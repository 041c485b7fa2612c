"""Queues of cells and sources in the admin, with the review's decisions as actions."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.refusals import Refused
from mapping.audit.admin import ServiceModelAdmin
from mapping.availability.selectors import search as search_cells
from mapping.content.models import ReviewStatus
from mapping.content.permissions import can_view, visible
from mapping.countries.filters import ExerciseFilter
from mapping.countries.permissions import has_role_anywhere
from mapping.review import sections
from mapping.review.completeness import lacks
from mapping.review.forms import chosen_rows
from mapping.review.models import CellUnderReview, SourceUnderReview
from mapping.review.permissions import SUBMITTABLE
from mapping.review.transitions import cited_sources
from mapping.sources.models import Source
from mapping.sources.selectors import search as search_sources
from mapping.templatetags import workbench

ALL = "all"


class StatusFilter(admin.SimpleListFilter):
    """What waits for a decision, unless told otherwise."""

    title = gettext_lazy("review")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [*ReviewStatus.choices, (ALL, _("All"))]

    def choices(self, changelist):
        current = self.value() or ReviewStatus.SUBMITTED
        for key, word in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: key})
            yield {"selected": key == current, "query_string": query, "display": word}

    def queryset(self, request, queryset):
        wanted = self.value() or ReviewStatus.SUBMITTED
        return queryset if wanted == ALL else queryset.filter(status=wanted)


def _action(description, decide, done):
    """Make an admin action of a decision: it asks to confirm the rows as they are now, then decides on just those."""

    @admin.action(description=description)
    def act(modeladmin, request, queryset):
        return modeladmin.decide(request, queryset, decide=decide, title=description, done=done)

    act.__name__ = decide.__name__
    return act


class UnderReviewAdmin(ServiceModelAdmin):
    """A queue. A row opens in its own room's form; here it is only decided on."""

    own_room = ""  # the URL name of the row's own form
    rows_are = ""  # what the decisions call these rows
    list_filter = [StatusFilter, ExerciseFilter]
    actions_selection_counter = True
    actions = [
        _action(
            gettext_lazy("Submit"),
            sections.submit_rows,
            ngettext_lazy("%(count)d row submitted.", "%(count)d rows submitted.", "count"),
        ),
        _action(
            gettext_lazy("Withdraw"),
            sections.withdraw_rows,
            ngettext_lazy("%(count)d row withdrawn.", "%(count)d rows withdrawn.", "count"),
        ),
        _action(
            gettext_lazy("Approve"),
            sections.approve_rows,
            ngettext_lazy("%(count)d row approved.", "%(count)d rows approved.", "count"),
        ),
        _action(
            gettext_lazy("Return with reason…"),
            sections.return_rows,
            ngettext_lazy("%(count)d row returned.", "%(count)d rows returned.", "count"),
        ),
    ]

    def get_queryset(self, request):
        return visible(request.user, super().get_queryset(request)).select_related("exercise__country", "submitted_by")

    def has_module_permission(self, request):
        return has_role_anywhere(request.user)

    def has_view_permission(self, request, obj=None):
        return can_view(request.user, obj) if obj else has_role_anywhere(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return HttpResponseRedirect(reverse(f"admin:{self.own_room}_change", args=[object_id]))

    def history_view(self, request, object_id, extra_context=None):
        return HttpResponseRedirect(reverse(f"admin:{self.own_room}_history", args=[object_id]))

    @admin.display(description=gettext_lazy("review"), ordering="status")
    def shown_status(self, row):
        return workbench.review(row.status)

    @admin.display(description=gettext_lazy("exercise"), ordering="exercise__code")
    def exercise_code(self, row):
        return row.exercise.code

    def decide(self, request, queryset, *, decide, title, done):
        """Ask to confirm, then decide: all chosen rows of an exercise, or none, each refusal told in words."""
        if "confirmed" not in request.POST:
            return self._confirmation(request, queryset, decide=decide, title=title)
        exercise_of = {row.pk: row.exercise for row in queryset}
        by_exercise = {}
        for pk, version in chosen_rows(request.POST, "rows"):
            if pk in exercise_of:
                by_exercise.setdefault(exercise_of[pk], []).append((pk, version))
        reason = {"reason": request.POST.get("reason", "")} if decide is sections.return_rows else {}
        along = dict(chosen_rows(request.POST, "along"))
        for exercise, rows in by_exercise.items():
            with_them = self._going_along(exercise, along) if decide is sections.submit_rows else {}
            try:
                count = decide(actor=request.user, exercise=exercise, **{self.rows_are: rows}, **with_them, **reason)
            except Refused as refusal:
                for sentence in (refusal.sentence, *refusal.problems):
                    self.message_user(request, sentence, messages.ERROR)
            else:
                self.message_user(request, done % {"count": count}, messages.SUCCESS)
        return None

    def _going_along(self, exercise, along):
        """Return the sources that are submitted with cells, of those that were shown, as the service takes them."""
        return {}

    def cited(self, rows):
        """Return the sources that go to review with these rows."""
        return []

    def _confirmation(self, request, queryset, *, decide, title):
        submits = decide is sections.submit_rows
        along = self.cited(queryset) if submits else []
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "rows": list(queryset),
            "along": along,
            "warnings": self._warnings(queryset, along) if submits else [],
            "action": decide.__name__,
            "asks_reason": decide is sections.return_rows,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "mapping/review/confirm.html", context)

    def _warnings(self, rows, along):
        by_exercise = {}
        for row in rows:
            by_exercise.setdefault(row.exercise, []).append(row)
        ids = [source.pk for source in along]
        found = [
            lacks(self.model._meta.concrete_model, of, exercise=where, along=ids) for where, of in by_exercise.items()
        ]
        return [lack for of_rows in found for told in of_rows.values() for lack in told if not lack.refuses]


@admin.register(CellUnderReview)
class CellUnderReviewAdmin(UnderReviewAdmin):
    own_room = "mapping_cell"
    rows_are = "cells"
    list_display = [
        "indicator",
        "year",
        "shown_value",
        "shown_status",
        "section",
        "exercise_code",
        "submitted_by",
    ]
    list_select_related = ["exercise__country", "indicator__section", "submitted_by"]
    ordering = ["exercise_id", "indicator_id", "year"]  # by one index, as the list of cells
    search_fields = ["note"]
    search_help_text = gettext_lazy("Words of the indicator's title, or a year.")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("indicator__section")

    def get_search_results(self, request, queryset, search_term):
        return search_cells(queryset, search_term), False

    def _going_along(self, exercise, along):
        known = Source.objects.filter(exercise=exercise, pk__in=along).order_by("pk").values_list("pk", flat=True)
        return {"sources": [(pk, along[pk]) for pk in known]}

    def cited(self, rows):
        return list(cited_sources(list(rows), statuses=SUBMITTABLE))

    @admin.display(description=gettext_lazy("value"), ordering="value")
    def shown_value(self, cell):
        return workbench.value(cell.value)

    @admin.display(description=gettext_lazy("section"), ordering="indicator__section__order")
    def section(self, cell):
        return cell.indicator.section


@admin.register(SourceUnderReview)
class SourceUnderReviewAdmin(UnderReviewAdmin):
    own_room = "mapping_source"
    rows_are = "sources"
    list_per_page = 25
    list_display = ["citation_key", "title", "shown_status", "exercise_code", "submitted_by", "submitted_at"]
    search_fields = ["search_text"]

    def get_search_results(self, request, queryset, search_term):
        return search_sources(queryset, search_term.replace("\0", " ")), False
