"""Read the table of a section: years down, indicators across."""

from django.utils.translation import gettext as _

from mapping.content.spellings import squashed
from mapping.workbook.layout import NOTE_COLUMNS, SOURCE_COLUMNS, YEAR, Kind
from mapping.workbook.said import Said
from mapping.workbook.spelling import Misspelt, text_of
from mapping.workbook.unread import (
    columns_without_heading,
    first_headings,
    is_filled,
    no_heading,
    own_titles,
    rows_above,
    second_columns,
    strange_columns,
)

_YEAR_COLUMN = next(column for column in NOTE_COLUMNS if column.kind is Kind.YEAR)


class GridReader:
    """Reads such tables, and gathers in `found`, a FileContent, what they say."""

    def __init__(self, words, found):
        self._words, self._found = words, found

    def read(self, sheet, section, table):
        """Read the cells of a section from one table."""
        columns = [(column, indicator) for indicator, column in table.columns.items() if indicator is not YEAR]
        columns += [(column, indicator) for column, indicator in table.repeated if indicator is not YEAR]
        row_of_year, strays = {}, []
        for number in table.rows:
            year, problem = self._year_of(
                sheet, number, table.columns[YEAR], [column for column, _indicator in columns]
            )
            if problem:
                strays.append((number, *problem))
            if year and year in row_of_year:
                self._found.tell_error(
                    sheet, number, table.columns[YEAR], self._two_rows(sheet, year, row_of_year[year], table)
                )
            elif year:
                row_of_year[year] = number
                for column, indicator in columns:
                    self._read_value(sheet, number, column, (section.key, indicator.key, int(year)))
        self._tell_strays(sheet, strays)
        self._tell_columns_of_grid(sheet, table, [indicator.title for indicator in section.indicators])

    def _year_of(self, sheet, number, year_column, columns):
        """Return (the year of a row or "", None or (column, sentence) where it has values and no year)."""
        row = sheet.rows[number]
        said = [column for column in columns if is_filled(row[column])]
        try:
            year = self._words.read(_YEAR_COLUMN, row[year_column])
        except Misspelt as misspelt:
            if said:
                return "", (year_column, str(misspelt))
            if squashed(str(row[year_column])) not in own_titles():
                self._found.tell_ignored(sheet, number, year_column, _("This is no row of a year: it was not read."))
            return "", None
        if said and not year:
            return "", (said[0], _("The row of this value has no year."))
        return year, None

    def _tell_strays(self, sheet, strays):
        """Tell of the rows that have values and no year, which may be a table of sources: those that follow each other at once."""
        for rows in _in_runs(strays):
            (first, column, sentence), (last, *_rest) = rows[0], rows[-1]
            if len(rows) > 1:
                sentence = _(
                    "From here down to row %(last)d no row has a year, and none was read. Write the years, or, if these are "
                    "sources, the headings of their table, which begin with %(headings)s."
                ) % {"last": last + sheet.top + 1, "headings": first_headings(SOURCE_COLUMNS)}
            self._found.tell_error(sheet, first, column, sentence)

    @staticmethod
    def _two_rows(sheet, year, first, table):
        return _("Two rows are of the year %(year)s. The first is at %(first)s: correct the year of one of them.") % {
            "year": year, "first": sheet.address(first, table.columns[YEAR]),
        }  # fmt: skip

    def _tell_columns_of_grid(self, sheet, table, titles):
        for column, told in second_columns(sheet, table):
            if column in {at for at, meaning in table.repeated if meaning is YEAR}:
                self._found.tell_error(sheet, table.head, column, told)
        for column, told in strange_columns(sheet, table, titles):
            self._found.tell_ignored(sheet, table.head, column, told)
        last = max(table.columns.values())
        for column in columns_without_heading(sheet, table):
            lost = min(table.columns.values()) < column < last or self._holds_values(sheet, table, column)
            tell = self._found.tell_error if lost else self._found.tell_ignored
            tell(sheet, table.head, column, no_heading(sheet, table, column))

    def _holds_values(self, sheet, table, column):
        """Say whether a column that has no heading holds what a column of an indicator does."""
        for number in table.rows:
            try:
                text = text_of(sheet.rows[number][column])
                if text and self._words.value_and_reason(text):
                    return True
            except Misspelt:
                continue
        return False

    def _read_value(self, sheet, number, column, key):
        place = sheet.address(number, column)
        said = Said("cell", sheet.name, place, key)
        said.places["value"] = said.places["partial_reason"] = (sheet.name, place)
        try:
            text = text_of(sheet.rows[number][column])
            if text:
                said.values["value"], said.values["partial_reason"] = self._words.value_and_reason(text)
        except Misspelt as misspelt:
            said.sound = False
            self._found.tell_error(sheet, number, column, str(misspelt), record=said.name)
        self._found.cells.append(said)


def tell_missing_grid(found, sheet, grid, first_table):
    """Say that years and indicators were not read, where more than titles stands above the sources."""
    rows = rows_above(sheet, first_table)
    if rows:
        known = {number: grid.known_in(sheet.rows[number]) for number in rows}
        head = max(rows, key=lambda number: (known[number], number if known[number] else -number))
        found.tell_error(
            sheet, head, 0,
            _(
                "The table of years and indicators was not found: what stands from this row down was not read. "
                "Its first heading must be “%(year)s”, beside those of the indicators."
            )
            % {"year": YEAR},
        )  # fmt: skip


def _in_runs(rows):
    """Return rows, tuples that begin with their number, in lists of those that follow each other."""
    runs = []
    for row in rows:
        if runs and runs[-1][-1][0] == row[0] - 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs
