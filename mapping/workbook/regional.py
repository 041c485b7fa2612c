"""A file of several exercises: their cells, sources and claims in three flat tables, for coordinators.

The same columns, words, stamps and rules as the workbook of one exercise; a first column tells the exercise.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from io import BytesIO

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from mapping.fields import folded, in_every_language
from mapping.workbook import layout
from mapping.workbook.fingerprints import KINDS, Untouched, fingerprint
from mapping.workbook.layout import EXERCISE, REGIONAL_CELLS, REGIONAL_CLAIMS, REGIONAL_SOURCES, Kind
from mapping.workbook.opening import Unusable, open_sheets
from mapping.workbook.read import Place, Reader, unheard
from mapping.workbook.spelling import Words, shortened
from mapping.workbook.stamps import is_stamp_sheet, read_fingerprints, read_stamps, stamp_rows, stamps_of_several
from mapping.workbook.tables import Headings, Table
from mapping.workbook.unread import first_filled, first_headings, rows_above, second_columns, unread_columns
from mapping.workbook.write import OPTIONS

_SHEETS = (
    (layout.CELLS_SHEET, REGIONAL_CELLS),
    (layout.SOURCES_SHEET, REGIONAL_SOURCES),
    (layout.CLAIMS_SHEET, REGIONAL_CLAIMS),
)


def write_regional(contents):
    """Return the bytes of the file; `contents` yields a Known for each exercise, and none of them is kept."""
    out = BytesIO()
    with Workbook(out, {**OPTIONS, "constant_memory": True, "in_memory": False}) as workbook:
        tables = [_FlatSheet(workbook, str(name), columns) for name, columns in _SHEETS]
        stamps = workbook.add_worksheet(layout.STAMPS)
        stamps.hide()
        row = 0
        for known in contents:
            words, code = Words(known), known.exercise.code
            told = zip(KINDS, tables, (_cells(known), _sources(known), _claims(known)), strict=True)
            fingerprints = {kind: table.write(words, code, rows) for kind, table, rows in told}
            head = {"exercise": code, "methodology": f"{known.exercise.methodology.key}"}
            for line in list(stamp_rows(known, head=head, fingerprints=fingerprints))[1 if row else 0 :]:
                for column, text in enumerate(line):
                    if text:
                        stamps.write_string(row, column, text)
                row += 1
        for table in tables:
            table.close()
    return out.getvalue()


class _FlatSheet:
    """A table that is written row by row."""

    def __init__(self, workbook, name, columns):
        self._columns, self._row = columns, 0
        self._sheet = workbook.add_worksheet(name)
        self._dates = workbook.add_format({"num_format": "dd-mm-yyyy"})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for at, column in enumerate(columns):
            self._sheet.set_column(at, at, column.width)
            self._sheet.write_string(0, at, str(column.heading), bold)
        self._sheet.freeze_panes(1, 1)

    def write(self, words, code, rows):
        """Write the rows of one exercise; return the fingerprint of each."""
        fingerprints = []
        for row in rows:
            self._row += 1
            self._sheet.write_string(self._row, 0, code)
            shown = [_shown(column, row.get(column.field, ""), words) for column in self._columns[1:]]
            for at, cell in enumerate(shown, start=1):
                if cell != "":
                    self._write_cell(at, cell)
            fingerprints.append(fingerprint(shown))
        return fingerprints

    def _write_cell(self, at, cell):
        if isinstance(cell, int):
            self._sheet.write_number(self._row, at, cell)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._row, at, cell, self._dates)
        else:
            self._sheet.write_string(self._row, at, cell)

    def close(self):
        self._sheet.autofilter(0, 0, max(1, self._row), len(self._columns) - 1)


def _shown(column, plain, words):
    return plain if column.kind is Kind.ID or column.kind is Kind.YEAR else words.written(column, plain)


def _place(key):
    return {"section": key[0], "indicator": key[1], "year": key[2]}


def _cells(known):
    for cell in known.cells.values():
        value = cell.values["value"]
        yield {**cell.values, **_place(cell.key), "value": "" if value == layout.NOT_ASSESSED else value}


def _sources(known):
    for source in known.sources.values():
        sections = "; ".join(source.values["sections"].split())
        yield {**source.values, "citation_key": source.citation_key, "sections": sections, "id": source.pk}


def _claims(known):
    for claim in known.claims.values():
        yield {**claim.values, **_place(claim.cell), "id": claim.pk}


_NOT_EXPORTED = ("", (), 0, [])


class RegionalFile:
    """A file of several exercises, opened: which of its rows belong to which exercise. It is compared once."""

    def __init__(self, content, progress=unheard):
        self.errors, self._stamps, self._readers = [], {}, {}
        self._ignored = []  # told with the first exercise that is compared
        self._rows = defaultdict(list)  # {exercise's code, folded: [(which table, sheet, Table)]}
        self._order = {}  # {which table, name of the sheet: where its columns stand, as they were exported}
        self.codes = {}  # {folded: as written}
        kinds = {Headings.of_columns(columns): number for number, (_name, columns) in enumerate(_SHEETS)}
        sheets = open_sheets(content)
        for number, sheet in enumerate(sheets, start=1):
            progress(number, len(sheets), _("Reading the sheet “%(sheet)s”") % {"sheet": sheet.name})
            if is_stamp_sheet(sheet.rows):
                self._stamps = stamps_of_several(sheet.rows)
            elif found := _best_table(sheet, kinds):
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
        if above := rows_above(sheet, table):
            told = _("What stands above the headings of the table was not read.")
            self._ignored.append(Place(sheet.name, sheet.address(above[0], 0), told))
        for tell, columns in ((self.errors, second_columns), (self._ignored, unread_columns)):
            for column, told in columns(sheet, table):
                tell.append(Place(sheet.name, sheet.address(table.head, column), told))

    def _tell_sheet(self, sheet, filled):
        """Tell of a sheet without a table: one that is called as ours are was meant to have one."""
        for name, columns in _SHEETS:
            if folded(sheet.name) in map(folded, in_every_language(name)):
                told = _(
                    "No table was found on the sheet “%(sheet)s”: nothing on it was read. Its headings are %(headings)s, …."
                ) % {"sheet": sheet.name, "headings": first_headings(columns)}
                self.errors.append(Place(sheet.name, sheet.address(*filled), told))
                return
        told = _("The sheet has no table of cells, sources or claims with a column “%(exercise)s”: it was not read.")
        self._ignored.append(Place(sheet.name, sheet.address(*filled), told % {"exercise": EXERCISE.heading}))

    def _share_out(self, sheet, kind, table):
        at = table.columns[EXERCISE]
        self._order[kind, sheet.name] = [table.columns.get(column) for column in _SHEETS[kind][1][1:]]
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
        found.is_all = len(found) == count == in_file and not self._ignored
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
        reader.found.ignored += self._ignored
        self._ignored = []  # once
        return reader.found

    def forget(self, key, code):
        """Let go of the rows of an exercise that was compared: those of a region fill the memory."""
        self._stamps.pop(code, None)
        for _kind, sheet, table in self._rows.pop(key):
            for number in table.rows:
                sheet.rows[number] = ()


def _best_table(sheet, kinds):
    """Return (which table, Table) that most headings of a sheet speak for, down to its end, or None."""
    for line, row in enumerate(sheet.rows):
        heads = [(number, headings.head(row, line)) for headings, number in kinds.items()]
        if found := [(number, table) for number, table in heads if table and EXERCISE in table.columns]:
            number, table = max(found, key=lambda one: len(one[1].columns))
            table.rows = range(line + 1, len(sheet.rows))
            return number, table
    return None
