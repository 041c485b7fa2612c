"""Cells as rows of a flat file: one row a cell, told by section, indicator and year."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import fields

from accounts.refusals import Refused
from mapping.availability.models import Cell, PartialReason, Value
from mapping.availability.services import CellEdit, save_cells
from mapping.content.errors import RowsRefused, StaleVersion
from mapping.content.resources import ReviewedResource, key_of
from mapping.fields import folded

HEADINGS = {
    "exercise": gettext_lazy("Exercise"),
    "section": gettext_lazy("Section"),
    "indicator": gettext_lazy("Indicator"),
    "year": gettext_lazy("Year"),
    "version": gettext_lazy("Version"),
    "status": gettext_lazy("Review"),
    "value": gettext_lazy("Value"),
    "partial_reason": gettext_lazy("Why partially"),
    "partial_note": gettext_lazy("About the reason"),
    "resolution": gettext_lazy("How the contradiction is resolved"),
    "note": gettext_lazy("Note"),
}
# How people write values besides their own words.
SPELLINGS = {"partial": Value.PARTIALLY_AVAILABLE, "partially": Value.PARTIALLY_AVAILABLE, "not assessed": ""}


class CellResource(ReviewedResource):
    """Cells are never new: a row that names none is refused. All rows are saved by one act of the service."""

    headings = HEADINGS
    needed = ("exercise", "section", "indicator", "year")
    told_only = ("exercise", "section", "indicator", "year", "version", "status")

    section = fields.Field(attribute="indicator__section__title", column_name="section")
    indicator = fields.Field(attribute="indicator__title", column_name="indicator")

    class Meta(ReviewedResource.Meta):
        model = Cell
        fields = tuple(HEADINGS)
        import_id_fields = ("exercise", "section", "indicator", "year")
        export_order = import_order = tuple(HEADINGS)

    def __init__(self, actor=None, **kwargs):
        super().__init__(actor, **kwargs)
        self.pending = {}  # {exercise: {cell id: (CellEdit, row number, row)}}

    # --- Which cell a row is about ----------------------------------------------

    def identity(self, row):
        return tuple(folded(row.get(name, "")) for name in self.needed)

    def find(self, row):
        exercise = self.exercise_of(row)
        if exercise not in self._cells:
            self._cells[exercise] = _by_name(exercise)
        cell = self._cells[exercise].get(self.identity(row)[1:])
        if cell is None:
            raise Refused(
                _("%(exercise)s has no cell “%(section)s”, “%(indicator)s”, “%(year)s”. Correct these three.") % row
            )
        cell.exercise = exercise
        version = self.version_of(row)
        cell.seen_version = cell.version if version is None else version
        return cell

    @cached_property
    def _cells(self):
        """Return {exercise: its cells by what rows call them}, filled as rows ask."""
        return {}

    # --- From text to values, and back ------------------------------------------

    def dehydrate_value(self, cell):
        return str(cell.get_value_display())

    def dehydrate_partial_reason(self, cell):
        return str(cell.get_partial_reason_display())

    def read_value(self, text, cell):
        return self._spellings[folded(text)] if folded(text) in self._spellings else key_of(text, dict(Value.choices))

    def read_partial_reason(self, text, cell):
        return key_of(text, dict(PartialReason.choices))

    @cached_property
    def _spellings(self):
        known = {folded(word): value for word, value in SPELLINGS.items()}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                known |= {folded(str(label)): key for key, label in Value.choices}
                known[folded(_("Not assessed"))] = ""
        return known

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):  # noqa: FBT002 - the library's signature
        super().validate_instance(instance, import_validation_errors, validate_unique)
        given = {"partial_reason", "partial_note"} & {name for name in instance.imported if instance.imported[name]}
        if given and instance.value != Value.PARTIALLY_AVAILABLE:
            raise ValidationError(
                {self.heading(given.pop()): _("Only what is partially available has a reason. Clear it, or the value.")}
            )

    # --- Saving: once for the whole file ------------------------------------------

    def save_instance(self, instance, is_create, row, **kwargs):
        edit = CellEdit(instance.pk, instance.seen_version, instance.imported)
        self.pending.setdefault(instance.exercise, {})[instance.pk] = (edit, kwargs["row_number"], row)

    def after_import(self, dataset, result, **kwargs):
        for exercise, rows in self.pending.items():
            edits = [edit for edit, _number, _row in rows.values()]
            try:
                save_cells(actor=self.actor, exercise=exercise, edits=edits, reason=self.reason, act=self.act)
            except RowsRefused as refused:
                for cell_id, refusal in refused.refusals.items():
                    _edit, number, row = rows[cell_id]
                    result.append_invalid_row(number, row, ValidationError(_told(refusal)))


def _by_name(exercise):
    """Return {(section, indicator, year): cell} under the titles and the keys of section and indicator."""
    found = {}
    for cell in Cell.objects.filter(exercise=exercise).select_related("indicator__section"):
        indicator, section = cell.indicator, cell.indicator.section
        for section_name in (section.key, section.title):
            for name in (indicator.key, indicator.title):
                found[folded(section_name), folded(name), str(cell.year)] = cell
    return found


def _told(refusal):
    if isinstance(refusal, StaleVersion):
        return _("%(who)s changed it since this file was exported. Export it again and make your change there.") % {
            "who": refusal.row.last_author or _("Somebody")
        }
    return [str(refusal), *refusal.problems]
