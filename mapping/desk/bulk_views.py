"""Claims in bulk: one source, many cells; and the values that claims suggest. Works without JavaScript."""

import uuid

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused
from mapping.availability import bulk
from mapping.availability.bulk_forms import BulkClaimForm, CellsForm, ReasonsForm, SetValuesForm
from mapping.availability.forms import claim_choices
from mapping.availability.models import Cell, Value
from mapping.availability.selectors import claims_in_full, suggestions
from mapping.availability.undo import undo_act
from mapping.content.errors import RowsRefused
from mapping.content.permissions import why_not_edit
from mapping.desk import selectors
from mapping.desk.last_act import forget, posted_act, remember
from mapping.desk.pages import back_to, desk_view, exercise_page, section_or_404, tell
from mapping.review.forms import chosen_rows
from mapping.sources.models import Source

# What a field holds while nobody typed into it.
_UNTOUCHED = {"", "unknown"}

# --- One claim for many cells ------------------------------------------------


@desk_view("GET")
def claims_of_source(request, exercise):
    """Ask in which section claims are entered; `?source=` is carried along. A source of one section needs no question."""
    pk = request.GET.get("source", "")
    source = Source.objects.filter(exercise=exercise, pk=int(pk)).first() if _is_id(pk) else None
    if source is None:
        raise Http404
    sections = selectors.sections_of(exercise)
    own = [section for section in sections if section.key in source.sections]
    if len(own) == 1:
        return redirect(f"{reverse('section_claims', args=[exercise.code, own[0].key])}?source={source.pk}")
    context = {
        "title": _("Claims of %(source)s") % {"source": source},
        "source": source,
        "own": own,
        "others": [section for section in sections if section not in own],
    }
    return exercise_page(request, "mapping/desk/claims_section.html", exercise, **context)


@desk_view("GET", "POST")
def section_claims(request, exercise, key):
    """Enter one claim for many cells of a section: say it, look at what it would do, do it as one act."""
    section = section_or_404(selectors.sections_of(exercise), key)
    if refusal := why_not_edit(request.user, Cell(exercise=exercise)):
        messages.error(request, refusal)
        return redirect("exercise_section", code=exercise.code, key=section.key)
    page = _ClaimsPage(request, exercise, section)
    if request.method == "GET":
        return page.form()
    do = request.POST.get("do")
    if do == "source":
        return page.enter_a_source()
    if do == "edit" or not page.is_valid():
        return page.form()
    return page.apply() if do == "apply" else page.preview(SetValuesForm())


