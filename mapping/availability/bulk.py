"""Many cells in one act: one claim for all of them, and the values that their claims suggest."""

from dataclasses import dataclass
from functools import cached_property

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused
from mapping.audit.services import values
from mapping.availability.models import Cell, Claim, Value
from mapping.availability.rules import contradictions, suggestion
from mapping.availability.selectors import claims_in_full
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.content.errors import RowsRefused
from mapping.content.models import ReviewStatus
from mapping.content.permissions import why_not_edit
from mapping.content.services import check_version, set_values
from mapping.countries.models import Exercise


@dataclass
class Planned:
    """What a claim entered for many cells would do to one of them."""

    cell: Cell
    claims: list
    claim: Claim
    why_not: str

    @cached_property
    def exists(self):
        """Whether the cell has this very claim already: it is not entered twice."""
        said = values(self.claim, Claim.CONTENT_FIELDS)
        return any(values(claim, Claim.CONTENT_FIELDS) == said for claim in self.claims)

    @property
    def possible(self):
        return not self.why_not and not self.exists

    @cached_property
    def suggested(self):
        """The value that the claims would suggest afterwards, where the cell has another or none."""
        return suggestion(self.cell, [*self.claims, self.claim]) if self.possible else ""

    @property
    def fills(self):
        """Whether the suggested value would be the cell's first."""
        return bool(self.suggested) and not self.cell.value

    @property
    def replaces(self):
        """Whether the suggested value would take the place of another."""
        return bool(self.suggested) and bool(self.cell.value)

    @property
    def reopens(self):
        """Whether the cell was approved, and would be a draft again."""
        return self.possible and self.cell.status == ReviewStatus.APPROVED

    @cached_property
    def contradicted_by(self):
        """The claims of the cell that the new one would contradict."""
        if not self.possible:
            return []
        return [one for one, other in contradictions([*self.claims, self.claim]) if other is self.claim]


def plan(*, actor, exercise, cells, said):
    """Return [Planned], a cell each, of a claim with the values `said`. Cells come with `claims_in_full` read."""
    found = []
    for cell in cells:
        cell.exercise = exercise
        claim = Claim(cell=cell)
        set_values(claim, said)
        found.append(Planned(cell, list(cell.claims.all()), claim, why_not_edit(actor, cell)))
    return found


@transaction.atomic
def add_claims(*, actor, exercise, seen, said, fill=True, replace=False, partial_reason="", act=None):
    """Enter one claim for many cells, as one act: for all of them, or for none. Cells that have it are passed over.

    Parameters: `seen` is {cell id: the version that was seen}, `said` the claim's values. `fill` also sets the value
    that the claims then suggest where a cell is not assessed, `replace` where it has another value; `partial_reason`
    goes with those that become partially available.
    Returns the cells that changed. Raises RowsRefused with a refusal for each cell at fault, among them those that
    somebody changed since they were seen.
    """
    cells, exercise = _as_seen(exercise, seen)
    edits = []
    for planned in plan(actor=actor, exercise=exercise, cells=cells, said=said):
        if planned.exists:
            continue
        wanted = (fill and planned.fills) or (replace and planned.replaces)
        value = _value(planned.suggested, partial_reason) if wanted else {}
        edits.append(CellEdit(planned.cell.pk, seen[planned.cell.pk], value, [ClaimEdit(said)]))
    return save_cells(actor=actor, exercise=exercise, edits=edits, act=act)


@transaction.atomic
def accept_suggestions(*, actor, exercise, seen, reasons=None, act=None):
    """Give cells the value that their claims suggest, as one act: all of them, or none.

    Parameters: `seen` is {cell id: the version that was seen}; `reasons` {cell id: why it is partially available}.
    Returns the cells that changed. Raises RowsRefused as `add_claims` does.
    """
    cells, exercise = _as_seen(exercise, seen)
    edits = []
    for cell in cells:
        suggested = suggestion(cell, list(cell.claims.all()))
        if suggested:
            edits.append(CellEdit(cell.pk, seen[cell.pk], _value(suggested, (reasons or {}).get(cell.pk, ""))))
    return save_cells(actor=actor, exercise=exercise, edits=edits, act=act)


def _value(value, partial_reason):
    reason = {"partial_reason": partial_reason} if value == Value.PARTIALLY_AVAILABLE and partial_reason else {}
    return {"value": value, **reason}


def _as_seen(exercise, seen):
    """Lock the cells; return them with their claims, and the exercise as it is then. Raises RowsRefused if one changed.

    A claim is no overwriting of the cell's value, so `save_cells` would let it pass; but what was agreed to was a
    preview, and of a cell that changed since it told something else.
    """
    if not seen:
        raise Refused(_("No cell was chosen."))
    cells = list(
        Cell.objects.select_for_update(of=("self",))
        .filter(exercise=exercise, pk__in=seen)
        .select_related("indicator__section", "last_author")
        .prefetch_related(claims_in_full())
        .order_by("indicator__order", "year")
    )
    refusals = {pk: Refused(_("There is no such cell any more.")) for pk in seen.keys() - {cell.pk for cell in cells}}
    for cell in cells:
        try:
            check_version(cell, seen[cell.pk], saved=cell)
        except Refused as refusal:
            refusals[cell.pk] = refusal
    if refusals:
        told = ngettext(
            "Nothing was saved: %(count)d cell changed after it was shown to you.",
            "Nothing was saved: %(count)d cells changed after they were shown to you.",
            len(refusals),
        )
        raise RowsRefused(told % {"count": len(refusals)}, refusals)
    return cells, Exercise.objects.get(pk=exercise.pk)
