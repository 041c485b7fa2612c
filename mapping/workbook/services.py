"""Bring a workbook in: compare it, keep it, apply it whole or not at all."""

import hashlib
import uuid
from dataclasses import dataclass, field
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.batches import uncollected
from mapping.content.errors import RowsRefused
from mapping.countries.models import Exercise
from mapping.countries.permissions import exercises_with_role
from mapping.fields import folded
from mapping.sources.services import SourceEdit, save_sources
from mapping.workbook.compare import compare
from mapping.workbook.comparison import Comparison, no_counts
from mapping.workbook.layout import KIND_OF, Kind
from mapping.workbook.models import WorkbookImport
from mapping.workbook.permissions import why_not_import
from mapping.workbook.plain import to_model
from mapping.workbook.read import read_workbook, unheard
from mapping.workbook.regional import RegionalFile
from mapping.workbook.report import as_report, choices_of, joint_overwrites, joint_report
from mapping.workbook.selectors import content_of, nothing_of, versions_of
from mapping.workbook.spelling import Words


class NotApplicable(Refused):
    """The file has errors or conflicts that nobody decided, or would overwrite what nobody looked at; `report` tells them."""

    def __init__(self, sentence, compared):
        super().__init__(sentence)
        self.report = compared.report()


@dataclass
class Compared:
    """A file compared with the one exercise it is of, or with the several: a comparison each, with what was known."""

    parts: list
    errors: list = field(default_factory=list)  # of a file of several exercises, about none of them
    ignored: list = field(default_factory=list)  # likewise
    warnings: list = field(default_factory=list)  # likewise
    several: bool = False

    @property
    def undecided(self):
        return [conflict for comparison, _known in self.parts for conflict in comparison.undecided]

    @property
    def can_apply(self):
        return not self.errors and all(comparison.can_apply for comparison, _known in self.parts)

    @property
    def has_conflicts(self):
        return any(comparison.conflicts for comparison, _known in self.parts)

    @property
    def has_edits(self):
        return any(comparison.has_edits for comparison, _known in self.parts)

    @property
    def overwrites(self):
        """Return what stands for all that is overwritten without a base, or ""."""
        return joint_overwrites(self.parts) if self.several else self.parts[0][0].overwrites

    def report(self):
        """Return it as plain data."""
        return (
            joint_report(self.parts, errors=self.errors, ignored=self.ignored, warnings=self.warnings)
            if self.several
            else as_report(*self.parts[0])
        )


def compare_upload(*, actor, exercise, content, choices=None, otherwise="", progress=unheard):
    """Return Compared of a file, given as bytes, for this person; writes nothing. `exercise` is None for one of several.

    `choices` and `otherwise` decide conflicts as in `compare`. Raises Unusable where the file cannot be compared, Refused
    where the person may not import.
    """
    if exercise is None:
        read = read_upload(actor=actor, exercise=None, content=content, progress=progress)
        return compare_read(actor=actor, exercise=None, read=read, choices=choices, otherwise=otherwise)
    if refusal := why_not_import(actor, exercise):
        raise Refused(refusal)
    known = content_of(exercise, actor)
    file = read_workbook(content, known, Words(known), progress)
    return Compared([(compare(file, known, choices=choices, otherwise=otherwise), known)])


@uncollected()
def read_upload(*, actor, exercise, content, progress=unheard):
    """Return what a file says, for `compare_read`: of one exercise a FileContent, of several a RegionalFile."""
    if refusal := why_not_import(actor, exercise):
        raise Refused(refusal)
    if exercise is None:
        return RegionalFile(content, progress)
    known = content_of(exercise, actor)
    return read_workbook(content, known, Words(known), progress)


@uncollected()
def compare_read(*, actor, exercise, read, choices=None, otherwise="", progress=unheard):
    """Compare what `read_upload` returned with what is here now; return Compared."""
    if exercise is None:
        return _compare_several(actor, read, choices or {}, otherwise, progress)
    exercise = Exercise.objects.select_related("country", "methodology").get(pk=exercise.pk)
    if refusal := why_not_import(actor, exercise):
        raise Refused(refusal)
    known = content_of(exercise, actor)
    return Compared([(compare(read, known, choices=choices, otherwise=otherwise), known)])


