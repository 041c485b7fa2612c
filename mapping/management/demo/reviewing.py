"""Bring the demo's sections into states worth looking at, by the steps of the review and with four eyes."""

from mapping.availability.models import Cell
from mapping.availability.rules import contradictions
from mapping.review import sections
from mapping.sources.models import Source

SUBMITTED = "return_migration"
DRAFT, RETURNED = "big_data", "search_queries_migration"
RETURN_REASON = (
    "The article discusses 2019 and 2020, but does not say here which years it studied. "
    "Please look that up, and correct the years if they differ."
)


def review(*, exercise, consultant, reviewer):
    """Approve most sections, leave one submitted and one in draft, with cells that were returned.

    A contradicted cell stays a draft: it waits for a note that resolves it.
    """
    keys = list(exercise.methodology.sections.order_by("order").values_list("key", flat=True))
    for key in (*(key for key in keys if key not in {SUBMITTED, DRAFT}), SUBMITTED, DRAFT):
        cells, sources = _complete_cells(exercise, key), _open_sources(exercise, key)
        if key == DRAFT:
            cells = [cell for cell in cells if cell.indicator.key == RETURNED]
            sources = [source for source in sources if source in _cited(cells)]
        rows = {"cells": _seen(cells), "sources": _seen(sources)}
        sections.submit_rows(actor=consultant, exercise=exercise, **rows)
        if key == DRAFT:
            sections.return_rows(actor=reviewer, exercise=exercise, reason=RETURN_REASON, cells=rows["cells"])
        elif key != SUBMITTED:
            sections.approve_rows(actor=reviewer, exercise=exercise, **rows)


def _complete_cells(exercise, section):
    cells = Cell.objects.filter(exercise=exercise, indicator__section__key=section).exclude(value="")
    cells = cells.select_related("indicator").prefetch_related("claims__source")
    return [cell for cell in cells if not contradictions(cell.claims.all())]


def _open_sources(exercise, section):
    """Return the sources of a section that no section before it took along."""
    return list(Source.objects.filter(exercise=exercise, sections__has=section, status="draft").order_by("pk"))


def _cited(cells):
    return {claim.source for cell in cells for claim in cell.claims.all()}


def _seen(rows):
    return [(row.pk, row.version) for row in rows]
