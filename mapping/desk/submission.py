"""What the page says before a section is submitted: what is missing, what to look at, what would go."""

import hashlib
from dataclasses import dataclass

from mapping.availability.models import Cell
from mapping.review.completeness import lacks
from mapping.review.selectors import Rows
from mapping.sources.models import Source


@dataclass
class Submission:
    """`refusals` and `warnings` are [Lack]; `complete` are the rows that nothing is missing of."""

    refusals: list
    warnings: list
    complete: Rows

    @property
    def seen(self):
        """Return a word for the warnings as they are now: submitting says that these were read."""
        return _word(self.warnings)

    @property
    def complete_seen(self):
        """Return the same of the complete rows alone."""
        going = {(type(row), row.pk) for row in (*self.complete.cells, *self.complete.sources)}
        return _word([lack for lack in self.warnings if (type(lack.row), lack.row.pk) in going])


def warnings_word(exercise, section, *, cells, sources):
    """Return `seen` of rows that were posted, as they are now."""
    found = Rows(
        list(Cell.objects.filter(exercise=exercise, pk__in=[pk for pk, _version in cells]).select_related("indicator")),
        list(Source.objects.filter(exercise=exercise, pk__in=[pk for pk, _version in sources])),
    )
    return submission(exercise, section, found).seen


def _word(warnings):
    told = sorted(f"{lack.rule} {type(lack.row).__name__} {lack.row.pk} {lack.sentence}" for lack in warnings)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16] if told else ""


def submission(exercise, section, rows):
    """Return the Submission of these Rows of a section; their cells have their indicator read."""
    along = [source.pk for source in rows.sources]
    for row in (*rows.cells, *rows.sources):
        row.exercise = exercise
    for cell in rows.cells:
        cell.indicator.section = section
    found = [
        *_of_all(lacks(Source, rows.sources, exercise=exercise)),
        *_of_all(lacks(Cell, rows.cells, exercise=exercise, along=along)),
    ]
    refused = {(type(lack.row), lack.row.pk) for lack in found if lack.refuses}
    return Submission(
        refusals=[lack for lack in found if lack.refuses],
        warnings=[lack for lack in found if not lack.refuses],
        complete=Rows(
            *([row for row in of if (type(row), row.pk) not in refused] for of in (rows.cells, rows.sources))
        ),
    )


def _of_all(found):
    return [lack for of_row in found.values() for lack in of_row]
