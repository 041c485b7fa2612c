"""What stands on a sheet beside its tables, or in them where no heading tells what it is: named, never dropped."""

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapping.content.spellings import squashed
from mapping.fields import in_every_language
from mapping.workbook import usual_names
from mapping.workbook.said import Place
from mapping.workbook.spelling import shortened

_TITLE_BETWEEN = gettext_lazy("Sources by year")  # the two tables of a section
_MOST_HEADINGS = 6  # that a sentence tells


@lru_cache(maxsize=1)
def own_titles():
    """Return the titles, squashed, that an export writes between its tables."""
    return {squashed(text) for text in in_every_language(_TITLE_BETWEEN)}


def is_filled(raw):
    """Say whether a cell holds anything that can be seen."""
    return raw != "" and (not isinstance(raw, str) or bool(raw.strip()))


def first_filled(sheet):
    """Return (row, column) of the first cell that holds anything, or None."""
    return next(
        ((number, at) for number, row in enumerate(sheet.rows) for at, cell in enumerate(row) if is_filled(cell)), None
    )


def quoted(names):
    """Return names as a sentence tells them."""
    return ", ".join(f"“{name}”" for name in names)


def first_headings(columns):
    """Return the first headings of a flat table, to be told where none was found."""
    return quoted(str(column.heading) for column in columns[:_MOST_HEADINGS])


def strange_columns(sheet, table, names=()):
    """Yield (column, sentence) of those that hold something under a heading that is not known."""
    for column, heading in table.strange.items():
        if _holds_something(sheet, table, column):
            told = _("The column “%(heading)s” is not known: it was not read.") % {"heading": shortened(heading)}
            if alike := usual_names.near(heading, names):
                told += " " + _("It may be meant as: %(choices)s.") % {"choices": quoted(alike)}
            yield column, told


def columns_without_heading(sheet, table):
    """Return the columns that hold something below the head of a table, which tells nothing about them."""
    headed = {*table.columns.values(), *table.strange, *(column for column, _meaning in table.repeated)}
    width = len(sheet.rows[table.head])
    return [column for column in range(width) if column not in headed and _holds_something(sheet, table, column)]


def no_heading(sheet, table, column):
    """Return the sentence about a column without a heading."""
    number = next(number for number in table.rows if is_filled(sheet.rows[number][column]))
    return _(
        "What stands in %(cell)s and below was not read: its column has no heading. "
        "Write the heading, or empty the column."
    ) % {"cell": sheet.address(number, column)}


def unread_columns(sheet, table):
    """Yield (column, sentence) of all columns of a flat table that hold something and are not read."""
    yield from strange_columns(sheet, table)
    for column in columns_without_heading(sheet, table):
        yield column, no_heading(sheet, table, column)


def second_columns(sheet, table):
    """Yield (column, sentence) of those that mean what another does, and say something else.

    One that says the same is what a merged heading covers, or does no harm.
    """
    head = sheet.rows[table.head]
    for column, meaning in table.repeated:
        first = table.columns[meaning]
        rows = (sheet.rows[number] for number in table.rows)
        if any(is_filled(row[column]) and row[column] != row[first] for row in rows):
            yield column, _two_columns(head[first], head[column])


def _two_columns(first, second):
    if squashed(first) == squashed(second):
        return _("Two columns are headed “%(heading)s”. Rename one.") % {"heading": shortened(second)}
    return _("The columns “%(first)s” and “%(second)s” mean the same here. Rename one.") % {
        "first": shortened(first),
        "second": shortened(second),
    }


def told_of_hidden(sheet):
    """Yield a Place for a sheet that is read though nobody sees it."""
    if sheet.is_hidden:
        yield Place(sheet.name, "", _("The sheet is hidden, and was read like the others."))


def rows_above(sheet, table):
    """Return the numbers of the rows above a table that are more than a title, which may be merged over many cells."""
    return [number for number in range(table.head) if len(set(filter(is_filled, sheet.rows[number]))) > 1]


def told_above(sheet, table, *, but_groups=False):
    """Yield a Place for what stands above a table; right above its headings may be those of groups of columns."""
    above = [number for number in rows_above(sheet, table) if not but_groups or number < table.head - 1]
    if above:
        told = _("What stands above the headings of the table was not read.")
        yield Place(sheet.name, sheet.address(above[0], 0), told)


def _holds_something(sheet, table, column):
    return any(is_filled(sheet.rows[number][column]) for number in table.rows)
