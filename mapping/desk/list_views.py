"""The list of cells, what is done to many of them at once, and a person's own views of lists."""

import uuid
from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused
from mapping.availability.models import Cell, PartialReason, Value
from mapping.content.errors import RowsRefused
from mapping.desk import cell_acts, grid, selectors
from mapping.desk.found import IN_ORDER, filtered
from mapping.desk.last_act import last_act, remember
from mapping.desk.models import SavedView
from mapping.desk.pages import desk_view, exercise_page, tell
from mapping.desk.saved_views import ADDRESSES, narrowing
from mapping.desk.services import delete_view, save_view
from mapping.review.forms import chosen_rows
from mapping.templatetags.workbench import VALUES

CELLS_A_PAGE = 50
MOST_AT_ONCE = 500


def _found(request, exercise):
    return filtered(request, exercise, selectors.sections_of(exercise))


# --- The list ----------------------------------------------------------------


@desk_view("GET")
def cells(request, exercise):
    """List the cells of an exercise, narrowed and sorted as the address says."""
    found = _found(request, exercise)
    rows = found.qs.select_related("indicator__section").prefetch_related("claims")
    page = Paginator(rows, CELLS_A_PAGE).get_page(request.GET.get("page"))
    query = narrowing(SavedView.List.CELLS, request.GET)
    context = {
        "title": _("Cells"),
        "filter": found,
        "page": page,
        "shown": grid.listed(request.user, exercise, page.object_list),
        "total": Cell.objects.filter(exercise=exercise).count() if query else page.paginator.count,
        "query": query,
        "acts": cell_acts.acts_for(request.user, exercise),
        "last_act": last_act(request, exercise),
        "in_grid": _in_grid(exercise, found.qs, query) if query else [],
    }
    return exercise_page(request, "mapping/desk/cells.html", exercise, **context)


def _in_grid(exercise, found, query):
    """Return [(section's title, how many cells of it were found, the address that finds them in its grid)]."""
    counted = (
        Cell.objects.filter(pk__in=found.order_by().values("pk"))
        .order_by("indicator__section__order")
        .values(key=F("indicator__section__key"), title=F("indicator__section__title"))
        .annotate(count=Count("pk"))
    )
    return [
        (
            row["title"],
            row["count"],
            f"{reverse('exercise_section', args=[exercise.code, row['key']])}?{query}",
        )
        for row in counted
    ]


# --- Many cells at once ------------------------------------------------------


@dataclass
class Row:
    """A cell that an act is about, as it is now: what stands against it, whether it changed since it was chosen."""

    cell: Cell
    problems: list = field(default_factory=list)
    changed: bool = False


@desk_view("POST")
def act_on_cells(request, exercise):
    """Show what one act would do to the chosen cells, or to all that were found; then do it to those it can be done to."""
    act = cell_acts.ACTS.get(request.POST.get("do"))
    if act is None:
        raise BadRequest("unknown act")
    if "confirmed" in request.POST:
        return _act(request, exercise, act)
    try:
        seen = _all_found(request, exercise) if request.POST.get("scope") == "all" else _chosen(request)
    except Refused as refusal:
        tell(request, refusal)
        return _back(request, exercise)
    return _confirmation(request, exercise, act, seen)


def _chosen(request):
    seen = dict(chosen_rows(request.POST, "cells"))
    if not seen:
        raise Refused(_("No cell was chosen: tick some, or take all that were found."))
    if len(seen) > MOST_AT_ONCE:
        raise BadRequest("more rows than a page has")
    return seen


def _all_found(request, exercise):
    seen = dict(_found(request, exercise).qs.order_by().values_list("pk", "version")[: MOST_AT_ONCE + 1])
    if not seen:
        raise Refused(_("No cell matches any more."))
    if len(seen) > MOST_AT_ONCE:
        raise Refused(_("These are more than %(count)d cells. Narrow the list first.") % {"count": MOST_AT_ONCE})
    return seen


