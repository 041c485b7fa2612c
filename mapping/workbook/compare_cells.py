"""Compare what a file says of cells: in a section's table and among the notes."""

from django.utils.translation import gettext as _

from mapping.availability.models import Value
from mapping.workbook.said import Place


class Cells:
    """Compares the cells."""

    def __init__(self, merging):
        self._merging = merging
        self._file, self._known, self._found = merging.file, merging.known, merging.found

    def compare(self):
        together = {}
        for said in self._file.cells:
            if (first := together.setdefault(said.key, said)) is not said:
                self._join_cell(first, said)
        for key, said in together.items():
            held = self._known.cells.get(key)
            if held is not None:
                edits = self._merging.merge(said, held, self._file.stamps.of("cell", key))
                self._merging.settle(said, held, edits, refusal=held.refusal)
                self._warn_of_missing_reason(said, held, edits)
            elif said.values:
                self._merging.error(
                    said, next(iter(said.values)), _("This indicator has no cell for %(year)s.") % {"year": key[2]}
                )

    def _join_cell(self, first, said):
        first.sound = first.sound and said.sound
        for name, text in said.values.items():
            if first.values.get(name, text) != text:
                sheet, cell = first.at(name)
                self._merging.error(
                    said, name,
                    _("%(sheet)s!%(cell)s says something else of the same cell.") % {"sheet": sheet, "cell": cell},
                )  # fmt: skip
                first.sound = False
            else:
                first.values[name], first.places[name] = text, said.at(name)

    def _warn_of_missing_reason(self, said, held, edits):
        now = {**held.values, **edits}
        if "value" in edits and now["value"] == Value.PARTIALLY_AVAILABLE and not now["partial_reason"]:
            told = _("A partial without a reason is saved as a draft. Say why before it is submitted.")
            self._found.warnings.append(Place(*said.at("value"), told, held.name))
