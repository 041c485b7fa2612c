"""The views of a list: those that everybody has, and one's own. What a list shows is its address, nothing else."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mapping.availability.filters import CellFilter
from mapping.desk.models import SavedView
from mapping.sources.filters import SourceFilter

ADDRESSES = {SavedView.List.CELLS: "exercise_cells", SavedView.List.SOURCES: "sources"}
FILTERS = {SavedView.List.CELLS: CellFilter, SavedView.List.SOURCES: SourceFilter}
FOR_EVERYBODY = {
    SavedView.List.CELLS: [
        (_("All"), ""),
        (_("Not assessed"), "value=not_assessed"),
        (_("Partial without reason"), "open=reason"),
        (_("Contradicted"), "open=contradicted"),
        (_("On request only"), "access=on_request"),
        (_("Changed this week"), "changed=week"),
        (_("Returned to me"), "status=returned&by=me"),
    ],
    SavedView.List.SOURCES: [
        (_("All"), ""),
        (_("On request only"), "access=on_request"),
        (_("Access unknown"), "access=unknown"),
        (_("Changed this week"), "changed=week"),
        (_("Submitted"), "status=submitted"),
        (_("Returned to me"), "status=returned&by=me"),
    ],
}


@dataclass
class View:
    """A list narrowed in one way: its name, its address, and the saved row if it is one's own."""

    name: str
    address: str
    current: bool
    saved: SavedView | None = None


def narrowing(list_, data):
    """Return what of an address narrows or sorts the list, always in the same order: pages and strangers left out."""
    kept = QueryDict(mutable=True)
    for name in sorted(FILTERS[list_].base_filters):
        if value := data.get(name):
            kept[name] = value
    return kept.urlencode()


def views_of(user, exercise, list_, data):
    """Return ([View], the query of the address, whether none of them is the present one), by one query."""
    here, base = narrowing(list_, data), reverse(ADDRESSES[list_], args=[exercise.code])
    own = SavedView.objects.filter(Q(exercise=exercise) | Q(exercise=None), user=user, list=list_)
    named = [(name, query, None) for name, query in FOR_EVERYBODY[list_]]
    named += [(view.name, view.query, view) for view in own]
    views = [
        View(name, f"{base}?{query}" if query else base, narrowing(list_, QueryDict(query)) == here, saved)
        for name, query, saved in named
    ]
    return views, here, bool(here) and not any(view.current for view in views)
