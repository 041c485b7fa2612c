"""Take a workbook out, edit it as a person would, find a place in it."""

from io import BytesIO

from openpyxl import Workbook, load_workbook

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


def address(content, sheet, *, row, column, head=None):
    """The address where a row that holds `row` meets the column headed `column`, below the first cell `head`."""
    cells = [cell for line in opened(content)[sheet].iter_rows() for cell in line if cell.value is not None]
    top = next((cell.row for cell in cells if cell.value == head), 0)
    heading = next(cell for cell in cells if cell.value == column and cell.row > top)
    found = next(cell for cell in cells if cell.value == row and cell.row > heading.row)
    return f"{heading.column_letter}{found.row}"


def in_grid(content, sheet="Immigration", indicator="Stock", year=2020):
    """The address of an availability cell."""
    cells = list(opened(content)[sheet].iter_rows(max_row=40))
    years = next(line for line in cells if line[0].value == "Year")
    letter = next(cell.column_letter for cell in years if cell.value == indicator)
    return f"{letter}{next(line[0].row for line in cells if line[0].value == year)}"


def first_empty(content, sheet, below):
    """The number of the first empty row below the heading `below` in column A."""
    rows = list(opened(content)[sheet].iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows) if row[0] == below)
    return next(number + 1 for number, row in enumerate([*rows, ()]) if number > top and not any(row))


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
