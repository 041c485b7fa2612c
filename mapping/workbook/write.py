"""Write the workbook of an exercise."""

from io import BytesIO

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from mapping.workbook import layout
from mapping.workbook.layout import CLAIM_COLUMNS, NOTE_COLUMNS, SOURCE_COLUMNS
from mapping.workbook.sheets import Book, cover, flat_table, keep_in_sight, lists, section_sheet
from mapping.workbook.spelling import Words
from mapping.workbook.stamps import stamp_rows

SPARE_ROWS = 200  # below a flat table, with its dropdowns
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
    "default_date_format": "dd-mm-yyyy",
}


def write_workbook(known, *, by, moment=None):
    """Return the bytes of the workbook; `by` says who exports it."""
    moment = moment or timezone.now()
    out = BytesIO()
    with Workbook(out, OPTIONS) as workbook:
        exercise = known.exercise
        workbook.set_properties(
            {
                "title": f"{exercise.code} {exercise.country}".strip() or str(exercise.methodology),
                "author": by,
                "comments": exercise.code,
            }
        )
        workbook.set_size(2400, 1500)
        book = Book(workbook, known, Words(known))
        cover(book, by=by, moment=moment)
        for section in known.sections:
            section_sheet(book, section)
        _other_sources(book)
        _claims(book)
        _notes(book)
        lists(book)
        _stamps(book, by=by, moment=moment)
    return out.getvalue()


def _other_sources(book):
    """Sources that no section lists or cites have a sheet of their own, so that none is left out."""
    rest = [source for source in book.known.sources.values() if not source.shown_in]
    if rest:
        sheet = book.sheet(str(layout.OTHER_SOURCES))
        flat_table(
            book,
            sheet,
            0,
            SOURCE_COLUMNS,
            [{**source.values, "citation_key": source.citation_key, "id": source.pk} for source in rest],
            spare=SPARE_ROWS,
        )
        keep_in_sight(sheet, rows=1, columns=1)


def _claims(book):
    sheet = book.sheet(str(layout.CLAIMS_SHEET))
    rows = [{**claim.values, **book.place_words(claim.cell), "id": claim.pk} for claim in book.known.claims.values()]
    flat_table(book, sheet, 0, CLAIM_COLUMNS, rows, spare=SPARE_ROWS)
    keep_in_sight(sheet, rows=1, columns=3)


def _notes(book):
    sheet = book.sheet(str(layout.NOTES_SHEET))
    told = ("partial_note", "resolution", "note")
    rows = [
        {**cell.values, **book.place_words(cell.key)}
        for cell in book.known.cells.values()
        if any(cell.values[name] for name in told)
    ]
    flat_table(book, sheet, 0, NOTE_COLUMNS, rows, spare=SPARE_ROWS)
    keep_in_sight(sheet, rows=1, columns=3)


def _stamps(book, *, by, moment):
    sheet = book.workbook.add_worksheet(layout.STAMPS)
    exercise = book.known.exercise
    head = {
        "exercise": exercise.code,
        "methodology": f"{exercise.methodology.key} {exercise.methodology.version}",
        "exported_at": moment.isoformat(timespec="seconds"),
        "exported_by": by,
        "language": get_language(),
    }
    for number, row in enumerate(stamp_rows(book.known, head=head)):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)
    sheet.hide()


def file_name(exercise, moment=None):
    """Return what the workbook is called when it is downloaded."""
    return _("%(exercise)s workbook %(date)s.xlsx") % {
        "exercise": exercise.code or exercise.methodology.key,
        "date": f"{moment or timezone.localtime():%Y-%m-%d}",
    }