def _compare_several(actor, file, choices, otherwise, progress):
    found = exercises_with_role(actor).filter(code__in=[code for code, _place in file.codes.values()])
    exercises = {folded(one.code): one for one in found.select_related("country", "methodology")}
    compared = Compared([], several=True, ignored=file.ignored, warnings=file.warnings)
    earlier = list(file.errors)
    for number, (key, (code, _place)) in enumerate(file.codes.items(), start=1):
        progress(number, len(file.codes), _("Comparing %(exercise)s") % {"exercise": code})
        exercise = exercises.get(key)
        if exercise is None:
            file.no_exercise(key)
        elif refusal := why_not_import(actor, exercise):
            file.refuse(key, refusal)
        else:
            compared.parts.append(
                _compare_one_of_several(exercise, file, key, actor=actor, choices=choices, otherwise=otherwise)
            )
    compared.errors, file.errors = file.errors, earlier
    return compared


def _compare_one_of_several(exercise, file, key, *, actor, choices, otherwise):
    """Return (Comparison, Known) of one exercise; where nobody touched anything, all of it need not be read."""
    untouched = file.untouched(key, exercise.code, partial(versions_of, exercise))
    if untouched.is_all:
        file.forget(key, exercise.code)
        return Comparison(no_counts() | {"unchanged": len(untouched)}), nothing_of(exercise)
    known = content_of(exercise, actor, file.known_like(exercise))
    content = file.content_of(key, known, untouched)
    file.forget(key, exercise.code)
    found = compare(content, known, choices=choices_of(exercise.code, choices), otherwise=otherwise)
    known.keep_only(found)
    return found, known


@transaction.atomic
def upload(*, actor, exercise, name, content):
    """Keep an uploaded file with the report of its comparison; return the WorkbookImport. Raises as `compare_upload`.

    `exercise` is None for a file of several.
    """
    report = compare_upload(actor=actor, exercise=exercise, content=content).report()
    row = WorkbookImport(
        exercise=exercise,
        file=ContentFile(content, name="workbook.xlsx"),
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=actor,
        asked_by=actor,
        state=WorkbookImport.State.DONE,
        status=WorkbookImport.Status.COMPARED,
    )
    row.keep_report(report)
    row.save()
    return row


@transaction.atomic
def apply_import(*, actor, workbook_import, choices=None, otherwise="", seen=None):
    """Apply an uploaded workbook as one act, compared anew with what is here now.

    `choices` and `otherwise` decide conflicts as in `compare`; `seen` stands for what the person saw that it overwrites
    without a base (None: what the kept report tells). Raises NotApplicable where errors or undecided conflicts
    are left or it would overwrite something else, Unchanged where there is nothing to write, Refused, with a sentence for every row at fault, where a row
    is refused. All of it is written, or nothing.
    """
    row = lock_open(actor, workbook_import)
    compared = compare_upload(
        actor=actor, exercise=row.exercise, content=content_of_file(row), choices=choices, otherwise=otherwise
    )
    write_compared(actor=actor, row=row, compared=compared, seen=seen)


def content_of_file(row):
    """Return the bytes of an uploaded file."""
    with row.file.open("rb") as file:
        return file.read()


@uncollected()
def write_compared(*, actor, row, compared, seen=None):
    """Write all that comparing found, and that it was applied. Raises as `apply_import`; for use in a transaction.

    What is written is let go of, for it fills the memory: `compared` is empty afterwards.
    """
    if not compared.can_apply:
        raise NotApplicable(_("Nothing was applied: errors or open conflicts are left. Look at them below."), compared)
    if compared.overwrites != (row.overwrites if seen is None else seen):
        raise NotApplicable(
            _(
                "Nothing was applied: it would overwrite other things than those you looked at, of which the file does not tell what was exported. Look at the changes again."
            ),
            compared,
        )
    if not compared.has_edits:
        raise Unchanged(_why_nothing(compared))
    act, reason = uuid.uuid4(), _("Workbook “%(name)s”") % {"name": row.name}
    entries = []
    for comparison, known in compared.parts:
        if comparison.has_edits:
            _write(actor=actor, known=known, edits=comparison.edits, act=act, reason=reason)
            comparison.edits = {}
            entries.append(_told(actor, row, comparison, known, act))
    row.status, row.applied_by, row.applied_at = WorkbookImport.Status.APPLIED, actor, timezone.now()
    told = row.keep_report(compared.report())
    compared.parts.clear()
    row.save(update_fields=["status", "applied_by", "applied_at", *told])
    record(*entries)


def _why_nothing(compared):
    if compared.has_conflicts:
        return _(
            "All conflicts were decided for what is here: nothing is left to apply. Discard the workbook to put it aside."
        )
    return _("The workbook says what is here already: there is nothing to apply.")


