"""Take a workbook out, edit it as a person would, find a place in it."""

import re
import zipfile
from datetime import date
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils.translation import get_language
from openpyxl import Workbook, load_workbook

from mapping.workbook.opening import open_sheets
from mapping.workbook.selectors import content_of
from mapping.workbook.services import compare_upload
from mapping.workbook.stamps import stamp_rows
from mapping.workbook.write import write_workbook

_written = {}  # {what a workbook says: its bytes}: to write the same one for each test takes longer than the tests


def exported(exercise):
    """The workbook of an exercise, as bytes."""
    known = content_of(exercise)
    agencies = tuple(known.agencies.items())
    says = (get_language(), agencies, *(tuple(row) for row in stamp_rows(known, head={"exercise": exercise.pk})))
    if says not in _written:
        _written[says] = write_workbook(known, by="Consultant")
    return _written[says]


def opened(content):
    return load_workbook(BytesIO(content))


def saved(workbook):
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def edited(content, edits, *, formula=""):
    """The workbook with some cells changed: {(sheet, address): value}. Written into its XML: openpyxl takes a second.

    With a `formula`, the values are what it computes, or the errors that it fails with.
    """
    by_sheet = {}
    for (sheet, place), value in edits.items():
        by_sheet.setdefault(sheet, {})[place] = value
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for sheet, cells in by_sheet.items():
        path = _path_of(entries, sheet)
        entries[path] = _with_cells(entries[path].decode(), cells, formula).encode()
    return zipped(entries)


def zipped(entries):
    """A zip archive of {name: content}."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def _path_of(entries, sheet):
    name = re.escape(escape(sheet))
    found = re.search(rf'<sheet name="{name}"[^>]* r:id="(\w+)"', entries["xl/workbook.xml"].decode())
    relations = entries["xl/_rels/workbook.xml.rels"].decode()
    relation = next(tag for tag in re.findall(r"<Relationship [^>]*>", relations) if f'Id="{found[1]}"' in tag)
    return "xl/" + re.search(r'Target="/?(?:xl/)?([^"]+)"', relation)[1]


def _with_cells(xml, cells, formula):
    for place, value in cells.items():
        number = re.search(r"\d+", place)[0]
        old = re.search(rf'<c r="{place}"((?: s="\d+")?)[^>]*?(?:/>|>.*?</c>)', xml)
        style = old[1] if old else ""
        cell = _computed(place, value, style, formula) if formula else _cell(place, value, style)
        if old:
            xml = xml[: old.start()] + cell + xml[old.end() :]
        elif row := re.search(rf'(<row r="{number}"[^>]*?)(/?)>', xml):
            closed = f"{row[1]}>{cell}</row>" if row[2] else f"{row[0]}{cell}"
            xml = xml[: row.start()] + closed + xml[row.end() :]
        else:
            xml = xml.replace("</sheetData>", f'<row r="{number}">{cell}</row></sheetData>')
    return xml


def _computed(place, value, style, formula):
    kind = "e" if value.startswith("#") else "str"
    return f'<c r="{place}"{style} t="{kind}"><f>{escape(formula)}</f><v>{escape(value)}</v></c>'


def _cell(place, value, style):
    if value is None:
        return f'<c r="{place}"{style}/>'
    if isinstance(value, date):  # a number that the style of the cell shows as a date
        return f'<c r="{place}"{style}><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"{style}><v>{value}</v></c>'
    return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


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
    ((comparison, _known),) = compare_upload(actor=actor, exercise=exercise, content=content, **choices).parts
    return comparison


def told(comparison):
    """The changes as (field, old, new)."""
    return [(name, old, new) for row in comparison.changes for name, _cell, old, new in row.fields]


def sentences(comparison):
    """The errors as {sheet!address: sentence}."""
    return {f"{error.sheet}!{error.cell}": error.message for error in comparison.errors}


def of_source(content, column, sheet="Immigration"):
    """The address of what the first source of a test says in a column."""
    return address(content, sheet, row="NSC KR, 2023", column=column, head="Sources by year")
