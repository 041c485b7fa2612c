"""The cells that an address finds: in the list of all cells of an exercise, and in the grid of one section."""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from mapping.availability.filters import CellFilter
from mapping.availability.models import Cell
from mapping.desk.models import SavedView
from mapping.desk.saved_views import narrowing

IN_ORDER = ("indicator__section__order", "indicator__order", "year")
_NOT_OF_A_GRID = ("section", "sort")


@dataclass(frozen=True)
class Found:
    """The cells of one section that an address finds, what it asks for in words, and the list it came from."""

    cells: frozenset
    asked: str
    list_address: str


def filtered(request, exercise, sections, *, data=None, section=None, indicators=None):
    """Return the CellFilter over the exercise's cells, or one section's, by the address or other `data`.

    Parameters: `indicators` are those to choose from, if they are read already.
    """
    cells = Cell.objects.filter(exercise=exercise).order_by(*IN_ORDER)
    if section is not None:
        cells = cells.filter(indicator__section=section)
    data = request.GET if data is None else data
    return CellFilter(data, cells, request=request, exercise=exercise, sections=sections, indicators=indicators)


def in_section(request, exercise, sections, section, indicators):
    """Return what the section's address finds in it, or None where it asks for nothing that can be understood.

    Parameters: `indicators` are the section's.
    """
    query = narrowing(SavedView.List.CELLS, request.GET)
    data = QueryDict(query, mutable=True)
    for name in _NOT_OF_A_GRID:
        data.pop(name, None)
    if not data:
        return None
    found = filtered(request, exercise, sections, data=data, section=section, indicators=indicators)
    if not (asked := _in_words(found.form)):
        return None
    cells = frozenset(found.qs.order_by().values_list("pk", flat=True))
    return Found(cells, asked, f"{reverse('exercise_cells', args=[exercise.code])}?{query}")


def _in_words(form):
    """Return what a form asks for, such as “Value: Available, Year: 2020”; what it cannot understand is left out."""
    form.is_valid()
    asked = [(name, value) for name, value in form.cleaned_data.items() if value not in (None, "", [])]
    return ", ".join(f"{form.fields[name].label}: {_word(form.fields[name], value)}" for name, value in asked)


def _word(field, value):
    return str(dict(getattr(field, "choices", None) or ()).get(value, value)) if isinstance(value, str) else str(value)
