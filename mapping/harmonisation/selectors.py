"""Read the decision log."""

from mapping.content.permissions import visible
from mapping.harmonisation.models import DecisionLogEntry


def decisions(exercise, section=None, *, withdrawn=False):
    """Return the decisions of the exercise's methodology and those proposed, of one section or of all; by one query."""
    found = DecisionLogEntry.objects.filter(methodology_key=exercise.methodology.key)
    if section is not None:
        found = found.filter(section_key=section.key)
    if not withdrawn:
        found = found.filter(withdrawn_at=None)
    return found.select_related("changed_by")


def decisions_for(exercise, indicator):
    """Return the decisions that an indicator's cells are judged by: its own, and those of its whole section."""
    found = decisions(exercise, indicator.section)
    return [
        row for row in found.exclude(agreed_at=None) if not row.indicator_keys or indicator.key in row.indicator_keys
    ]


def cells_seen(user, entry):
    """Return the cells an entry is linked to that the person sees: other countries' stay theirs."""
    return visible(user, entry.cells.select_related("exercise", "indicator__section"))