def _act(request, exercise, act):
    rows, act_id = chosen_rows(request.POST, "cells"), uuid.uuid4()
    try:
        count = cell_acts.do(act, actor=request.user, exercise=exercise, rows=rows, data=request.POST, act_id=act_id)
    except RowsRefused as refused:
        return _confirmation(request, exercise, act, dict(rows), refusal=refused, refusals=refused.refusals)
    except Refused as refusal:
        return _confirmation(request, exercise, act, dict(rows), refusal=refusal)
    if count and act.asks_value:
        remember(request, exercise, act_id, act.done % {"n": count})
    elif count:
        messages.success(request, act.done % {"n": count})
    if unchanged := len(rows) - count:
        told = ngettext("%(count)d cell was so already.", "%(count)d cells were so already.", unchanged)
        messages.info(request, told % {"count": unchanged})
    return _back(request, exercise)


def _confirmation(request, exercise, act, seen, *, refusal=None, refusals=None):
    """Show the cells as they are now. The versions shown are what the act is bound to from here on."""
    cells = list(
        Cell.objects.filter(exercise=exercise, pk__in=seen)
        .select_related("indicator__section", "last_author")
        .order_by(*IN_ORDER)
    )
    if len(cells) < len(seen):
        raise Http404  # a cell of another exercise
    for cell in cells:
        cell.exercise = exercise
    along = cell_acts.goes_along(act, cells)
    against = cell_acts.why_not(request.user, act, cells, along=along)
    possible = [cell for cell in cells if cell.pk not in against]
    along = cell_acts.goes_along(act, possible) if len(possible) < len(cells) else along
    rows = [Row(cell, changed=cell.version != seen[cell.pk]) for cell in cells]
    for row in rows:
        told = (refusals or {}).get(row.cell.pk)
        row.problems = [against[row.cell.pk]] if row.cell.pk in against else []
        if told and not row.problems and (act.decision or not row.changed):
            row.problems, row.changed = [str(told), *told.problems], False
    context = {
        "title": act.title,
        "act": act,
        "do": request.POST["do"],
        "list_address": _list_address(exercise, SavedView.List.CELLS, narrowing(SavedView.List.CELLS, request.GET)),
        "possible": [row for row in rows if row.cell.pk not in against],
        "impossible": [row for row in rows if row.cell.pk in against],
        "along": along,
        "warnings": cell_acts.warnings(act, possible, along=along),
        "refusal": refusal,
        "typed": request.POST,
        "values": [(key, word) for key, word in VALUES.items()],
        "partial": Value.PARTIALLY_AVAILABLE,
        "reasons": PartialReason.choices,
    }
    return exercise_page(request, "mapping/desk/act_on_cells.html", exercise, **context)


def _back(request, exercise):
    return _to_list(exercise, SavedView.List.CELLS, narrowing(SavedView.List.CELLS, request.GET))


# --- One's own views ---------------------------------------------------------


@desk_view("POST")
def save_list_view(request, exercise, kind):
    """Keep a list as it is narrowed under a name, and show it again."""
    list_, query = _list_or_404(kind), narrowing(kind, QueryDict(request.POST.get("query", "")))
    try:
        view = save_view(
            actor=request.user,
            exercise=exercise,
            list_=list_,
            name=request.POST.get("name", ""),
            query=query,
            everywhere="everywhere" in request.POST,
        )
    except Refused as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("Saved: “%(name)s” stands above the list now.") % {"name": view.name})
    return _to_list(exercise, list_, query)


@desk_view("POST")
def delete_list_view(request, exercise, kind, pk):
    """Drop one of one's own views."""
    list_ = _list_or_404(kind)
    view = get_object_or_404(SavedView, pk=pk, user=request.user, list=list_)
    delete_view(actor=request.user, view=view)
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return _to_list(exercise, list_, view.query)


def _list_or_404(kind):
    if kind not in SavedView.List.values:
        raise Http404
    return SavedView.List(kind)


def _list_address(exercise, list_, query):
    return reverse(ADDRESSES[list_], args=[exercise.code]) + (f"?{query}" if query else "")


def _to_list(exercise, list_, query):
    return redirect(_list_address(exercise, list_, query))
