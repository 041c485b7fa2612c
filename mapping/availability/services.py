"""Change cells and claims. Form, page, paste and import all come through here."""

import uuid
from collections import defaultdict
from copy import copy
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, filled_in, record, values
from mapping.availability.models import Cell, Claim, IndicatorNote, Value
from mapping.batches import MANY, insert_rows, write_rows
from mapping.content.errors import RowsRefused
from mapping.content.permissions import why_not_edit
from mapping.content.services import EDIT_FIELDS, check_version, mark_edited, set_values, validate
from mapping.countries.models import Agency, Exercise
from mapping.countries.permissions import EDITORS, has_role
from mapping.framework.models import Indicator
from mapping.sources.models import Source

# What an edit neither changes nor asks for.
_REVIEWED = (
    "submitted_at", "submitted_by", "approved_at", "approved_by", "return_reason", "approved_content", "approved_version",
)  # fmt: skip


@dataclass
class ClaimEdit:
    """A claim to add (`claim_id` None), to change, or to delete (`values` None). `version` is the one that was seen."""

    values: dict | None
    claim_id: int | None = None
    version: int | None = None


@dataclass
class CellEdit:
    """What to change in one cell. `version` is the one that was seen; None only where nothing can be overwritten."""

    cell_id: int
    version: int | None = None
    values: dict = field(default_factory=dict)
    claims: list[ClaimEdit] = field(default_factory=list)


@transaction.atomic
def save_cells(*, actor, exercise, edits, reason="", act=None):
    """Apply many edits to cells of one exercise and their claims: all, or none.

    Parameters: `edits` is a list of CellEdit, at most one a cell. Edits that change nothing are passed over.
    Returns the list of the cells that changed. Raises RowsRefused, with a refusal for each cell at fault: unknown,
    not editable by the actor now, changed by somebody since (StaleVersion), or not well-formed.
    """
    changes, refusals = _apply(actor=actor, exercise=exercise, edits=edits, reason=reason, act=act, all_or_none=True)
    if refusals:
        told = ngettext(
            "Nothing was saved: %(count)d cell needs your attention.",
            "Nothing was saved: %(count)d cells need your attention.",
            len(refusals),
        )
        raise RowsRefused(told % {"count": len(refusals)}, refusals)
    return list(changes.cells.values())


@transaction.atomic
def save_each(*, actor, exercise, edits, reason="", act=None):
    """Apply each edit for itself, as a grid does whose cells save themselves: as `save_cells`, but the good ones stay.

    Returns (the cells that changed, {cell id: Refused} of those at fault).
    """
    changes, refusals = _apply(actor=actor, exercise=exercise, edits=edits, reason=reason, act=act, all_or_none=False)
    return list(changes.cells.values()), refusals


def _apply(*, actor, exercise, edits, reason, act, all_or_none):
    """Write the edits that nothing speaks against, or none if `all_or_none`; return (_Changes, refusals)."""
    cells = _lock(exercise, edits)
    exercise = Exercise.objects.get(pk=exercise.pk)  # after the lock: see countries.services.freeze
    known = _Known.of(exercise, edits)
    entries, refusals, changes = [], {}, _Changes()
    act = act or uuid.uuid4()
    for edit in edits:
        cell = cells.get(edit.cell_id)
        try:
            if cell is None:
                raise Refused(_("There is no such cell in %(exercise)s.") % {"exercise": exercise.code})
            cell.exercise = exercise
            told = _edit_cell(cell, edit, actor=actor, known=known, changes=changes)
        except Refused as refusal:
            refusals[edit.cell_id] = refusal
            continue
        entries += [
            entry(actor=actor, target=cell, exercise_code=exercise.code, reason=reason, act=act, **part)
            for part in told
        ]
    if not (refusals and all_or_none):
        changes.write()
        record(*entries, *changes.claim_entries(actor=actor, exercise=exercise, reason=reason, act=act))
    return changes, refusals


