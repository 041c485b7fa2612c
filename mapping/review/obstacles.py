"""What stands against a decision on many cells at once, said of each before anything is tried."""

from mapping.availability.models import Cell
from mapping.comments.selectors import blocking
from mapping.review.completeness import lacks, refusals
from mapping.review.models import Decision
from mapping.review.permissions import (
    contributors_of,
    why_not_approve,
    why_not_return,
    why_not_submit,
    why_not_withdraw,
)
from mapping.review.selectors import unapproved_sources, why_sources_unapproved


def obstacles(user, cells, kind, *, along=()):
    """Return {cell id: why this person may not take this step with it now}, without the cells nothing stands against.

    The cells come with their exercise and indicator; a few queries for all of them. `along` are the ids of sources that go to
    review with them.
    """
    ids = [cell.pk for cell in cells]
    if kind == Decision.Kind.SUBMITTED and cells:
        lacking = refusals(lacks(Cell, cells, exercise=cells[0].exercise, along=along))
    if kind == Decision.Kind.APPROVED:
        contributors, unapproved = contributors_of(Cell, ids), unapproved_sources(Cell, ids)
    unsettled = {}
    if kind == Decision.Kind.SUBMITTED and cells:
        unsettled = blocking(Cell, cells[0].exercise, ids)
    sentences = {
        Decision.Kind.SUBMITTED: lambda cell: (
            why_not_submit(user, cell) or " ".join(lacking.get(cell.pk, ())) or unsettled.get(cell.pk, "")
        ),
        Decision.Kind.WITHDRAWN: lambda cell: why_not_withdraw(user, cell),
        Decision.Kind.APPROVED: lambda cell: (
            why_not_approve(user, cell, contributors=contributors.get(cell.pk, set()))
            or why_sources_unapproved(cell, unapproved)
        ),
        Decision.Kind.RETURNED: lambda cell: why_not_return(user, cell),
    }
    return {cell.pk: sentence for cell in cells if (sentence := sentences[kind](cell))}
