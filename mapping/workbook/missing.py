"""What was exported and is no longer in a file: told, never deleted."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.workbook.layout import CLAIMS_SHEET, NOT_ASSESSED
from mapping.workbook.said import Place


def missing_rows(file, known, named):
    """Yield a Place for every source and claim that is gone; `named` is {kind: ids that stand in the file}."""
    for kind, held_ones in (("source", known.sources), ("claim", known.claims)):
        for (pk,) in file.stamps.keys(kind):
            if pk in held_ones and pk not in named[kind]:
                held = held_ones[pk]
                row = held.citation_key or held.values.get("source") or held.values.get("statement")
                told = _(
                    "The row of %(row)s is not in the file. Nothing is deleted by a workbook. Shall it go? Then delete it here."
                ) % {"row": row}
                yield Place(_sheet_of(held, known), "", told, held.name)


def missing_cells(file, known):
    """Yield a Place for each section of which cells that had a value are gone, with their number."""
    there = {said.key for said in file.cells if _tells_value(said)} | file.untouched.keys["cell"]
    missing = Counter(
        key[0]
        for key in file.stamps.keys("cell")
        if key not in there and key in known.cells and _had_a_value(file.stamps.of("cell", key))
    )
    for section, count in missing.items():
        told = ngettext(
            "%(count)d cell that had a value is not in the file. Nothing is deleted by a workbook.",
            "%(count)d cells that had a value are not in the file. Nothing is deleted by a workbook.",
            count,
        )
        yield Place(known.sections_by_key[section].sheet, "", told % {"count": count})


def _sheet_of(held, known):
    return known.sections_by_key[held.shown_in[0]].sheet if held.shown_in else str(CLAIMS_SHEET)


def _tells_value(said):
    """Say whether a row, or a cell of a section's table, has a place for the cell's value, be it blank."""
    return "value" in said.places or (said.row is not None and "value" in said.row[2])


def _had_a_value(stamp):
    return stamp.values["value"] not in {"", NOT_ASSESSED}
