"""Decide over cells and the sources they rest on together: one act in the history, all of it or nothing."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.refusals import Unchanged
from mapping.availability.models import Cell
from mapping.content.errors import RowsRefused
from mapping.review import transitions
from mapping.sources.models import Source


def submit_rows(*, actor, exercise, cells=(), sources=()):
    """Submit cells and sources, each given as [(id, version seen)]; return how many rows.

    Raises Refused with a sentence for every row at fault, of either kind, and then submits none.
    """
    along = {"along": [pk for pk, _version in sources], "sources_locked": True}
    steps = [(transitions.submit, Source, sources, {}), (transitions.submit, Cell, cells, along)]
    return _in_one_act(steps, actor=actor, exercise=exercise)


def withdraw_rows(*, actor, exercise, cells=(), sources=()):
    """Take submitted cells and sources back to draft; as `submit_rows`."""
    steps = [(transitions.withdraw, Source, sources, {}), (transitions.withdraw, Cell, cells, {})]
    return _in_one_act(steps, actor=actor, exercise=exercise)


def approve_rows(*, actor, exercise, cells=(), sources=()):
    """Approve submitted cells and sources, the sources first: a cell waits for those it cites; as `submit_rows`."""
    return decide_rows(actor=actor, exercise=exercise, approved={"cell": cells, "source": sources})


def return_rows(*, actor, exercise, reason="", reasons=None, cells=(), sources=()):
    """Return cells and sources with one reason, or one each; as `decide_rows`."""
    returned = {"cell": cells, "source": sources}
    return decide_rows(actor=actor, exercise=exercise, returned=returned, reason=reason, reasons=reasons)


def decide_rows(*, actor, exercise, approved=None, returned=None, reason="", reasons=None):
    """Approve rows and return others, as one act: all but these are approved, these go back.

    Parameters: `approved` and `returned` are {"cell" or "source": [(id, version seen)]}; `reasons` is
    {"cell" or "source": {id: reason}}, and `reason` is for those that have none of their own.
    Raises Refused with a sentence for every row at fault, and then decides on none.
    """
    approved, returned, reasons = approved or {}, returned or {}, reasons or {}
    steps = []
    for model, name in ((Source, "source"), (Cell, "cell")):
        why = {"reason": reason, "reasons": reasons.get(name, {})}
        steps.append((transitions.return_with_reason, model, returned.get(name, ()), why))
        steps.append((transitions.approve, model, approved.get(name, ()), {"sources_locked": True}))
    return _in_one_act(steps, actor=actor, exercise=exercise)


@transaction.atomic
def _in_one_act(steps, *, actor, exercise):
    """Take the steps, (transition, model, rows, further arguments), each on all its rows or, if one is refused, none."""
    act, decided, refusals = uuid.uuid4(), 0, []
    steps = [(transition, model, list(rows), further) for transition, model, rows, further in steps if rows]
    _lock_sources_of(steps)
    for transition, model, rows, further in steps:
        try:
            decided += len(transition(actor=actor, model=model, exercise=exercise, rows=rows, act=act, **further))
        except RowsRefused as refused:
            refusals.append((model, refused))
    if refusals:
        raise _of_all(refusals)
    if not decided:
        raise Unchanged(_("No row was chosen."))
    return decided


def _of_all(refusals):
    """Return one refusal of [(model, RowsRefused)]: it tells every problem, and of each cell its own."""
    cells = {pk: told for model, refused in refusals if model is Cell for pk, told in refused.refusals.items()}
    refusal = RowsRefused(_("Nothing was done. These rows need attention first:"), cells)
    refusal.problems = list(dict.fromkeys(problem for _model, refused in refusals for problem in refused.problems))
    return refusal


def _lock_sources_of(steps):
    """Lock all sources of the act at once, so that two acts never wait for each other."""
    rows = {Cell: [], Source: []}
    for _transition, model, of_step, _further in steps:
        rows[model] += of_step
    transitions.lock_sources(Cell, rows[Cell], and_sources=rows[Source])
