"""Read a workbook: what it says, where it says so, and everything in it that cannot be understood."""

import re

from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim
from mapping.content.spellings import squashed
from mapping.fields import in_every_language
from mapping.sources.models import Source
from mapping.workbook import layout, usual_names
from mapping.workbook.layout import CLAIM_COLUMNS, NOTE_COLUMNS, SOURCE_COLUMNS
from mapping.workbook.opening import Unusable, open_sheets
from mapping.workbook.read_grid import GridReader, tell_missing_grid
from mapping.workbook.reading import Reading
from mapping.workbook.said import FileContent, Place, Said
from mapping.workbook.spelling import Misspelt, shortened
from mapping.workbook.stamps import is_stamp_sheet, read_stamps
from mapping.workbook.tables import Headings, find_tables, is_of_several
from mapping.workbook.unread import (
    first_filled,
    first_headings,
    is_filled,
    quoted,
    second_columns,
    told_above,
    told_of_hidden,
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
        self._grids = GridReader(words, self.found)
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
        read = self._readers.get(squashed(sheet.name)) or self._readers.get(squashed(numbered))
        section = None if read else self._section_of(sheet)
        if section or read not in {None, self._pass_over}:
            self.found.warnings += told_of_hidden(sheet)
        if read:
            read(sheet)
        elif section:
            self._read_section(sheet, section)
        elif any(str(cell).strip() for row in sheet.rows for cell in row):
            self.found.tell_ignored(sheet, 0, 0, self._strange_sheet(sheet))

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
            self.found.tell_error(
                sheet, 0, 0,
                _("The sheet “%(other)s” is the section “%(section)s” already. Keep one of the two.")
                % {"other": other, "section": section.title},
            )  # fmt: skip
            return
        self.sheet_of_section[section.key] = sheet.name
        grid = Headings.of_indicators(section.indicators)
        tables = find_tables(sheet.rows, grid, self._sources)
        if not tables:
            self.found.tell_error(
                sheet, 0, 0, _("The sheet has neither a table of years and indicators nor one of sources.")
            )
        elif all(kind is not grid for kind, _table in tables):
            tell_missing_grid(self.found, sheet, grid, tables[0][1])
        else:
            self.found.ignored += told_above(sheet, tables[0][1], but_groups=True)
        for kind, table in tables:
            if kind is grid:
                self._grids.read(sheet, section, table)
            else:
                self.read_source_rows(sheet, table, section.key)
                self._tell_columns(sheet, table)

    # --- flat tables ---

    def _flat_tables(self, sheet, headings, columns):
        """Return the tables of one kind on a sheet that is theirs; tell what stands there besides."""
        tables = [table for _kind, table in find_tables(sheet.rows, headings)]
        filled = first_filled(sheet)
        if filled and not tables:
            self.found.tell_error(
                sheet, *filled,
                _("No table was found on the sheet “%(sheet)s”: nothing on it was read. Its headings are %(headings)s, ….")
                % {"sheet": sheet.name, "headings": first_headings(columns)},
            )  # fmt: skip
        if tables:
            self.found.ignored += told_above(sheet, tables[0])
        for table in tables:
            self._tell_columns(sheet, table)
        return tables

    def _tell_columns(self, sheet, table):
        """Tell of the columns of a flat table that nothing is read from."""
        for column, told in second_columns(sheet, table):
            self.found.tell_error(sheet, table.head, column, told)
        for column, told in unread_columns(sheet, table):
            self.found.tell_ignored(sheet, table.head, column, told)

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
        readers = [(column.field, at, Reading(self.words, column, model)) for column, at in table.columns.items()]
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

    def _tell(self, said, name, message):
        said.sound = False
        self.found.errors.append(Place(*said.at(name), message, said.name))