def _told(actor, row, comparison, known, act):
    told = {"name": row.name, "sha256": row.sha256, **comparison.counts}
    code = known.exercise.code
    return entry(actor=actor, verb=Verb.IMPORTED, target=row, exercise_code=code, new=told, act=act)


@transaction.atomic
def discard(*, actor, workbook_import):
    """Put an uploaded workbook aside; its report and file are kept."""
    row = lock_open(actor, workbook_import, but=(WorkbookImport.Status.UPLOADED,))
    row.status = WorkbookImport.Status.DISCARDED
    row.save(update_fields=["status"])
    return row


@transaction.atomic
def keep_choices(*, actor, workbook_import, choices):
    """Keep what a person chose so far of the conflicts, on one page of them, until the workbook is applied; nothing is yet.

    Nobody's history: applying tells which sides were taken.
    """
    row = lock_open(actor, workbook_import)
    row.choices = {**row.choices, **choices}
    row.save(update_fields=["choices"])
    return row


def lock_open(actor, workbook_import, *, but=()):
    """Return the row, locked, if it waits to be applied (or stands as `but` says) and no worker is at it."""
    rows = WorkbookImport.objects.select_for_update(of=("self",)).select_related("exercise")
    row = rows.defer("report").get(pk=workbook_import.pk)
    if refusal := why_not_import(actor, row.exercise):
        raise Refused(refusal)
    if row.is_under_way:
        raise Refused(_("A worker is at this workbook. Wait until it is done, or stop it first."))
    if row.status not in {WorkbookImport.Status.COMPARED, *but}:
        raise Unchanged(_("This workbook is %(status)s already.") % {"status": row.get_status_display()})
    return row


def _write(*, actor, known, edits, act, reason):
    """Write all sources at once, then, for claims cite them, all cells; every refusal names its place."""
    shared = {"actor": actor, "exercise": known.exercise, "reason": reason, "act": act}
    ids = {folded(held.citation_key): held.pk for held in known.sources.values()}
    try:
        sources = save_sources(edits=[_source_edit(edit) for edit in edits["source"]], **shared)
    except RowsRefused as refused:
        raise _not_applied({place: edit.said for place, edit in enumerate(edits["source"])}, refused) from refused
    for edit, source in zip(edits["source"], sources, strict=True):
        if source is not None:
            ids[folded(edit.citation_key or source.citation_key)] = source.pk
    cell_edits, places = _cell_edits(known, edits, ids)
    try:
        save_cells(edits=cell_edits, **shared)
    except RowsRefused as refused:
        raise _not_applied(places, refused) from refused


def _not_applied(places, refused):
    """Return a refusal that tells where in the file each row at fault is; `places` is {what a refusal is known by: Said}."""
    problems = [
        f"{places[key].sheet}!{places[key].place}: {sentence}"
        for key, refusal in refused.refusals.items()
        for sentence in (str(refusal), *refusal.problems)
    ]
    return Refused(_("Nothing was applied. These rows need attention first:"), problems)


def _source_edit(edit):
    values = {name: to_model(text, KIND_OF["source"].get(name, Kind.TEXT)) for name, text in edit.values.items()}
    if edit.held is None:
        return SourceEdit(values, printed_key=edit.citation_key)
    return SourceEdit(values, edit.held.pk, edit.held.version)


def _cell_edits(known, edits, source_ids):
    """Return (a CellEdit for each cell that changes itself or in its claims, {cell id: Said that names its place})."""
    by_cell, places = {}, {}
    for edit in edits["cell"]:
        held = edit.held
        values = {name: to_model(text) for name, text in edit.values.items()}
        by_cell[held.pk] = CellEdit(held.pk, held.version, values)
        places[held.pk] = edit.said
    for edit in edits["claim"]:
        cell = known.cells[edit.held.cell if edit.held else edit.said.cell]
        found = by_cell.setdefault(cell.pk, CellEdit(cell.pk, cell.version))
        values = _claim_values(known, edit.values, source_ids)
        found.claims.append(ClaimEdit(values, edit.held.pk, edit.held.version) if edit.held else ClaimEdit(values))
        places.setdefault(cell.pk, edit.said)
    return list(by_cell.values()), places


def _claim_values(known, plain, source_ids):
    values = {}
    for name, text in plain.items():
        kind = KIND_OF["claim"][name]
        if kind is Kind.SOURCE:
            values[name] = source_ids[folded(text)] if text else None
        elif kind is Kind.AGENCY:
            values[name] = known.agency_names[folded(text)] if text else None
        else:
            values[name] = to_model(text, kind)
    return values
