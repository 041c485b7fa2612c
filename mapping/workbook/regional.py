"""Read a file of several exercises, which `write_regional` describes: which rows belong to which exercise."""

from collections import defaultdict
from dataclasses import replace

from django.utils.translation import gettext as _

from mapping.fields import folded, in_every_language
from mapping.workbook.fingerprints import KINDS, Untouched, fingerprint
from mapping.workbook.layout import EXERCISE, LISTS, REGIONAL_SHEETS
from mapping.workbook.opening import Unusable, open_sheets
from mapping.workbook.read import Reader, unheard
from mapping.workbook.said import Place
from mapping.workbook.spelling import Words, shortened
from mapping.workbook.stamps import is_stamp_sheet, read_fingerprints, read_stamps, stamps_of_several
from mapping.workbook.tables import Headings, Table
from mapping.workbook.unread import (
    first_filled,
    first_headings,
    second_columns,
    told_above,
    told_of_hidden,
    unread_columns,
)

_NOT_EXPORTED = ("", (), 0, [])


class RegionalFile:
    """A file of several exercises, opened: which of its rows belong to which exercise. It is compared once."""

    def __init__(self, content, progress=unheard):
        self.errors, self.ignored, self.warnings = [], [], []  # about no exercise
        self._stamps, self._readers = {}, {}
        self._rows = defaultdict(list)  # {exercise's code, folded: [(which table, sheet, Table)]}
        self._order = {}  # {which table, name of the sheet: where its columns stand, as they were exported}
        self.codes = {}  # {folded: as written}
        kinds = {Headings.of_columns(columns): number for number, (_name, columns) in enumerate(REGIONAL_SHEETS)}
        sheets = open_sheets(content)
        for number, sheet in enumerate(sheets, start=1):
            progress(number, len(sheets), _("Reading the sheet “%(sheet)s”") % {"sheet": sheet.name})
            if is_stamp_sheet(sheet.rows):
                self._stamps = stamps_of_several(sheet.rows)
            elif found := _best_table(sheet, kinds):
                self.warnings += told_of_hidden(sheet)
                self._share_out(sheet, *found)
                self._tell_beside(sheet, found[1])
            elif filled := first_filled(sheet):
                self._tell_sheet(sheet, filled)
        if not self.codes:
            raise Unusable(
                _("No sheet has a column “%(exercise)s” beside those of cells, sources or claims.")
                % {"exercise": EXERCISE.heading}
            )

    def _tell_beside(self, sheet, table):
        """Tell what is not read of a sheet that has a table: its columns once, whichever exercises they speak of."""
        self.ignored += told_above(sheet, table)
        for tell, columns in ((self.errors, second_columns), (self.ignored, unread_columns)):
            for column, told in columns(sheet, table):
                tell.append(Place(sheet.name, sheet.address(table.head, column), told))

    def _tell_sheet(self, sheet, filled):
        """Tell of a sheet without a table, but for the lists: one that is called as ours are was meant to have one."""
        if _is_called(sheet, LISTS):
            return
        for name, columns in REGIONAL_SHEETS:
            if _is_called(sheet, name):
                told = _(
                    "No table was found on the sheet “%(sheet)s”: nothing on it was read. Its headings are %(headings)s, …."
                ) % {"sheet": sheet.name, "headings": first_headings(columns)}
                self.errors.append(Place(sheet.name, sheet.address(*filled), told))
                return
        told = _("The sheet has no table of cells, sources or claims with a column “%(exercise)s”: it was not read.")
        self.ignored.append(Place(sheet.name, sheet.address(*filled), told % {"exercise": EXERCISE.heading}))

    def _share_out(self, sheet, kind, table):
        at = table.columns[EXERCISE]
        self._order[kind, sheet.name] = [table.columns.get(column) for column in REGIONAL_SHEETS[kind][1][1:]]
        columns = {column: place for column, place in table.columns.items() if column is not EXERCISE}
        for number in table.rows:
            row = sheet.rows[number]
            code = str(row[at]).strip()
            if not code:
                if any(str(cell).strip() for cell in row):
                    told = _("Say in the column “%(heading)s” which exercise it belongs to.")
                    self.errors.append(
                        Place(sheet.name, sheet.address(number, at), told % {"heading": EXERCISE.heading})
                    )
                continue
            key = folded(code)
            self.codes.setdefault(key, (code, Place(sheet.name, sheet.address(number, at), "")))
            parts = self._rows[key]
            if not parts or parts[-1][1] is not sheet:
                parts.append((kind, sheet, Table(table.head, columns, [])))
            parts[-1][2].rows.append(number)

    def refuse(self, key, sentence):
        """Note that an exercise cannot be changed, at its first row."""
        place = self.codes[key][1]
        self.errors.append(Place(place.sheet, place.cell, sentence))

    def no_exercise(self, key):
        """Note that a code stands for no exercise that the person may change."""
        told = _("“%(code)s” is no exercise that you may change.")
        self.refuse(key, told % {"code": shortened(self.codes[key][0])})

    def untouched(self, key, code, versions_now):
        """Return which rows of one exercise nobody touched since the export.

        `versions_now` is a function that returns {kind: {key: version}}; it is not asked where nothing was exported.
        """
        exported, rest = read_fingerprints(self._stamps.get(code, []))
        if not exported:
            return Untouched(stamps=rest)
        versions = versions_now()
        found, count = Untouched(), len(exported)
        for kind, sheet, table in self._rows[key]:
            order = self._order[kind, sheet.name]
            for number in table.rows:
                row = sheet.rows[number]
                mark = fingerprint(["" if at is None else row[at] for at in order])
                told, named, version, _stamp = exported.get(mark, _NOT_EXPORTED)
                if told == KINDS[kind] and versions[told].get(named) == version:
                    found.keys[told].add(named)
                    found.rows.add((sheet.name, number))
                    del exported[mark]  # a copy of the row is found no second time
        found.stamps = rest + [stamp for *_told, stamp in exported.values()]
        in_file = sum(len(table.rows) for _kind, _sheet, table in self._rows[key])
        found.is_all = len(found) == count == in_file
        return found

    def known_like(self, exercise):
        """Return Known of an exercise under the same methodology that was read before, or None."""
        reader = self._readers.get(exercise.methodology_id)
        return reader and reader.known

    def content_of(self, key, known, untouched):
        """Return the FileContent of one exercise, but for its untouched rows."""
        methodology = known.exercise.methodology_id
        reader = Reader(known, Words(known), like=self._readers.get(methodology))
        self._readers.setdefault(methodology, reader)
        for kind, sheet, table in self._rows[key]:
            rest = replace(table, rows=[row for row in table.rows if (sheet.name, row) not in untouched.rows])
            (reader.read_cell_rows, reader.read_source_rows, reader.read_claim_rows)[kind](sheet, rest)
        reader.found.stamps = read_stamps(untouched.stamps)
        reader.found.untouched = untouched
        return reader.found

    def forget(self, key, code):
        """Let go of the rows of an exercise that was compared: those of a region fill the memory."""
        self._stamps.pop(code, None)
        for _kind, sheet, table in self._rows.pop(key):
            for number in table.rows:
                sheet.rows[number] = ()


def _is_called(sheet, name):
    return folded(sheet.name) in map(folded, in_every_language(name))


def _best_table(sheet, kinds):
    """Return (which table, Table) that most headings of a sheet speak for, down to its end, or None."""
    for line, row in enumerate(sheet.rows):
        heads = [(number, headings.head(row, line)) for headings, number in kinds.items()]
        if found := [(number, table) for number, table in heads if table and EXERCISE in table.columns]:
            number, table = max(found, key=lambda one: len(one[1].columns))
            table.rows = range(line + 1, len(sheet.rows))
            return number, table
    return None
