"""Write a file of several exercises: their cells, sources and claims in three flat tables, for coordinators.

The same columns, words, stamps and rules as the workbook of one exercise; a first column tells the exercise.
"""

from datetime import date
from io import BytesIO
from itertools import zip_longest

from xlsxwriter import Workbook

from mapping.workbook import layout
from mapping.workbook.fingerprints import KINDS, fingerprint
from mapping.workbook.layout import Kind
from mapping.workbook.sheets import WIDTH, colour_values, input_help, keep_in_sight, print_on_a4, value_formats
from mapping.workbook.spelling import Words
from mapping.workbook.stamps import stamp_rows
from mapping.workbook.write import OPTIONS, SPARE_ROWS


def write_regional(contents):
    """Return the bytes of the file; `contents` yields a Known for each exercise, and none of them is kept."""
    out = BytesIO()
    with Workbook(out, {**OPTIONS, "constant_memory": True, "in_memory": False}) as workbook:
        tables = [_FlatSheet(workbook, str(name), columns) for name, columns in layout.REGIONAL_SHEETS]
        lists = _Lists(workbook)
        stamps = workbook.add_worksheet(layout.STAMPS)
        stamps.hide()
        row = 0
        for known in contents:
            words, code = Words(known), known.exercise.code
            lists.add(words)
            told = zip(KINDS, tables, (_cells(known), _sources(known), _claims(known)), strict=True)
            fingerprints = {kind: table.write(words, code, rows) for kind, table, rows in told}
            head = {"exercise": code, "methodology": f"{known.exercise.methodology.key}"}
            for line in list(stamp_rows(known, head=head, fingerprints=fingerprints))[1 if row else 0 :]:
                for column, text in enumerate(line):
                    if text:
                        stamps.write_string(row, column, text)
                row += 1
        lists.close()
        for table in tables:
            table.close(lists)
    return out.getvalue()


class _FlatSheet:
    """A table that is written row by row."""

    def __init__(self, workbook, name, columns):
        self._columns, self._row = columns, 0
        self._sheet = workbook.add_worksheet(name)
        self._colours = value_formats(workbook)
        self._dates = workbook.add_format({"num_format": "dd-mm-yyyy"})
        self._left = workbook.add_format({"align": "left"})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for at, column in enumerate(columns):
            self._sheet.set_column(at, at, column.width)
            self._sheet.write_string(0, at, str(column.heading), bold)
        print_on_a4(self._sheet)
        keep_in_sight(self._sheet, rows=1, columns=1)

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
            self._sheet.write_number(self._row, at, cell, self._left)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._row, at, cell, self._dates)
        else:
            self._sheet.write_string(self._row, at, cell)

    def close(self, lists):
        """Write what is about all rows: the filter, the dropdowns, the colours."""
        last = max(1, self._row)
        self._sheet.autofilter(0, 0, last, len(self._columns) - 1)
        for at, column in enumerate(self._columns):
            rule = input_help(str(column.heading), str(column.help))
            if source := lists.ranges.get(column.vocabulary):
                rule |= {"validate": "list", "source": source, "error_type": "warning"}
            if rule:
                self._sheet.data_validation(1, at, last + SPARE_ROWS, at, {"validate": "any"} | rule)
            if column.field == "value" and lists.words:
                colour_values(self._sheet, (1, at, last, at), lists.words, self._colours)


class _Lists:
    """The sheet of the words that the dropdowns offer: those of all exercises in the file."""

    def __init__(self, workbook):
        self._sheet = workbook.add_worksheet(str(layout.LISTS))
        self._labels = {
            column.vocabulary: {}
            for _name, columns in layout.REGIONAL_SHEETS
            for column in columns
            if column.kind is Kind.CHOICE
        }
        self.words, self.ranges = None, {}

    def add(self, words):
        """Gather the words of one exercise."""
        self.words = words
        for vocabulary, labels in self._labels.items():
            labels.update(dict.fromkeys(words.offered(vocabulary)))

    def close(self):
        """Write the lists, a column each; `ranges` tells where each stands from then on."""
        columns = [list(labels) for labels in self._labels.values()]
        for row, words in enumerate(zip_longest(*columns)):
            for at, word in enumerate(words):
                if word:
                    self._sheet.write_string(row, at, word)
        for at, (vocabulary, labels) in enumerate(self._labels.items()):
            if labels:
                letter = chr(65 + at)
                self.ranges[vocabulary] = f"='{layout.LISTS}'!${letter}$1:${letter}${len(labels)}"
        self._sheet.set_column(0, len(columns), WIDTH)


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