class _ClaimsPage:
    """The two steps of the page: the form, bound to what was typed, and the preview, which carries it along."""

    def __init__(self, request, exercise, section):
        self.request, self.exercise, self.section = request, exercise, section
        self.address = reverse("section_claims", args=[exercise.code, section.key])
        self.choices = claim_choices(exercise, section)
        data = request.POST if request.method == "POST" else None
        source, kept = self._named_source(), self._kept()
        self.cells = CellsForm(
            data,
            offered=_offered(exercise, section),
            window=range(exercise.first_year, exercise.last_year + 1),
            initial={
                "cells": request.GET.get("cells", ""),
                "years": source.covered_years if source else [],
                **{name: kept.getlist(name) if name in CellsForm.LISTS else kept[name] for name in kept},
            },
        )
        if not self.cells.given_ids <= {cell.pk for cell in self.cells.offered}:
            raise Http404
        passed_over = {"statement_kind"} if source else set()
        typed = {name: word for name, word in kept.items() if word not in _UNTOUCHED and name not in passed_over}
        said = _said_by(source)
        self.claim = BulkClaimForm(
            data, exercise=exercise, choices=self.choices, initial={**said, **typed, **_only(said, "source")}
        )

    def _kept(self):
        """Return what was typed before the person left to enter a new source."""
        return QueryDict(self.request.session.get(self.address, "") if "kept" in self.request.GET else "")

    def _named_source(self):
        """Return the source that the address names: it must be one of the exercise's."""
        if "source" not in self.request.GET or self.request.method == "POST":
            return None
        pk = self.request.GET["source"]
        source = Source.objects.filter(exercise=self.exercise, pk=int(pk)).first() if _is_id(pk) else None
        if source is None:
            raise Http404
        return source

    def is_valid(self):
        return all([self.cells.is_valid(), self.claim.is_valid()])

    def form(self):
        errors = self.request.method == "POST" and self.request.POST.get("do") != "edit"
        context = {
            "title": _("Enter claims"),
            "section": self.section,
            "cells": self.cells,
            "claim": self.claim,
            "errors": errors and (self.cells.errors or self.claim.errors),
            "has_sources": len(self.choices["source"]) > 1,
        }
        return exercise_page(self.request, "mapping/desk/claims.html", self.exercise, **context)

    def enter_a_source(self):
        """Keep what was typed for when the person comes back with the new source."""
        typed = self.request.POST.copy()
        for name in ("csrfmiddlewaretoken", "do"):
            typed.pop(name, None)
        self.request.session[self.address] = typed.urlencode()
        query = {"exercise": self.exercise.code, "next": f"{self.address}?kept=1"}
        return redirect(f"{reverse('admin:mapping_source_add')}?{urlencode(query)}")

    def preview(self, options, *, refused=None, ticked=None):
        """Show what the claim would do to every cell. `refused` is an apply that failed, `ticked` what it was about."""
        ids = [cell.pk for cell in self.cells.cleaned_data["chosen"]]
        cells = (
            Cell.objects.filter(exercise=self.exercise, pk__in=ids)
            .select_related("indicator__section", "last_author")
            .prefetch_related(claims_in_full())
            .order_by("indicator__order", "year")
        )
        planned = bulk.plan(actor=self.request.user, exercise=self.exercise, cells=cells, said=self.claim.said)
        refusals = refused.refusals if refused else {}
        rows = {}
        for one in planned:
            refusal = refusals.get(one.cell.pk)
            one.errors = [str(refusal), *refusal.problems] if refusal else []
            one.ticked = ticked is None or one.cell.pk in ticked
            rows.setdefault(one.cell.indicator, []).append(one)
        context = {
            "title": _("Enter claims: preview"),
            "section": self.section,
            "told": self.claim.told,
            "carried": _carried(self.request.POST, [*self.cells.fields, *self.claim.fields]),
            "rows": list(rows.items()),
            "possible": [one for one in planned if one.possible],
            "exist": [one for one in planned if one.exists and not one.why_not],
            "closed": [one for one in planned if one.why_not],
            "fills": [one for one in planned if one.fills],
            "replaces": [one for one in planned if one.replaces],
            "contradicting": [one for one in planned if one.contradicted_by],
            "reopened": [one for one in planned if one.reopens],
            "to_partial": any(one.suggested == Value.PARTIALLY_AVAILABLE for one in planned),
            "options": options,
            "refused": refused,
        }
        return exercise_page(self.request, "mapping/desk/claims_preview.html", self.exercise, **context)

    def apply(self):
        options = SetValuesForm(self.request.POST)
        seen = dict(chosen_rows(self.request.POST, "chosen"))
        if not options.is_valid() or not seen.keys() <= {cell.pk for cell in self.cells.cleaned_data["chosen"]}:
            raise Http404
        act = uuid.uuid4()
        try:
            saved = bulk.add_claims(
                actor=self.request.user,
                exercise=self.exercise,
                seen=seen,
                said=self.claim.said,
                act=act,
                **options.cleaned_data,
            )
        except RowsRefused as refused:
            return self.preview(options, refused=refused, ticked=seen)
        except Refused as refusal:
            tell(self.request, refusal)
            return self.preview(options, ticked=seen)
        self.request.session.pop(self.address, None)
        done = ngettext("Claim entered for %(count)d cell.", "Claims entered for %(count)d cells.", len(saved))
        return _done(self.request, self.exercise, self.section, done % {"count": len(saved)}, act if saved else None)


def _offered(exercise, section):
    cells = Cell.objects.filter(exercise=exercise, indicator__section=section).select_related("indicator")
    return list(cells.only("year", "indicator__title", "indicator__group").order_by("indicator__order", "year"))


def _said_by(source):
    """Return what a source says of itself, as a start for the claim."""
    if source is None:
        return {}
    own = {"source": source.pk, "access": source.access, "languages": source.languages, "publisher": source.agency_id}
    return {name: value for name, value in own.items() if value}


def _only(values, name):
    return {name: values[name]} if name in values else {}


