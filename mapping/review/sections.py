"""Decide over cells and the sources they rest on together: one act in the history, all of it or nothing."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from mapping.availability.models import Cell
from mapping.content.errors import RowsRefused
from mapping.review import transitions
from mapping.sources.models import Source


def submit_rows(*, actor, exercise, cells=(), sources=()):
    """Submit cells and sources, each given as [(id, version seen)]; return how many rows.

    Raises Refused with a sentence for every row at fault, of either kind, and then submits none.
    """
    return _in_one_act(transitions.submit, actor=actor, exercise=exercise, cells=cells, sources=sources)


def withdraw_rows(*, actor, exercise, cells=(), sources=()):
    """Take submitted cells and sources back to draft; as `submit_rows`."""
    return _in_one_act(transitions.withdraw, actor=actor, exercise=exercise, cells=cells, sources=sources)


def approve_rows(*, actor, exercise, cells=(), sources=()):
    """Approve submitted cells and sources, the sources first: a cell waits for those it cites; as `submit_rows`."""
    return _in_one_act(transitions.approve, actor=actor, exercise=exercise, cells=cells, sources=sources)


def return_rows(*, actor, exercise, reason, cells=(), sources=()):
    """Return cells and sources with one reason; as `submit_rows`."""
    return _in_one_act(
        transitions.return_with_reason, actor=actor, exercise=exercise, cells=cells, sources=sources, reason=reason
    )


@transaction.atomic
def _in_one_act(transition, *, actor, exercise, cells, sources, **kwargs):
    act, decided, problems = uuid.uuid4(), 0, []
    for model, rows in ((Source, sources), (Cell, cells)):
        if not rows:
            continue
        try:
            with transaction.atomic():
                decided += len(
                    transition(actor=actor, model=model, exercise=exercise, rows=list(rows), act=act, **kwargs)
                )
        except RowsRefused as refused:
            problems += refused.problems
    if problems:
        raise Refused(_("Nothing was done. These rows need attention first:"), problems)
    if not decided:
        raise Unchanged(_("No row was chosen."))
    return decided