def save_cell(*, actor, exercise, edit, reason=""):
    """Apply one edit; raises the cell's own refusal. Returns the cell if it changed, else None."""
    try:
        changed = save_cells(actor=actor, exercise=exercise, edits=[edit], reason=reason)
    except RowsRefused as refused:
        raise refused.refusals[edit.cell_id] from refused
    return changed[0] if changed else None


@transaction.atomic
def save_indicator_note(*, actor, exercise, indicator, text):
    """Note what is known of an indicator beyond its cells; raises Refused where the actor may not."""
    exercise = Exercise.objects.select_for_update().get(pk=exercise.pk)
    if not has_role(actor, exercise, EDITORS):
        raise Refused(
            _("Only the consultants and coordinators of %(exercise)s change it.") % {"exercise": exercise.code}
        )
    if exercise.is_frozen:
        raise Refused(_("%(exercise)s is frozen. A coordinator can unfreeze it.") % {"exercise": exercise.code})
    note = IndicatorNote.objects.filter(exercise=exercise, indicator=indicator).first()
    note = note or IndicatorNote(exercise=exercise, indicator=indicator)
    before = values(note, ["text"]) if note.pk else {}
    note.text = text.strip()
    old, new = difference(before, values(note, ["text"]))
    if new:
        note.save()
        verb = Verb.CHANGED if before else Verb.CREATED
        record(entry(actor=actor, verb=verb, target=note, exercise_code=exercise.code, old=old, new=new))
    return note


def _lock(exercise, edits):
    """Return {id: cell}; only a refusal names an author."""
    seen = {edit.cell_id: edit.version for edit in edits}
    found = Cell.objects.select_for_update(of=("self",)).filter(exercise=exercise, pk__in=seen)
    found = found.defer(*_REVIEWED).order_by("pk")
    cells = list(found.select_related("indicator__section")) if len(seen) <= MANY else _sharing_indicators(found)
    prefetch_related_objects([cell for cell in cells if cell.version != seen[cell.pk]], "last_author")
    return {cell.pk: cell for cell in cells}


def _sharing_indicators(found):
    """Return cells that share their indicators: a query more, where each of thousands would have its own."""
    cells = list(found)
    indicators = Indicator.objects.prefetch_related("section").in_bulk({cell.indicator_id for cell in cells})
    for cell in cells:
        cell.indicator = indicators[cell.indicator_id]
    return cells


@dataclass
class _Known:
    """What edits may refer to, read once for all of them."""

    claims: dict  # {cell id: {id: claim}}, of those that edits name
    sources: set  # ids
    agencies: set  # ids
    blank_claim: Claim = field(default_factory=Claim)  # to copy: that takes half as long as to make one

    @classmethod
    def of(cls, exercise, edits):
        claims = defaultdict(dict)
        edited = {edit.cell_id: {claim.claim_id for claim in edit.claims} for edit in edits if edit.claims}
        if not edited:
            return cls(claims, set(), set())
        ids = set().union(*edited.values()) - {None}
        found = Claim.objects.select_for_update(of=("self",)).filter(pk__in=ids, cell__exercise=exercise)
        for claim in found.order_by("pk") if ids else ():
            claims[claim.cell_id][claim.pk] = claim
        return cls(
            claims,
            set(Source.objects.filter(exercise=exercise).order_by().values_list("pk", flat=True)),
            set(Agency.objects.filter(country=exercise.country_id).order_by().values_list("pk", flat=True)),
        )


class _Changes:
    """Rows to write, gathered so that each kind goes out in one statement."""

    def __init__(self):
        self.now = timezone.now()
        self.cells, self.cell_fields = {}, set()
        self.new_claims, self.changed_claims, self.deleted_claims = [], [], []

    def write(self):
        write_rows(self.cells.values(), [*sorted(self.cell_fields), *EDIT_FIELDS])
        insert_rows(Claim, self.new_claims, with_ids=True)
        write_rows(self.changed_claims, [*Claim.CONTENT_FIELDS, "version"])
        if self.deleted_claims:
            Claim.objects.filter(pk__in=[claim.pk for claim in self.deleted_claims]).delete()

    def claim_entries(self, *, actor, exercise, **shared):
        """Tell the new claims once they have their ids."""
        return [
            entry(
                actor=actor,
                verb=Verb.CREATED,
                target=claim.cell,
                part=f"claim:{claim.pk}",
                exercise_code=exercise.code,
                new=filled_in(claim, Claim.CONTENT_FIELDS),
                **shared,
            )
            for claim in self.new_claims
        ]


