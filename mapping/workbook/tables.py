"""Find the tables of a sheet by their headings, wherever they start and whatever moved."""

from dataclasses import dataclass, field
from functools import lru_cache

from mapping.content.spellings import squashed
from mapping.fields import in_every_language
from mapping.workbook import usual_names
from mapping.workbook.layout import EXERCISE, YEAR

FEWEST_HEADINGS = 3  # that make a row the head of a flat table
MOST_REMEMBERED = 20_000  # texts
FIRST_ROWS = 3  # among which a flat table of ours has its headings
LONGEST_HEADING = 200  # characters; what is longer is no heading


@dataclass
class Table:
    """A table in a sheet: which column of the sheet is which, and the rows below its head."""

    head: int
    columns: dict  # {what a heading stands for: column of the sheet}
    rows: range = range(0)
    strange: dict = field(default_factory=dict)  # {column of the sheet: heading that is not known}
    repeated: list = field(default_factory=list)  # [(column of the sheet, what its heading stands for)]


class _Meanings(dict):
    """What each text stands for as a heading, or None: found out once, for a table may have thousands of rows."""

    def __init__(self, spellings):
        super().__init__()
        self._spellings = dict(spellings)  # {squashed text: what it stands for}

    def __missing__(self, cell):
        if not isinstance(cell, str) or len(cell) > LONGEST_HEADING:
            return None
        meaning = self._spellings.get(squashed(cell)) or self._spellings.get(squashed(cell.partition("(")[0]))
        if len(self) < MOST_REMEMBERED:
            self[cell] = meaning
        return meaning


class Headings:
    """The headings that one kind of table may have, in every spelling."""

    def __init__(self, spellings, *, fewest=FEWEST_HEADINGS, needs=None):
        self._meanings = _Meanings(spellings)
        self._fewest = fewest
        self._needs = needs

    @classmethod
    @lru_cache(maxsize=20)
    def of_columns(cls, columns):
        """A flat table. Where two columns share a spelling, the first has it, and a heading wins over an alias."""
        first = [*reversed(columns)]
        aliases = [(text, column) for column in first for text in usual_names.COLUMNS.get(column.field, ())]
        told = [
            (text, column)
            for column in first
            for heading in (*column.aliases, column.heading)
            for text in in_every_language(heading)
        ]
        return cls({squashed(text): column for text, column in (*aliases, *told)})

    @classmethod
    def of_indicators(cls, indicators):
        """A table of years and indicators: its head holds the word year and at least one indicator."""
        years = {squashed(text): YEAR for text in (*in_every_language(YEAR), *usual_names.YEAR)}
        return cls(years | usual_names.indicator_spellings(indicators), fewest=2, needs=YEAR)

    def known_in(self, row):
        """Return how many cells of a row are a heading of this kind."""
        return sum(self._meanings[cell] is not None for cell in row)

    def head(self, row, number):
        """Return a Table if the row is the head of one, else None."""
        meanings = [*map(self._meanings.__getitem__, row)]
        if len(meanings) - meanings.count(None) < self._fewest:
            return None
        table = Table(number, {})
        for column, (cell, meaning) in enumerate(zip(row, meanings, strict=True)):
            if not isinstance(cell, str) or len(cell) > LONGEST_HEADING or not cell.strip():
                continue
            if meaning is None:
                table.strange[column] = cell
            elif meaning in table.columns:
                table.repeated.append((column, meaning))
            else:
                table.columns[meaning] = column
        enough = len(table.columns) >= self._fewest and (self._needs is None or self._needs in table.columns)
        return table if enough else None


def find_tables(rows, *kinds):
    """Return [(which of `kinds`, Table)], each table reaching down to the head of the next."""
    found = []
    for number, row in enumerate(rows):
        for kind in kinds:
            if table := kind.head(row, number):
                found.append((kind, table))
                break
    ends = [table.head for _kind, table in found[1:]] + [len(rows)]
    for (_kind, table), end in zip(found, ends, strict=False):  # without any, nothing ends
        table.rows = range(table.head + 1, end)
    return found


def is_of_several(rows):
    """Say whether a sheet is a flat table of several exercises: its headings begin with the exercise."""
    names = {squashed(word) for word in in_every_language(EXERCISE.heading)}
    return any(
        isinstance(row[0], str) and squashed(row[0]) in names and sum(map(bool, row)) > FEWEST_HEADINGS
        for row in rows[:FIRST_ROWS]
        if row
    )
