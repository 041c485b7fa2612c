"""Take a workbook out, edit it as a person would, find a place in it."""

from functools import lru_cache
from io import BytesIO

from openpyxl import Workbook, load_workbook

from mapping.workbook.opening import open_sheets
from mapping.workbook.selectors import content_of
from mapping.workbook.services import compare_file
from mapping.workbook.write import write_workbook


def exported(exercise):
    """The workbook of an exercise, as bytes."""
    return write_workbook(content_of(exercise), by="Consultant")


def opened(content):
    return load_workbook(BytesIO(content))


def saved(workbook):
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def edited(content, edits):
    """The workbook with some cells changed: {(sheet, address): value}."""
    workbook = opened(content)
    for (sheet, address), value in edits.items():
        workbook[sheet][address] = value
    return saved(workbook)


@lru_cache(maxsize=4)
def _sheets(content):
    return {sheet.name: sheet for sheet in open_sheets(content)}


def address(content, sheet, *, row, column, head=None):
    """The address where a row that holds `row` meets the column headed `column`, below the first cell `head`."""
    found = _sheets(content)[sheet]
    top = next((number for number, line in enumerate(found.rows) if head in line), 0)
    heading = next(number for number in range(top, len(found.rows)) if column in found.rows[number])
    number = next(number for number in range(heading + 1, len(found.rows)) if row in found.rows[number])
    return found.address(number, found.rows[heading].index(column))


def in_grid(content, sheet="Immigration", indicator="Stock", year=2020):
    """The address of an availability cell."""
    return address(content, sheet, row=year, column=indicator, head="Year")


def first_empty(content, sheet, below):
    """The number of the first empty row below the heading `below` in column A."""
    found = _sheets(content)[sheet]
    top = next(number for number, line in enumerate(found.rows) if line[0] == below)
    empty = (number for number, line in enumerate([*found.rows, []]) if number > top and not any(line))
    return next(empty) + found.top + 1


def never_ours(sheets):
    """A workbook that no export made: {sheet: rows}."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(workbook)


def compared(actor, exercise, content, **choices):
    comparison, _known = compare_file(actor=actor, exercise=exercise, content=content, **choices)
    return comparison


def told(comparison):
    """The changes as (field, old, new)."""
    return [(change.field, change.old, change.new) for change in comparison.changes]


def sentences(comparison):
    """The errors as {sheet!address: sentence}."""
    return {f"{error.sheet}!{error.cell}": error.message for error in comparison.errors}