def _edit_cell(cell, edit, *, actor, known, changes):
    """Apply one edit in memory; return what the history shall tell, as keywords of `audit.services.entry`."""
    if refusal := why_not_edit(actor, cell):
        raise Refused(refusal)
    before = values(cell, Cell.CONTENT_FIELDS)
    as_saved = cell if cell.version == edit.version else copy(cell)
    set_values(cell, edit.values)
    _keep_reason_with_partial(cell)
    old, new = difference(before, values(cell, Cell.CONTENT_FIELDS))
    if new:
        if edit.version is None:
            raise Refused(_("The version of the cell that you saw is missing. Load the page again."))
        check_version(cell, edit.version, saved=as_saved)
        validate(cell, new)
    told = [{"verb": Verb.CHANGED, "old": old, "new": new}] if new else []
    staged = _Changes()
    for claim_edit in edit.claims:
        told += _edit_claim(cell, claim_edit, known=known, staged=staged)
    if told or staged.new_claims:
        mark_edited(cell, actor=actor, now=changes.now)
        changes.cells[cell.pk] = cell
        changes.cell_fields |= new.keys()
        changes.new_claims += staged.new_claims
        changes.changed_claims += staged.changed_claims
        changes.deleted_claims += staged.deleted_claims
    return told


def _keep_reason_with_partial(cell):
    if cell.value != Value.PARTIALLY_AVAILABLE:
        cell.partial_reason = cell.partial_note = ""


def _edit_claim(cell, edit, *, known, staged):
    if edit.claim_id is None:
        claim = copy(known.blank_claim)
        claim.cell = cell
        set_values(claim, edit.values)
        _check_claim(claim, cell, known, {"value", *edit.values})
        staged.new_claims.append(claim)
        return []  # told once it has its id
    claim = known.claims[cell.pk].get(edit.claim_id)
    if claim is None:
        raise Refused(_("A claim of this cell was deleted meanwhile. Load the page again to see what is left."))
    before = values(claim, Claim.CONTENT_FIELDS)
    part = f"claim:{claim.pk}"
    if edit.values is None:
        _check_claim_version(claim, edit.version)
        staged.deleted_claims.append(claim)
        return [{"verb": Verb.DELETED, "part": part, "old": before}]
    set_values(claim, edit.values)
    old, new = difference(before, values(claim, Claim.CONTENT_FIELDS))
    if not new:
        return []
    _check_claim_version(claim, edit.version)
    _check_claim(claim, cell, known, new)
    claim.version += 1
    staged.changed_claims.append(claim)
    return [{"verb": Verb.CHANGED, "part": part, "old": old, "new": new}]


def _check_claim_version(claim, expected):
    if claim.version != expected:
        raise Refused(
            _(
                "The claim of %(basis)s was changed by somebody after you opened the page. Compare it with yours, then save again."
            )
            % {"basis": claim.basis}
        )


def _check_claim(claim, cell, known, said):
    """Raise Refused unless a claim is well-formed; `said` are the fields that an edit sets, for the others are so."""
    validate(claim, said)
    if bool(claim.source_id) == bool(claim.statement_kind):
        raise Refused(_("A claim rests on a source or on a statement: choose one."))
    if claim.source_id and claim.source_id not in known.sources:
        raise Refused(_("A claim cites a source that is not one of this exercise."))
    if not {claim.collector_id, claim.publisher_id} - {None} <= known.agencies:
        raise Refused(_("A claim names an agency that is not one of this country."))
    if claim.subgroup and claim.subgroup not in cell.indicator.section.subgroups:
        raise Refused(_("“%(subgroup)s” is not a subgroup of this section.") % {"subgroup": claim.subgroup})