def _carried(typed, names):
    return [(name, value) for name in names for value in typed.getlist(name)]


def _is_id(word):
    return word.isdecimal() and len(word) <= 15  # noqa: PLR2004 - any id has fewer digits


# --- Suggested values --------------------------------------------------------


@desk_view("GET", "POST")
def section_suggestions(request, exercise, key):
    """List the cells whose claims suggest another value than they have; accept all or chosen ones as one act."""
    section = section_or_404(selectors.sections_of(exercise), key)
    if request.method == "GET":
        return _suggestions_page(request, exercise, section)
    field = "all" if request.POST.get("do") == "all" else "cells"
    seen = dict(chosen_rows(request.POST, field))
    listed = list(Cell.objects.filter(exercise=exercise, indicator__section=section, pk__in=seen).only("pk"))
    if len(listed) < len(seen):
        raise Http404
    reasons, act = ReasonsForm(request.POST, cells=listed), uuid.uuid4()
    if not reasons.is_valid():
        raise Http404
    try:
        saved = bulk.accept_suggestions(
            actor=request.user,
            exercise=exercise,
            seen=seen,
            reasons={pk: reasons.of(pk) for pk in seen},
            act=act,
        )
    except Refused as refusal:
        return _suggestions_page(request, exercise, section, refused=refusal, ticked=seen)
    done = ngettext("%(count)d suggestion accepted.", "%(count)d suggestions accepted.", len(saved))
    return _done(request, exercise, section, done % {"count": len(saved)}, act if saved else None)


def _suggestions_page(request, exercise, section, *, refused=None, ticked=None):
    cells = list(
        suggestions(exercise, section)
        .select_related("indicator__section", "last_author")
        .prefetch_related(claims_in_full())
        .order_by("indicator__order", "year")
    )
    refusals = getattr(refused, "refusals", {})
    reasons = ReasonsForm(request.POST or None, cells=cells)
    for cell in cells:
        cell.exercise = exercise
        cell.why_not = why_not_edit(request.user, cell)
        cell.ticked = not cell.value if ticked is None else cell.pk in ticked
        cell.reason = reasons[f"reason-{cell.pk}"] if cell.suggested == Value.PARTIALLY_AVAILABLE else None
        refusal = refusals.get(cell.pk)
        cell.errors = [str(refusal), *refusal.problems] if refusal else []
    open_cells = [cell for cell in cells if not cell.why_not]
    context = {
        "title": _("Suggested values"),
        "section": section,
        "cells": cells,
        "open_cells": open_cells,
        "all_words": " ".join(f"{cell.pk}:{cell.version}" for cell in open_cells),
        "to_partial": any(cell.reason for cell in open_cells),
        "reason": reasons["reason"],
        "why_not": why_not_edit(request.user, Cell(exercise=exercise)),
        "refused": refused,
        "elsewhere": [str(refusals[pk]) for pk in refusals.keys() - {cell.pk for cell in cells}],
    }
    return exercise_page(request, "mapping/desk/suggestions.html", exercise, **context)


# --- Done, and undone --------------------------------------------------------


def _done(request, exercise, section, sentence, act):
    """Tell what was done on the section's page, where it can be undone."""
    if act is None:
        messages.info(request, _("Nothing was changed."))
    else:
        remember(request, exercise, act, sentence)
    return redirect("exercise_section", code=exercise.code, key=section.key)


@desk_view("POST")
def exercise_undo(request, exercise):
    """Undo an act of one's own of this visit, and tell which cells stay as they are; or keep it and tell of it no more."""
    act = None if "keep" in request.POST else posted_act(request)
    if act is not None:
        _undo(request, exercise, act)
    forget(request, exercise, act)
    return back_to(request, otherwise=reverse("exercise", args=[exercise.code]))


def _undo(request, exercise, act):
    try:
        undone = undo_act(actor=request.user, exercise=exercise, act=act, since=request.user.last_login)
    except Refused as refusal:
        tell(request, refusal)
        return
    count = len(undone.cells)
    done = ngettext("Undone: %(count)d cell is as it was.", "Undone: %(count)d cells are as they were.", count)
    messages.success(request, done % {"count": count})
    for cell, refusal in undone.refusals.values():
        messages.warning(request, f"{cell}: {refusal}")
