"""Bring the demo's sections into states worth looking at, by the steps of the review and with four eyes."""

from mapping.availability.models import Cell
from mapping.availability.rules import contradictions
from mapping.review import transitions
from mapping.sources.models import Source

SUBMITTED = "return_migration"
DRAFT = "big_data"
RETURN_REASON = (
    "The article discusses 2019 and 2020, but does not say here which years it studied. "
    "Please look that up, and correct the years if they differ."
)


def review(*, exercise, consultant, reviewer):
    """Approve most sections, leave one submitted and one in draft, with a cell that was returned.

    A contradicted cell stays a draft: it waits for a note that resolves it.
    """
    sections = {section.key: section for section in exercise.methodology.sections.all()}
    approved = sections.keys() - {SUBMITTED, DRAFT}
    sources = list(Source.objects.filter(exercise=exercise))
    to_approve = [source for source in sources if approved & set(source.sections)]
    to_submit = [source for source in sources if SUBMITTED in source.sections and source not in to_approve]
    _submit(consultant, Source, exercise, to_submit)
    _submit_and_approve(consultant, reviewer, Source, exercise, to_approve)
    for key in sections:
        cells = _complete_cells(exercise, key)
        if key == SUBMITTED:
            _submit(consultant, Cell, exercise, cells)
        elif key == DRAFT:
            _submit_and_return(consultant, reviewer, exercise, cells)
        else:
            _submit_and_approve(consultant, reviewer, Cell, exercise, cells)


def _complete_cells(exercise, section):
    cells = Cell.objects.filter(exercise=exercise, indicator__section__key=section).exclude(value="")
    return [cell for cell in cells.prefetch_related("claims") if not contradictions(cell.claims.all())]


def _submit(consultant, model, exercise, rows):
    transitions.submit(actor=consultant, model=model, exercise=exercise, rows=_seen(rows))


def _submit_and_approve(consultant, reviewer, model, exercise, rows):
    _submit(consultant, model, exercise, rows)
    transitions.approve(actor=reviewer, model=model, exercise=exercise, rows=_seen(rows))


def _submit_and_return(consultant, reviewer, exercise, cells):
    cell = next(cell for cell in cells if cell.value == "partially_available")
    _submit(consultant, Cell, exercise, [cell])
    transitions.return_with_reason(
        actor=reviewer, model=Cell, exercise=exercise, rows=_seen([cell]), reason=RETURN_REASON
    )


def _seen(rows):
    return [(row.pk, row.version) for row in rows]
