"""Cells and claims as rows of flat files. All rows of a file are saved by one act of the service."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields

from accounts.refusals import Refused
from mapping.availability.models import (
    Cell,
    Claim,
    Confidence,
    Nature,
    PartialReason,
    Scope,
    StatementKind,
    Value,
)
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.availability.spellings import NOT_ASSESSED, VALUES
from mapping.content.resources import ReviewedResource, read_date, read_languages
from mapping.fields import folded
from mapping.sources.models import Access, Source
from mapping.sources.spellings import ACCESS

PLACE = {
    "exercise": gettext_lazy("Exercise"),
    "section": gettext_lazy("Section"),
    "indicator": gettext_lazy("Indicator"),
    "year": gettext_lazy("Year"),
    "version": gettext_lazy("Version"),
    "status": gettext_lazy("Review"),
}
CELL_HEADINGS = {
    **PLACE,
    "value": gettext_lazy("Value"),
    "partial_reason": gettext_lazy("Why partially"),
    "partial_note": gettext_lazy("About the reason"),
    "resolution": gettext_lazy("How the contradiction is resolved"),
    "note": gettext_lazy("Note"),
}
CLAIM_HEADINGS = {
    "id": gettext_lazy("Id"),
    **PLACE,
    "source": gettext_lazy("Source"),
    "statement_kind": gettext_lazy("Statement"),
    "statement": gettext_lazy("Who said it, where"),
    "stated_on": gettext_lazy("When"),
    "value": gettext_lazy("Value"),
    "access": gettext_lazy("Access"),
    "scope": gettext_lazy("Whose data"),
    "nature": gettext_lazy("Nature"),
    "languages": gettext_lazy("Languages"),
    "period": gettext_lazy("Reference date or period"),
    "subgroup": gettext_lazy("Subgroup"),
    "collector": gettext_lazy("Collected by"),
    "publisher": gettext_lazy("Published by"),
    "confidence": gettext_lazy("Confidence"),
    "coverage_note": gettext_lazy("Coverage"),
    "locator": gettext_lazy("Where in the source"),
}


class RowsOfCells(ReviewedResource):
    """Rows that change cells, each told by exercise, section, indicator and year."""

    needed = ("exercise", "section", "indicator", "year")
    told_only = tuple(PLACE)

    class Meta(ReviewedResource.Meta):
        import_id_fields = ("exercise", "section", "indicator", "year")

    def __init__(self, actor=None, **kwargs):
        super().__init__(actor, **kwargs)
        self._cells = {}  # {exercise: its cells by what rows call them}, filled as rows ask

    def cells_of(self, exercise):
        """Return {(section, indicator, year): cell} under the titles and the keys of section and indicator."""
        if exercise not in self._cells:
            self._cells[exercise] = _by_name(exercise)
        return self._cells[exercise]

    def cell_of(self, row):
        """Return the cell that a row names; raise Refused where there is none."""
        exercise = self.exercise_of(row)
        cell = self.cells_of(exercise).get(tuple(folded(row.get(name, "")) for name in self.needed[1:]))
        if cell is None:
            raise Refused(
                _("%(exercise)s has no cell “%(section)s”, “%(indicator)s”, “%(year)s”. Correct these three.") % row
            )
        return cell

    def named(self, instance):
        """Return what the preview calls a row."""
        return f"{instance.exercise.code}, {instance.indicator.section}: {instance}"

    def after_import_row(self, row, row_result, **kwargs):
        if row_result.instance:
            row_result.object_repr = self.named(row_result.instance)

    def edit_of(self, cell, row, number):
        """Return the CellEdit of a cell, in which all rows of the file that concern it are gathered."""
        return self.keep(cell.exercise, cell.pk, CellEdit(cell.pk), row, number)

    def write(self, exercise, edits):
        save_cells(actor=self.actor, exercise=exercise, edits=edits, reason=self.reason, act=self.act)


def _by_name(exercise):
    found = {}
    for cell in Cell.objects.filter(exercise=exercise).select_related("indicator__section"):
        cell.exercise = exercise  # with its methodology and country, read once
        indicator, section = cell.indicator, cell.indicator.section
        for section_name in (section.key, section.title):
            for name in (indicator.key, indicator.title):
                found[folded(section_name), folded(name), str(cell.year)] = cell
    return found


class CellResource(RowsOfCells):
    """Cells are never new: a row that names none is refused."""

    headings = CELL_HEADINGS

    section = fields.Field(attribute="indicator__section__title", column_name="section")
    indicator = fields.Field(attribute="indicator__title", column_name="indicator")

    class Meta(RowsOfCells.Meta):
        model = Cell
        name = gettext_lazy("Cells")
        fields = export_order = import_order = tuple(CELL_HEADINGS)

    def identity(self, row):
        return tuple(folded(row.get(name, "")) for name in self.needed)

    def find(self, row):
        cell, version = self.cell_of(row), self.version_of(row)
        cell.seen_version = cell.version if version is None else version
        return cell

    def dehydrate_value(self, cell):
        return str(cell.get_value_display())

    def dehydrate_partial_reason(self, cell):
        return str(cell.get_partial_reason_display())

    def read_value(self, text, cell):
        value = self.key_of(text, dict(Value.choices), VALUES)
        return "" if value == NOT_ASSESSED else value

    def read_partial_reason(self, text, cell):
        return self.key_of(text, dict(PartialReason.choices))

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):  # noqa: FBT002 - the library's signature
        super().validate_instance(instance, import_validation_errors, validate_unique)
        given = {"partial_reason", "partial_note"} & {name for name in instance.imported if instance.imported[name]}
        if given and instance.value != Value.PARTIALLY_AVAILABLE:
            raise ValidationError(
                {self.heading(given.pop()): _("Only what is partially available has a reason. Clear it, or the value.")}
            )

    def save_instance(self, instance, is_create, row, **kwargs):
        edit = self.edit_of(instance, row, kwargs["row_number"])
        edit.version, edit.values = instance.seen_version, instance.imported


class ClaimResource(RowsOfCells):
    """Claims of cells: a row with an id is about that claim, one without is a new claim. No file deletes any."""

    headings = CLAIM_HEADINGS
    told_only = ("id", *PLACE)

    exercise = fields.Field(column_name="exercise")
    section = fields.Field(attribute="cell__indicator__section__title", column_name="section")
    indicator = fields.Field(attribute="cell__indicator__title", column_name="indicator")
    year = fields.Field(attribute="cell__year", column_name="year")
    status = fields.Field(column_name="status")

    class Meta(RowsOfCells.Meta):
        model = Claim
        name = gettext_lazy("Claims of the cells")
        fields = export_order = import_order = tuple(CLAIM_HEADINGS)

    def __init__(self, actor=None, **kwargs):
        super().__init__(actor, **kwargs)
        self._claims, self._sources = {}, {}  # {exercise: {id, as text: claim}}, {exercise: {folded key: source}}
        self._by_cell, self._marks = (
            {},
            {},
        )  # {exercise: {cell: its claims}}, {cell: {fields: what its claims say in them}}

    def filter_export(self, queryset, **kwargs):
        """Return the claims of the cells that the list shows, or of those selected in it."""
        claims = Claim.objects.filter(cell__in=queryset.order_by().values("pk")).select_related(
            "cell__exercise__methodology", "cell__indicator__section", "source", "collector", "publisher"
        )
        cell, section = "cell__indicator", "cell__indicator__section"
        return claims.order_by("cell__exercise__code", f"{section}__order", f"{cell}__order", "cell__year", "pk")

    # --- Which claim a row is about -----------------------------------------------

    def identity(self, row):
        return row.get("id") or None

    def find(self, row):
        exercise, text = self.exercise_of(row), row.get("id", "")
        if not text:
            return None
        claim = self._claims_of(exercise).get(text)
        if claim is None:
            raise Refused(
                _("%(exercise)s has no claim with the id %(id)s, or no longer. Empty the id to enter a new claim.")
                % {"exercise": exercise.code, "id": text}
            )
        if any(row.get(name) for name in ("section", "indicator", "year")) and self.cell_of(row) != claim.cell:
            raise Refused(
                _(
                    "The id belongs to a claim of “%(cell)s”. Put the ids back to their rows, or empty that of a new claim."
                )
                % {"cell": f"{claim.cell.indicator.section}: {claim.cell}"}
            )
        if (self.version_of(row) or claim.version) != claim.version:
            claim.is_stale = True
        return claim

    def begin(self, row):
        return Claim(cell=self.cell_of(row))

    def _claims_of(self, exercise):
        if exercise not in self._claims:
            claims = Claim.objects.filter(cell__exercise=exercise).select_related("source", "collector", "publisher")
            cells = {cell.pk: cell for cell in self.cells_of(exercise).values()}
            self._claims[exercise] = {str(claim.pk): claim for claim in claims}
            for claim in self._claims[exercise].values():
                claim.cell = cells[claim.cell_id]
        return self._claims[exercise]

    def _is_there(self, claim):
        """Say whether a claim of the cell, or an earlier row of the file, says all that a new one does."""
        names = tuple(sorted(claim.said))
        marks = self._marks.setdefault(claim.cell, {})
        if names not in marks:
            marks[names] = {_mark(other, names) for other in self._siblings(claim.cell)}
        return _mark(claim, names) in marks[names]

    def _siblings(self, cell):
        """Return the claims of a cell, those of this file included."""
        if not self._by_cell.get(cell.exercise):
            by_cell = self._by_cell[cell.exercise] = defaultdict(list)
            for claim in self._claims_of(cell.exercise).values():
                by_cell[claim.cell].append(claim)
        return self._by_cell[cell.exercise][cell]

    def _note(self, claim):
        self._siblings(claim.cell).append(claim)
        for names, marks in self._marks.get(claim.cell, {}).items():
            marks.add(_mark(claim, names))

    # --- From values to text --------------------------------------------------------

    def dehydrate_id(self, claim):
        return claim.pk

    def dehydrate_exercise(self, claim):
        return claim.cell.exercise.code

    def dehydrate_status(self, claim):
        return str(claim.cell.get_status_display())

    def dehydrate_source(self, claim):
        return claim.source.citation_key if claim.source else ""

    def dehydrate_statement_kind(self, claim):
        return str(claim.get_statement_kind_display())

    def dehydrate_stated_on(self, claim):
        return claim.stated_on or ""

    def dehydrate_value(self, claim):
        return str(claim.get_value_display())

    def dehydrate_access(self, claim):
        return str(claim.get_access_display())

    def dehydrate_scope(self, claim):
        return str(claim.get_scope_display())

    def dehydrate_nature(self, claim):
        return str(claim.get_nature_display())

    def dehydrate_languages(self, claim):
        return ", ".join(claim.languages)

    def dehydrate_subgroup(self, claim):
        return self.labels_of(claim.cell.exercise, "subgroup").get(claim.subgroup, claim.subgroup)

    def dehydrate_collector(self, claim):
        return claim.collector.acronym if claim.collector else ""

    def dehydrate_publisher(self, claim):
        return claim.publisher.acronym if claim.publisher else ""

    def dehydrate_confidence(self, claim):
        return str(claim.get_confidence_display())

    # --- From text to values --------------------------------------------------------

    def read_source(self, text, claim):
        exercise = claim.cell.exercise
        if exercise not in self._sources:
            sources = Source.objects.filter(exercise=exercise)
            self._sources[exercise] = {folded(source.citation_key): source for source in sources}
        source = self._sources[exercise].get(folded(text))
        if source is None:
            raise ValueError(
                _("No source of %(exercise)s is cited as “%(key)s”. Write its citation key, or enter it first.")
                % {"exercise": exercise.code, "key": text}
            )
        return source

    def read_statement_kind(self, text, claim):
        return self.key_of(text, dict(StatementKind.choices))

    def read_stated_on(self, text, claim):
        return read_date(text)

    def read_value(self, text, claim):
        values = dict(Claim._meta.get_field("value").choices)
        return self.key_of(text, values, {key: VALUES[key] for key in values})

    def read_access(self, text, claim):
        return self.key_of(text, dict(Access.choices), ACCESS)

    def read_scope(self, text, claim):
        return self.key_of(text, dict(Scope.choices))

    def read_nature(self, text, claim):
        return self.key_of(text, dict(Nature.choices))

    def read_languages(self, text, claim):
        return read_languages(text)

    def read_subgroup(self, text, claim):
        words = self.labels_of(claim.cell.exercise, "subgroup")
        known = {key: words.get(key, key) for key in claim.cell.indicator.section.subgroups}
        if not known:
            raise ValueError(_("This section does not tell subgroups apart. Empty the cell."))
        return self.key_of(text, known)

    def read_collector(self, text, claim):
        return self.agency_of(claim.cell.exercise, text)

    def read_publisher(self, text, claim):
        return self.agency_of(claim.cell.exercise, text)

    def read_confidence(self, text, claim):
        return self.key_of(text, dict(Confidence.choices))

    # --- One row --------------------------------------------------------------------

    def import_instance(self, instance, row, **kwargs):
        """Take the columns; a source put in a statement's place, or the other way round, replaces it."""
        super().import_instance(instance, row, **kwargs)
        source, statement = row.get("source"), row.get("statement_kind")
        if source and not statement and instance.statement_kind:
            self._clear(instance, "statement_kind", "")
        if statement and not source and instance.source:
            self._clear(instance, "source", None)

    def _clear(self, claim, name, empty):
        claim.changes.append((self.heading(name), str(self.export_field(self.fields[name], claim)), ""))
        claim.imported[name] = empty
        setattr(claim, name, empty)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        """Pass over what says nothing new: a claim that is there, such as by this very file, is not entered again."""
        if super().skip_row(instance, original, row, import_validation_errors):
            return True
        is_whole = "value" in instance.said and {"source", "statement_kind"} & instance.said.keys()
        if instance.pk or import_validation_errors or not is_whole:
            return False
        return self._is_there(instance)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):  # noqa: FBT002 - the library's signature
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if bool(instance.source_id) == bool(instance.statement_kind):
            raise ValidationError(
                {self.heading("source"): _("A claim rests on a source or on a statement: choose one.")}
            )
        if getattr(instance, "is_stale", False):
            raise ValidationError(
                _("It was changed since this file was exported. Export it again and make your change there.")
            )

    def save_instance(self, instance, is_create, row, **kwargs):
        edit = self.edit_of(instance.cell, row, kwargs["row_number"])
        edit.claims.append(ClaimEdit(instance.imported, instance.pk, instance.version if instance.pk else None))
        if is_create:
            self._note(instance)

    def named(self, claim):
        return f"{super().named(claim.cell)}: {claim.basis}"


def _mark(claim, names):
    """Return what a claim says in some of its fields, as something to be found by."""
    return tuple(str(getattr(claim, claim._meta.get_field(name).attname)) for name in names)
