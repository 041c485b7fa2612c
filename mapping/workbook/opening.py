"""Open an uploaded file without trusting it: what it claims to be, how much it unpacks to, how far its cells reach."""

import itertools
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from io import BytesIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from accounts.refusals import Refused
from mapping.content.protected import OLD_CONTAINER, PROTECTED, is_protected
from mapping.workbook.spelling import FailedFormula, NeverComputed, shortened

MOST_BYTES = 40 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_ENTRIES = 2_000
MOST_CELLS = 8_000_000  # of one sheet's rectangle, which the parser holds whole
MOST_CELLS_IN_ALL = 12_000_000  # of the sheets together
MOST_SHEETS = 100
LONG_BYTES = 1024 * 1024  # what is longer is a worker's
LONG_ROWS = 5_000  # a country's workbook has some 2,000, its hidden sheet included: a quarter of a second
LONG_UNPACKED = 32 * 1024 * 1024
_CHUNK = 1 << 20
_LONG_TEXT = 256  # characters: longer ones are seldom said twice
_OVERLAP = 64  # longer than any reference to a cell
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_ERROR_TYPE = re.compile(rb"""\bt\s*=\s*["']e["']""")
_ERROR_VALUE = re.compile(rb"<(?:\w+:)?v>\s*(#[^<]*)</")
_MARKS_OF_FORMULAS = (b"<f", b":f", b'"e"', b"'e'")  # sought faster than any expression
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
_TEXT_TYPE = re.compile(rb"""\bt\s*=\s*["']str["']""")  # what a formula computed, even to nothing
_LONGEST_CELL = 1 << 16
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
# Cells that hold something: the parser passes over the others, and programs write a million of them. Most programs
# begin each with its place, which is found in half the time.
_FILLED_AS_USUAL = re.compile(rb"""<c r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>""")
_FILLED = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["'][^>]*(?<!/)>""")
_WITHOUT_PLACE = re.compile(rb"""<(?:\w+:)?c(?:>|\s(?![^>]*?\br\s*=)[^>]*(?<!/)>)""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["'](\d{1,7})["']""")


class Unusable(Refused):
    """The file is none that can be compared at all."""


@dataclass
class Sheet:
    """A sheet's cells, with the place of the first of them."""

    name: str
    rows: list
    top: int
    left: int
    is_hidden: bool = False

    def address(self, row, column):
        """Return the address that a person finds the cell under, such as B7."""
        return f"{_letters(column + self.left + 1)}{row + self.top + 1}"


@lru_cache(maxsize=1000)
def _letters(number):
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def open_sheets(content):
    """Return the sheets of an .xlsx file, given as bytes, in its order. Raises Unusable."""
    _refuse_other_formats(content)
    try:
        failed = _look_through(content)
        with CalamineWorkbook.from_object(BytesIO(content)) as workbook:
            told = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            if len(told) > MOST_SHEETS:
                raise Unusable(_("The file has more than %(most)d sheets.") % {"most": MOST_SHEETS})
            return [_sheet(workbook, one, failed.get(one.name, ())) for one in told]
    except PasswordError as error:
        raise Unusable(PROTECTED) from error
    except (
        CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        ValueError,
        KeyError,
    ) as error:
        raise Unusable(
            _("The file is damaged or is no Excel workbook. Open it in Excel, save it as .xlsx, then upload that.")
        ) from error


def is_long(content):
    """Say whether a file, given as bytes, takes longer than a person waits. A broken one does not."""
    return len(content) > LONG_BYTES or _rows_in(content) > LONG_ROWS


def _rows_in(content):
    """Return how many rows the sheets have, or more than LONG_ROWS where they are too many to be counted."""
    rows = read = 0
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for entry in archive.infolist():
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    with archive.open(entry) as stream:
                        while (chunk := stream.read(_CHUNK)) and rows <= LONG_ROWS:
                            read += len(chunk)
                            rows += chunk.count(b"<row") if read < LONG_UNPACKED else LONG_ROWS
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError):
        return 0
    return rows


