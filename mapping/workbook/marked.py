"""The error workbook: a person's own file, its faulty cells marked and commented.

Only here openpyxl opens a file, since only it can write into one that exists. Marks of an earlier time are taken out
first, so that what was fixed is clean in the next file.
"""

import warnings
from collections import defaultdict
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from accounts.refusals import Refused

MOST_BYTES = 3 * 1024 * 1024  # openpyxl takes fifty times as much memory
AUTHOR = "Migration data mapping workbench"  # by which our comments are known again, in every language
_COLOUR = "FFFF9E9E"
_MARK = PatternFill("solid", fgColor=_COLOUR, bgColor=_COLOUR)
_CLEAN = PatternFill()
_SIGN = "⚠"  # before each sentence of ours: what stands before the first of them is the person's own comment
_WIDTH, _LINE = 320, 18  # of a comment, in points


def marked_workbook(content, errors):
    """Return the bytes of an .xlsx file with `errors` ({"sheet", "cell", "message"}) marked where they are.

    Raises Refused where the file is too large for that or cannot be written into.
    """
    if len(content) > MOST_BYTES:
        raise Refused(
            _("The file is too large to be marked. The errors are listed on its page, each with its sheet and cell.")
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out, such as charts
            workbook = load_workbook(BytesIO(content), rich_text=True)
            _unmark(workbook)
            _mark(workbook, errors)
            out = BytesIO()
            workbook.save(out)
    except (KeyError, ValueError, TypeError, AttributeError, OSError, IndexError) as error:
        raise Refused(
            _(
                "The file cannot be marked. Open it in Excel, save it as .xlsx and upload that, or use the list of errors."
            )
        ) from error
    return out.getvalue()


def _mark(workbook, errors):
    sentences = defaultdict(list)
    for error in errors:
        if error["sheet"] in workbook.sheetnames and error["cell"]:
            sentences[error["sheet"], error["cell"]].append(str(error["message"]))
    if not sentences:
        raise Refused(_("None of the errors is about a cell of the file. They are listed on its page."))
    for (name, place), told in sentences.items():
        cell = _visible(workbook[name], place)
        theirs = [cell.comment.text] if cell.comment else []
        text = "\n\n".join([*theirs, *(f"{_SIGN} {sentence}" for sentence in told)])
        height = _LINE * (2 + sum(1 + len(sentence) // 45 for sentence in text.split("\n")))
        cell.comment = Comment(text, AUTHOR, height=height, width=_WIDTH)
        cell.fill = _MARK


def _visible(sheet, place):
    """Return the cell that a person sees at a place: of a merged range, its first."""
    cell = sheet[place]
    if isinstance(cell, MergedCell):
        area = next(area for area in sheet.merged_cells.ranges if place in area)
        cell = sheet.cell(area.min_row, area.min_col)
    return cell


def _unmark(workbook):
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.has_style and cell.fill.fgColor.rgb == _COLOUR:
                    cell.fill = _CLEAN
                    cell.comment = _without_ours(cell.comment)


def _without_ours(comment):
    theirs = comment.text.partition(_SIGN)[0].strip() if comment else ""
    return Comment(theirs, comment.author) if theirs else None
