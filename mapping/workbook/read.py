"""Read a workbook: what it says, where it says so, and everything in it that cannot be understood."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim
from mapping.content.spellings import squashed
from mapping.fields import in_every_language
from mapping.sources.models import Source
from mapping.workbook import layout, usual_names
from mapping.workbook.layout import CLAIM_COLUMNS, NOTE_COLUMNS, SOURCE_COLUMNS, YEAR, Kind
from mapping.workbook.opening import Unusable, open_sheets
from mapping.workbook.plain import to_model
from mapping.workbook.said import FileContent, Place, Said
from mapping.workbook.spelling import Misspelt, shortened, text_of
from mapping.workbook.stamps import is_stamp_sheet, read_stamps
from mapping.workbook.tables import Headings, find_tables, is_of_several
from mapping.workbook.unread import (
    columns_without_heading,
    first_filled,
    first_headings,
    is_filled,
    no_heading,
    own_titles,
    quoted,
    rows_above,
    second_columns,
    strange_columns,
    unread_columns,
)

_NUMBER_IN_FRONT = re.compile(r"^\s*\d{1,3}[\s._)/:–—-]*")  # of a sheet that is called “1. Immigration”
_MOST_NAMES = 5  # of sheets, that a sentence tells
_TITLE_ROWS = 3  # where a renamed sheet still says which section it is


def unheard(step, steps, title):
    """Tell nobody how far the reading is."""


def read_workbook(content, known, words, progress=unheard):
    """Return the FileContent of an .xlsx file, given as bytes. Raises Unusable where nothing can be compared.

    `progress(step, steps, title)` is called before each sheet.
    """
    sheets = open_sheets(content)
    if any(is_of_several(sheet.rows) for sheet in sheets):
        raise Unusable(
            _(
                "This is a file of several exercises: bring it in under “Files of several exercises”, or with no --exercise."
            )
        )
    reader = Reader(known, words)
    for sheet in sheets:
        if is_stamp_sheet(sheet.rows):
            reader.found.stamps = read_stamps(sheet.rows)
            _refuse_another_exercise(reader.found.stamps, known.exercise)
            _refuse_another_methodology(reader.found.stamps, known.exercise.methodology)
    for number, sheet in enumerate(sheets, start=1):
        progress(number, len(sheets) + 1, _("Reading the sheet “%(sheet)s”") % {"sheet": sheet.name})
        if not is_stamp_sheet(sheet.rows):
            reader.read_sheet(sheet)
    if not reader.sheet_of_section:
        raise Unusable(
            _("None of the sheets (%(found)s) is one of a section: those are called, for instance, %(names)s.")
            % {
                "found": _first(sheet.name for sheet in sheets),
                "names": quoted(section.sheet for section in known.sections[:3]),
            }
        )
    return reader.found


def _first(names):
    names = [shortened(name) for name in names]
    return quoted(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")


def _refuse_another_exercise(stamps, exercise):
    code = stamps.head.get("exercise", "")
    if code and code != exercise.code:
        raise Unusable(
            _("This workbook was exported from %(other)s. It cannot be imported into %(exercise)s.")
            % {"other": shortened(code), "exercise": exercise.code}
        )


def _refuse_another_methodology(stamps, methodology):
    """Another version of the same one is read: what it no longer has is told place by place."""
    told = stamps.head.get("methodology", "")
    if told and told.split()[0] != methodology.key:
        raise Unusable(
            _("This workbook follows the methodology “%(other)s”, the exercise follows “%(methodology)s”.")
            % {"other": shortened(told), "methodology": methodology}
        )


class Reader:
    """Goes through the sheets and gathers what they say."""

    def __init__(self, known, words, like=None):
        """`like` is a reader of another exercise under the same methodology: it knows the names already."""
        self.known, self.words = known, words
        self.found = FileContent()
        self.sheet_of_section = {}
        self._sources = Headings.of_columns(SOURCE_COLUMNS)
        self._claims = Headings.of_columns(CLAIM_COLUMNS)
        self._notes = Headings.of_columns(NOTE_COLUMNS)
        if like is not None:
            self.section_names, self.indicators, self._readers = like.section_names, like.indicators, {}
            return
        self.section_names = usual_names.section_spellings(known.sections)
        self.indicators = {
            section.key: {name: item.key for name, item in usual_names.indicator_spellings(section.indicators).items()}
            for section in known.sections
        }
        self._readers = {
            squashed(name): read
            for names, usual, read in (
                (layout.CLAIMS_SHEET, "claims", self._read_claims),
                (layout.NOTES_SHEET, "notes", self._read_notes),
                (layout.OTHER_SOURCES, "sources", self._read_other_sources),
                (layout.COVER, "", self._pass_over),
                (layout.LISTS, "", self._pass_over),
            )
            for name in (*in_every_language(names), *usual_names.SHEETS.get(usual, ()))
        }

    def read_sheet(self, sheet):
        """Read a sheet by what its name, or its first rows, say it is."""
        numbered = _NUMBER_IN_FRONT.sub("", sheet.name)
        if read := self._readers.get(squashed(sheet.name)) or self._readers.get(squashed(numbered)):
            read(sheet)
        elif section := self._section_of(sheet):
            self._read_section(sheet, section)
        elif any(str(cell).strip() for row in sheet.rows for cell in row):
            self._ignore(sheet, 0, 0, self._strange_sheet(sheet))

    def _section_of(self, sheet):
        titles = [cell for row in sheet.rows[:_TITLE_ROWS] for cell in row if isinstance(cell, str) and cell.strip()]
        names = map(squashed, [sheet.name, _NUMBER_IN_FRONT.sub("", sheet.name), *titles])
        return next((self.section_names[name] for name in names if name in self.section_names), None)

    def _strange_sheet(self, sheet):
        told = _("The sheet is none of a section: nothing on it was read.")
        titles = [section.title for section in self.known.sections]
        if alike := usual_names.near(sheet.name, titles):
            told += " " + _("If it is one, name it after its section: %(choices)s.") % {"choices": quoted(alike)}
        return told

    def _pass_over(self, sheet):
        pass

    # --- sections ---

    def _read_section(self, sheet, section):
        if other := self.sheet_of_section.get(section.key):
            self._error(
                sheet, 0, 0,
                _("The sheet “%(other)s” is the section “%(section)s” already. Keep one of the two.")
                % {"other": other, "section": section.title},
            )  # fmt: skip
            return
        self.sheet_of_section[section.key] = sheet.name
        grid = Headings.of_indicators(section.indicators)
        tables = find_tables(sheet.rows, grid, self._sources)
        if not tables:
            self._error(sheet, 0, 0, _("The sheet has neither a table of years and indicators nor one of sources."))
        elif all(kind is not grid for kind, _table in tables):
            self._tell_missing_grid(sheet, grid, tables[0][1])
        for kind, table in tables:
            if kind is grid:
                self._read_grid(sheet, section, table)
            else:
                self.read_source_rows(sheet, table, section.key)
                self._tell_columns(sheet, table)

    def _tell_missing_grid(self, sheet, grid, first_table):
        """Say that years and indicators were not read, where more than titles stands above the sources."""
        rows = rows_above(sheet, first_table)
        if rows:
            known = {number: grid.known_in(sheet.rows[number]) for number in rows}
            head = max(rows, key=lambda number: (known[number], number if known[number] else -number))
            self._error(
                sheet, head, 0,
                _(
                    "The table of years and indicators was not found: what stands from this row down was not read. "
                    "Its first heading must be “%(year)s”, beside those of the indicators."
                )
                % {"year": YEAR},
            )  # fmt: skip

    def _read_grid(self, sheet, section, table):
        columns = [(column, indicator) for indicator, column in table.columns.items() if indicator is not YEAR]
        columns += [(column, indicator) for column, indicator in table.repeated if indicator is not YEAR]
        row_of_year = {}
        for number in table.rows:
            year = self._year_of(sheet, number, table.columns[YEAR], [column for column, _indicator in columns])
            if year and year in row_of_year:
                self._error(sheet, number, table.columns[YEAR], self._two_rows(sheet, year, row_of_year[year], table))
            elif year:
                row_of_year[year] = number
                for column, indicator in columns:
                    self._read_value(sheet, number, column, (section.key, indicator.key, int(year)))
        self._tell_columns_of_grid(sheet, table, [indicator.title for indicator in section.indicators])

    def _year_of(self, sheet, number, year_column, columns):
        """Return the year of a row, or "" where it has none: that is an error if the row has values."""
        row = sheet.rows[number]
        said = [column for column in columns if is_filled(row[column])]
        try:
            year = self.words.read(_YEAR_COLUMN, row[year_column])
        except Misspelt as misspelt:
            if said:
                self._error(sheet, number, year_column, str(misspelt))
            elif squashed(str(row[year_column])) not in own_titles():
                self._ignore(sheet, number, year_column, _("This is no row of a year: it was not read."))
            return ""
        if not year:
            for column in said:
                self._error(sheet, number, column, _("The row of this value has no year."))
        return year

    @staticmethod
    def _two_rows(sheet, year, first, table):
        return _("Two rows are of the year %(year)s. The first is at %(first)s: correct the year of one of them.") % {
            "year": year, "first": sheet.address(first, table.columns[YEAR]),
        }  # fmt: skip

    def _tell_columns_of_grid(self, sheet, table, titles):
        for column, told in second_columns(sheet, table):
            if column in {at for at, meaning in table.repeated if meaning is YEAR}:
                self._error(sheet, table.head, column, told)
        for column, told in strange_columns(sheet, table, titles):
            self._ignore(sheet, table.head, column, told)
        last = max(table.columns.values())
        for column in columns_without_heading(sheet, table):
            lost = min(table.columns.values()) < column < last or self._holds_values(sheet, table, column)
            tell = self._error if lost else self._ignore
            tell(sheet, table.head, column, no_heading(sheet, table, column))

    def _holds_values(self, sheet, table, column):
        """Say whether a column that has no heading holds what a column of an indicator does."""
        for number in table.rows:
            try:
                text = text_of(sheet.rows[number][column])
                if text and self.words.value_and_reason(text):
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
                said.values["value"], said.values["partial_reason"] = self.words.value_and_reason(text)
        except Misspelt as misspelt:
            said.sound = False
            self._error(sheet, number, column, str(misspelt), record=said.name)
        self.found.cells.append(said)

    # --- flat tables ---

    def _flat_tables(self, sheet, headings, columns):
        """Return the tables of one kind on a sheet that is theirs; tell what stands there besides."""
        tables = [table for _kind, table in find_tables(sheet.rows, headings)]
        filled = first_filled(sheet)
        if filled and not tables:
            self._error(
                sheet, *filled,
                _("No table was found on the sheet “%(sheet)s”: nothing on it was read. Its headings are %(headings)s, ….")
                % {"sheet": sheet.name, "headings": first_headings(columns)},
            )  # fmt: skip
        if tables and (above := rows_above(sheet, tables[0])):
            self._ignore(sheet, above[0], 0, _("What stands above the headings of the table was not read."))
        for table in tables:
            self._tell_columns(sheet, table)
        return tables

    def _tell_columns(self, sheet, table):
        """Tell of the columns of a flat table that nothing is read from."""
        for column, told in second_columns(sheet, table):
            self._error(sheet, table.head, column, told)
        for column, told in unread_columns(sheet, table):
            self._ignore(sheet, table.head, column, told)

    def _read_other_sources(self, sheet):
        for table in self._flat_tables(sheet, self._sources, SOURCE_COLUMNS):
            self.read_source_rows(sheet, table)

    def read_source_rows(self, sheet, table, section=""):
        """Read the sources of a table, on the sheet of a section or with a column that tells the sections."""
        for said in self._flat_rows(sheet, table, "source", Source):
            said.section = section or self._sections_of(said)
            said.citation_key = said.values.pop("citation_key", "")
            self.found.sources.append(said)

    def _read_claims(self, sheet):
        for table in self._flat_tables(sheet, self._claims, CLAIM_COLUMNS):
            self.read_claim_rows(sheet, table)

    def read_claim_rows(self, sheet, table):
        """Read the claims of a table."""
        for said in self._flat_rows(sheet, table, "claim", Claim):
            said.cell = self._cell_of(said, sheet)
            self.found.claims.append(said)

    def _read_notes(self, sheet):
        for table in self._flat_tables(sheet, self._notes, NOTE_COLUMNS):
            self.read_cell_rows(sheet, table)

    def read_cell_rows(self, sheet, table):
        """Read what a table with a row for each cell tells of it."""
        for said in self._flat_rows(sheet, table, "cell", Cell):
            stands_at = "" if said.sound else said.name
            said.key = self._cell_of(said, sheet)
            if said.key is not None and "" in said.key:
                said.key = None
                self._tell(said, "", _("Say section, indicator and year of the cell."))
            elif said.key is not None:
                if stands_at:
                    self._rename(stands_at, said.name)
                self.found.cells.append(said)

    def _rename(self, former, name):
        """Let what was told of a row, before it was known what the row is about, be told of that."""
        for error in reversed(self.found.errors):
            if error.record != former:
                return
            error.record = name

    def _sections_of(self, said):
        """Return the keys of the sections that a source's row tells, between spaces."""
        keys = []
        for name in filter(None, map(str.strip, said.values.pop("sections", "").split(";"))):
            if known := self.section_names.get(squashed(name)):
                keys.append(known.key)
            else:
                self._tell(said, "sections", self._no_section(name))
        return " ".join(keys)

    def _no_section(self, name):
        titles = [part.title for part in self.known.sections]
        return _("“%(name)s” is not a section. Write one of: %(choices)s.") % {
            "name": shortened(name), "choices": quoted(usual_names.near(name, titles) or titles),
        }  # fmt: skip

    def _flat_rows(self, sheet, table, kind, model):
        """Yield a Said for every row that says anything."""
        columns = {column.field: at for column, at in table.columns.items()}
        shapes = {}  # rows that are filled in alike share what says so
        readers = [(column.field, at, _Reading(self.words, column, model)) for column, at in table.columns.items()]
        for number in table.rows:
            row = sheet.rows[number]
            told = [one for one in readers if row[one[1]] != "" and is_filled(row[one[1]])]
            if not told:
                continue
            said = Said(kind, sheet.name, sheet.address(number, min(at for _field, at, _reading in told)))
            shape = tuple(name for name, _at, _reading in told)
            said.row = (sheet, number, columns, shapes.setdefault(shape, shape))
            for name, at, reading in told:
                try:
                    text = reading.of(row[at])
                except Misspelt as misspelt:
                    self._tell(said, name, str(misspelt))
                else:
                    if text:
                        said.values[name] = text
            if key := said.values.pop("id", None):
                said.key = (int(key),)
            yield said

    def _cell_of(self, said, sheet):
        """Return (section, indicator, year) as told, "" for what is not; None, and an error, for what is not known."""
        section, indicator, year = (said.values.pop(name, "") for name in ("section", "indicator", "year"))
        key = ""
        if section:
            known = self.section_names.get(squashed(section))
            if known is None:
                self._tell(said, "section", self._no_section(section))
                return None
            key = known.key
        if indicator and key:
            named = self.indicators[key].get(squashed(indicator))
            if named is None:
                self._tell(
                    said, "indicator",
                    _("“%(name)s” is not an indicator of this section. Write one of: %(choices)s.")
                    % {"name": shortened(indicator), "choices": self._choices(indicator, known)},
                )  # fmt: skip
                return None
            indicator = named
        return key, indicator, int(year) if year else ""

    @staticmethod
    def _choices(text, section):
        titles = [item.title for item in section.indicators]
        return quoted(usual_names.near(text, titles) or titles)

    def _error(self, sheet, row, column, message, record=""):
        self.found.errors.append(Place(sheet.name, sheet.address(row, column), message, record))

    def _tell(self, said, name, message):
        said.sound = False
        self.found.errors.append(Place(*said.at(name), message, said.name))

    def _ignore(self, sheet, row, column, message):
        self.found.ignored.append(Place(sheet.name, sheet.address(row, column), message))


_YEAR_COLUMN = next(column for column in NOTE_COLUMNS if column.kind is Kind.YEAR)


class _Reading(dict):
    """Reads the cells of one column, each text and number once: most of thousands say the same."""

    def __init__(self, words, column, model):
        super().__init__()
        self._words, self._column, self._model = words, column, model

    def of(self, raw):
        """Return the plain form of what a cell holds. Raises Misspelt."""
        return self[raw] if type(raw) in _ALIKE else self._read(raw)

    def __missing__(self, raw):
        return self.setdefault(raw, self._read(raw))

    def _read(self, raw):
        text = self._words.read(self._column, raw)
        if text and self._column.kind in {Kind.TEXT, Kind.LIST}:
            _check(self._model, self._column, text)
        return text


_ALIKE = {str, float}  # of which two that are equal say the same: no formula that fails is a plain text


def _check(model, column, text):
    """Refuse what the model's own field refuses, such as a link that is no link."""
    try:
        model._meta.get_field(column.field).clean(to_model(text, column.kind), None)
    except ValidationError as error:
        raise Misspelt(" ".join(error.messages)) from error
