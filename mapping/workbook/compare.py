"""Compare a file with the database: what would change, what conflicts, what is wrong. Pure: asks no database."""

from django.utils.translation import ngettext

from mapping.workbook.compare_cells import Cells
from mapping.workbook.compare_claims import Claims
from mapping.workbook.compare_sources import Sources
from mapping.workbook.matching import SourceIndex
from mapping.workbook.merging import Merging
from mapping.workbook.missing import missing_cells, missing_rows
from mapping.workbook.said import Place


def compare(file, known, *, choices=None, otherwise=""):
    """Return the Comparison of a FileContent with what is Known.

    `choices` is {conflict key: "keep" or a side of the file ("take", "take2", ...), also with the conflict's mark};
    conflicts it does not name are decided as `otherwise` says ("keep" or "take"), or stay undecided where that is empty,
    or where "take" leaves open which of several places of the file.
    """
    merging = Merging(file, known, choices or {}, otherwise)
    index = SourceIndex(known.sources)
    Sources(merging, index).compare()
    Cells(merging).compare()
    Claims(merging, index).compare()
    found = merging.found
    found.ignored += missing_rows(file, known, merging.named)
    found.ignored += missing_cells(file, known)
    _warn_of_missing_base(found, len(found.overwritten.keys() - merging.at_fault))
    found.changes = [row for row in found.changes if row.record not in merging.at_fault]
    found.conflicts = [one for one in found.conflicts if one.record not in merging.at_fault]
    found.counts["errors"] = len({error.record or (error.sheet, error.cell) for error in found.errors})
    found.counts["ignored"] = len(found.ignored)
    return found


def _warn_of_missing_base(found, count):
    if count:
        told = ngettext(
            "Of %(count)d row that says something here the file does not tell what was exported: it is overwritten, also where somebody changed it since. Look at it before you apply.",
            "Of %(count)d rows that say something here the file does not tell what was exported: they are overwritten, also where somebody changed them since. Look at them before you apply.",
            count,
        )
        found.warnings.insert(0, Place("", "", told % {"count": count}))