def _refuse_other_formats(content):
    if not content:
        raise Unusable(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise Unusable(_("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // (1024 * 1024)})
    if is_protected(content):
        raise Unusable(PROTECTED)
    if content.startswith(OLD_CONTAINER):
        raise Unusable(_("The file is in the old Excel format (.xls). Save it as .xlsx, then upload that."))
    if not content.startswith(b"PK"):
        raise Unusable(_("The file is no Excel workbook (.xlsx)."))


def _look_through(content):
    """Refuse what cannot be held; return {sheet's name: [(row, column, FailedFormula)]}.

    The parser reads those as empty, so they are found here, where the XML goes by anyway.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        if "xl/workbook.xml" not in archive.namelist():
            raise Unusable(_("The file is no Excel workbook (.xlsx). Save it as .xlsx, then upload that."))
        if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            raise Unusable(_("The file unpacks to more than a workbook can hold. It was not opened."))
        if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
            raise Unusable(
                _("The file is packed in a way that Excel does not read. Save it as .xlsx in Excel, then upload that.")
            )
        if any(entry.flag_bits & 1 for entry in entries):
            raise Unusable(PROTECTED)
        failed, cells = {}, 0
        for entry in entries:
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                area, failed[entry.filename] = _look_through_sheet(archive, entry)
                cells += area
                if area > MOST_CELLS or cells > MOST_CELLS_IN_ALL:
                    raise _too_far_apart(archive, entry.filename)
        return {name: failed.get(path, ()) for name, path in _paths(archive).items()} if any(failed.values()) else {}


def _look_through_sheet(archive, entry):
    """Return (how many cells the parser will hold, [(row, column, error)] of formulas that fail).

    The parser holds the rectangle around all cells: two of them in opposite corners would fill the memory.
    """
    area, failed, tail, read = _Area(), [], b"", 0
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            read += len(chunk)
            if read > MOST_UNPACKED:  # the directory of an archive can lie about its sizes
                raise Unusable(_("The file unpacks to more than a workbook can hold. It was not opened."))
            text = tail + chunk
            as_usual = text.count(b'<c r="') == text.count(b"<c") - text.count(b"<col") and b":c" not in text
            filled = (_FILLED_AS_USUAL if as_usual else _FILLED).findall(text)
            area.reach(map(_column, {letters for letters, _row in filled}), map(int, {row for _letters, row in filled}))
            if not as_usual and _WITHOUT_PLACE.search(text):
                # Such a cell stands beside the one before it, in the row around it.
                width = max(row.count(b"<c") for row in text.split(b"<row"))
                area.reach([1, width], map(int, _ROW.findall(text)))
            if any(mark in text for mark in _MARKS_OF_FORMULAS):
                failed += _failed_formulas(text)
            cut = text.rfind(b"<c ", max(0, len(text) - _LONGEST_CELL))
            tail = text[cut if cut >= 0 else -_OVERLAP :]  # a cell that the chunk breaks is read with the next
    return area.cells, failed


class _Area:
    """The rectangle around cells."""

    def __init__(self):
        self.top = self.left = 10_000_000
        self.bottom = self.right = 0

    def reach(self, columns, rows):
        columns, rows = [*columns], [*rows]
        if columns and rows:
            self.top, self.bottom = min(self.top, *rows), max(self.bottom, *rows)
            self.left, self.right = min(self.left, *columns), max(self.right, *columns)

    @property
    def cells(self):
        return max(0, self.bottom - self.top + 1) * max(1, self.right - self.left + 1)


def _failed_formulas(text):
    found = []
    for attributes, inner in _CELL.findall(text):
        place, error = _REFERENCE.search(attributes), _ERROR_VALUE.search(inner)
        if place and error and _ERROR_TYPE.search(attributes):
            told = FailedFormula(error[1].decode("utf-8", "replace")[:20])
        elif place and _FORMULA.search(inner) and not _VALUE.search(inner) and not _TEXT_TYPE.search(attributes):
            told = NeverComputed("=")
        else:
            continue
        found.append((int(place[2]), _column(place[1]), told))
    return found


def _paths(archive):
    """Return {name of a sheet: path of its XML}."""
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    paths = {}
    for tag in re.findall(r"<\w*:?Relationship\b[^>]*>", relations):
        if (key := re.search(r'\bId="([^"]+)"', tag)) and (target := re.search(r'\bTarget="/?(?:xl/)?([^"]+)"', tag)):
            paths[key[1]] = f"xl/{target[1]}"
    found = {}
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", archive.read("xl/workbook.xml").decode("utf-8", "replace")):
        name, key = re.search(r'\bname="([^"]*)"', tag), re.search(r'\w:id="([^"]+)"', tag)
        if name and key:
            found[unescape(name[1])] = paths.get(key[1], "")
    return found


def _too_far_apart(archive, path):
    name = next((name for name, known in _paths(archive).items() if known == path), path)
    return Unusable(
        _(
            "The cells of the sheet “%(sheet)s” lie too far apart. Delete what stands far below or far to the right, then upload it."
        )
        % {"sheet": shortened(name)}
    )


def _column(letters):
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(workbook, told, failed):
    """Return a Sheet; `told` is what the workbook tells of it, `failed` where its formulas fail."""
    name, is_hidden = told.name, told.visible != SheetVisibleEnum.Visible
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return Sheet(name, [], 0, 0, is_hidden)
    top, left = sheet.start
    rows = list(_sharing_texts(itertools.islice(sheet.iter_rows(), top, None)))
    for row, column, error in failed:
        if 0 <= row - 1 - top < len(rows) and 0 <= column - 1 - left < len(rows[row - 1 - top]):
            rows[row - 1 - top][column - 1 - left] = error
    _spread_merged(rows, sheet.merged_cell_ranges or [], top, left)
    return Sheet(name, rows, top, left, is_hidden)


def _sharing_texts(rows):
    """Let cells that say the same hold one text: the sheets of a region say little else."""
    texts = {}
    for row in rows:
        yield [texts.setdefault(cell, cell) if type(cell) is str and len(cell) < _LONG_TEXT else cell for cell in row]


def _spread_merged(rows, ranges, top, left):
    """Give every cell of a merged range the value that a reader sees there."""
    for (first_row, first_column), (last_row, last_column) in ranges:
        row, column = first_row - top, first_column - left
        if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
            continue
        value = rows[row][column]
        if value == "":
            continue
        for line in rows[row : last_row - top + 1]:
            span = slice(column, min(last_column - left + 1, len(line)))
            line[span] = [value] * (span.stop - span.start)
