"""Start an exercise, and let it adopt another version of its methodology: both are about its cells."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import entry, record, values
from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.countries.services import require_coordinator
from mapping.framework.models import Indicator
from mapping.framework.selectors import span


@transaction.atomic
def start_exercise(*, actor, code, country, methodology, first_year=None, last_year=None, languages=(), is_demo=False):
    """Start an exercise with all its cells, not assessed; the span is the methodology's unless told otherwise.

    Raises Refused where the actor may not, or the exercise is not well-formed.
    """
    require_coordinator(actor)
    exercise = Exercise(
        code=code,
        country=country,
        methodology=methodology,
        first_year=first_year or methodology.first_year,
        last_year=last_year or methodology.last_year,
        languages=list(languages),
        is_demo=is_demo,
    )
    try:
        exercise.full_clean()
    except ValidationError as error:
        raise Refused(_("The exercise cannot be started."), error.messages) from error
    exercise.save()
    cells = _create_cells(exercise)
    told = {**values(exercise, ("country", "methodology", "first_year", "last_year")), "cells": cells}
    record(entry(actor=actor, verb=Verb.CREATED, target=exercise, exercise_code=exercise.code, new=told))
    return exercise


@transaction.atomic
def adopt_methodology(*, actor, exercise, methodology):
    """Let an exercise adopt another version of its methodology.

    Cells follow their indicator by section and indicator key; cells of new indicators are created; empty cells of
    indicators that are gone are deleted. Raises Refused, naming them, where cells with content would be lost.
    """
    require_coordinator(actor)
    exercise = Exercise.objects.select_for_update().get(pk=exercise.pk)
    if exercise.is_frozen:
        raise Refused(_("%(exercise)s is frozen. Unfreeze it first.") % {"exercise": exercise.code})
    if methodology.pk == exercise.methodology_id:
        raise Unchanged(_("%(exercise)s uses this methodology already.") % {"exercise": exercise.code})
    successors = _by_key(methodology)
    gone = [indicator for key, indicator in _by_key(exercise.methodology).items() if key not in successors]
    _refuse_to_lose(exercise, gone)
    _delete_empty_cells(exercise, gone)
    for key, indicator in _by_key(exercise.methodology).items():
        if key in successors:
            exercise.cells.filter(indicator=indicator).update(indicator=successors[key])
            exercise.indicator_notes.filter(indicator=indicator).update(indicator=successors[key])
    former, exercise.methodology = exercise.methodology, methodology
    exercise.save(update_fields=["methodology"])
    _create_cells(exercise)
    record(
        entry(
            actor=actor,
            verb=Verb.ADOPTED,
            target=exercise,
            exercise_code=exercise.code,
            old={"methodology": former.pk},
            new={"methodology": methodology.pk},
        )
    )
    return exercise


def _by_key(methodology):
    indicators = Indicator.objects.filter(section__methodology=methodology).select_related("section")
    return {(indicator.section.key, indicator.key): indicator for indicator in indicators}


def _delete_empty_cells(exercise, gone):
    try:
        Cell.objects.filter(exercise=exercise, indicator__in=gone).delete()
    except ProtectedError as error:
        asked = sorted({str(row) for row in error.protected_objects})
        raise Refused(_("An agency was asked about cells that the new version has no place for."), asked) from error


def _refuse_to_lose(exercise, gone):
    with_content = Cell.objects.filter(exercise=exercise, indicator__in=gone).exclude(value="", note="", claims=None)
    notes = exercise.indicator_notes.filter(indicator__in=gone).select_related("indicator")
    lost = [str(cell) for cell in with_content.select_related("indicator").distinct()] + [str(note) for note in notes]
    if lost:
        raise Refused(_("The new version has no place for what these cells say. Move or clear them first."), lost)


def _create_cells(exercise):
    """Create the cells an exercise lacks, each indicator over its own span, in one statement; return how many."""
    indicators = Indicator.objects.filter(section__methodology=exercise.methodology_id)
    existing = set(Cell.objects.filter(exercise=exercise).order_by().values_list("indicator_id", "year"))
    missing = [
        Cell(exercise=exercise, indicator=indicator, year=year)
        for indicator in indicators
        for year in span(indicator, exercise)
        if (indicator.pk, year) not in existing
    ]
    Cell.objects.bulk_create(missing)
    return len(missing)
