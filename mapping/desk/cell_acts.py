"""One act over many cells of a list: what it is called, what stands against it, how it is done."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.refusals import Refused, Unchanged
from mapping.availability.models import Cell, Value
from mapping.availability.services import CellEdit, save_cells
from mapping.content.permissions import why_not_edit
from mapping.countries.permissions import EDITORS, REVIEWERS, has_role
from mapping.review import sections, transitions
from mapping.review.completeness import lacks
from mapping.review.forms import chosen_rows
from mapping.review.models import Decision
from mapping.review.obstacles import obstacles
from mapping.review.permissions import SUBMITTABLE

NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class Act:
    """`transition` and `decision` are those of the review; without them the act sets a value."""

    title: str
    done: str
    roles: frozenset
    transition: object = None
    decision: Decision.Kind | None = None

    @property
    def asks_value(self):
        return self.transition is None

    @property
    def asks_reason(self):
        return self.decision == Decision.Kind.RETURNED


ACTS = {
    "set": Act(gettext_lazy("Set a value"), ngettext_lazy("%(n)d cell saved.", "%(n)d cells saved.", "n"), EDITORS),
    "submit": Act(
        gettext_lazy("Submit"),
        ngettext_lazy("%(n)d cell submitted.", "%(n)d cells submitted.", "n"),
        EDITORS,
        transitions.submit,
        Decision.Kind.SUBMITTED,
    ),
    "withdraw": Act(
        gettext_lazy("Withdraw"),
        ngettext_lazy("%(n)d cell withdrawn.", "%(n)d cells withdrawn.", "n"),
        EDITORS,
        transitions.withdraw,
        Decision.Kind.WITHDRAWN,
    ),
    "approve": Act(
        gettext_lazy("Approve"),
        ngettext_lazy("%(n)d cell approved.", "%(n)d cells approved.", "n"),
        REVIEWERS,
        transitions.approve,
        Decision.Kind.APPROVED,
    ),
    "return": Act(
        gettext_lazy("Return with a reason"),
        ngettext_lazy("%(n)d cell returned.", "%(n)d cells returned.", "n"),
        REVIEWERS,
        transitions.return_with_reason,
        Decision.Kind.RETURNED,
    ),
}


def acts_for(user, exercise):
    """Return [(key, title)] of what the person may do to cells of the exercise now."""
    if exercise.is_frozen:
        return []
    return [(key, act.title) for key, act in ACTS.items() if has_role(user, exercise, act.roles)]


def why_not(user, act, cells, *, along=()):
    """Return {cell id: what stands against the act} before anything is tried; `along` as `goes_along` returns it."""
    if act.decision:
        return obstacles(user, cells, act.decision, along=[source.pk for source in along])
    return {cell.pk: sentence for cell in cells if (sentence := why_not_edit(user, cell))}


def goes_along(act, cells):
    """Return the sources that go to review together with the cells that cite them."""
    if act.decision != Decision.Kind.SUBMITTED:
        return []
    return list(transitions.cited_sources(cells, statuses=SUBMITTABLE))


def warnings(act, cells, *, along=()):
    """Return what does not stand against the act and is told before it: [Lack]."""
    if act.decision != Decision.Kind.SUBMITTED or not cells:
        return []
    found = lacks(Cell, cells, exercise=cells[0].exercise, along=[source.pk for source in along])
    return [lack for of_cell in found.values() for lack in of_cell if not lack.refuses]


def do(act, *, actor, exercise, rows, data, act_id):
    """Do the act to rows, given as [(id, version seen)]: to all or none. Return how many cells changed.

    Parameters: `data` is what was posted: `value` and `partial_reason`, or `reason`, or the `sources` that go along;
    under `act_id` the history keeps values that were set, so that they can be undone.
    Raises Refused, RowsRefused.
    """
    if not rows:
        raise Unchanged(_("No cell is left to do this to."))
    if act.asks_value:
        values = _values(data)
        edits = [CellEdit(pk, version, dict(values)) for pk, version in rows]
        return len(save_cells(actor=actor, exercise=exercise, edits=edits, act=act_id))
    if act.decision == Decision.Kind.SUBMITTED:
        sources = chosen_rows(data, "sources")
        return sections.submit_rows(actor=actor, exercise=exercise, cells=rows, sources=sources) - len(sources)
    reason = {"reason": data.get("reason", "")} if act.asks_reason else {}
    return len(act.transition(actor=actor, model=Cell, exercise=exercise, rows=rows, **reason))


def _values(data):
    value, reason = data.get("value", ""), data.get("partial_reason", "")
    if not value:
        raise Refused(_("Choose a value."))
    if value == Value.PARTIALLY_AVAILABLE:
        return {"value": value} | ({"partial_reason": reason} if reason else {})
    return {"value": "" if value == NOT_ASSESSED else value}
