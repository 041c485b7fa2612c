"""The grid on the section's page: the table, the ways to turn it, and what its script needs to know."""

from functools import cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from mapping.availability.models import Cell, PartialReason
from mapping.content.permissions import why_not_edit
from mapping.countries.permissions import EDITORS, REVIEWERS, has_role
from mapping.desk import grid
from mapping.desk.grid_html import Drawing, rows
from mapping.desk.grid_words import words

YEARS_DOWN = "years"
PLACE_OF_ROWS = "<!-- the rows of the grid -->"


def put_rows(response):
    """Put the rows into the rendered page: templates in templates would copy their megabytes at each level."""
    rows = response.context_data["grid"]["rows"]
    response.content = response.content.replace(PLACE_OF_ROWS.encode(), rows.encode(), 1)


def of(request, exercise, section, cells, indicators, *, read_at, choosable, found=None, typed=None, refused=None):
    """Return what the section's template shows of the grid.

    Parameters: `cells` and `indicators` are the section's (grid.section_cells), read at `read_at` or after, `choosable`
    those a reviewer may choose; `found` says which cells to narrow it to (Found); `typed` and `refused` are those of a
    refused save.
    """
    marked = found.cells if found else frozenset()
    wanted = marked | (refused.refusals.keys() if refused else set())
    every_year = request.GET.get("years") == "all" or grid.beyond_window(exercise, cells, marked)
    years_down = request.GET.get("layout") == YEARS_DOWN
    years, has_more_years = grid.years_of(exercise, cells, every_year=every_year)
    shown = grid.shown(request.user, exercise, cells)
    drawing = Drawing(
        groups=grid.groups_of(grid.rows_with(cells, wanted) if marked else cells, indicators, years),
        years=years,
        shown=shown,
        choosable={cell.pk for cell in choosable},
        found=marked,
        typed=typed,
        refusals=refused.refusals if refused else None,
    )
    return {
        "rows": rows(drawing, years_down=years_down),
        "place_of_rows": mark_safe(PLACE_OF_ROWS),  # noqa: S308 - said above
        "wide": every_year and has_more_years,
        "years_down": years_down,
        "every_year": every_year,
        "has_more_years": has_more_years,
        "found": found,
        **_furniture(
            get_language(),
            edits=has_role(request.user, exercise, EDITORS),
            reviews=has_role(request.user, exercise, REVIEWERS),
        ),
        "suggestions": sum(1 for cell in shown.values() if cell.suggested),
        "refused_cells": _named(cells, indicators, refused),
        "data": {
            **_data(request, exercise, section, cells, shown),
            "cursor": read_at.isoformat(),
            "layout": YEARS_DOWN if years_down else "",
            "words": words(),
        },
    }


@cache
def _furniture(language, *, edits, reviews):
    """Return what stands around every grid, drawn once a language and kind of person."""
    names = ("scripts", "key", "tools", "marks", "dialogs")
    context = {"edits": edits, "reviews": reviews, "reasons": PartialReason.choices}
    return {name: render_to_string(f"mapping/desk/_grid_{name}.html", context) for name in names}


def _data(request, exercise, section, cells, shown):
    """Return the cells for the script: each with the number of its kind, each kind once."""
    kinds = {}
    listed = [(cell.pk, cell.version, kinds.setdefault(shown[cell.pk], len(kinds))) for cell in cells]
    place = [exercise.code, section.key]
    return {
        "person": request.user.pk,
        "exercise": exercise.code,
        "section": section.key,
        "cells": listed,
        "kinds": [kind.data for kind in kinds],
        "why_not": why_not_edit(request.user, Cell(exercise=exercise)),
        "save": reverse("grid_save", args=place),
        "changes": reverse("grid_changes", args=place),
        "panel": reverse("grid_panel", args=[*place, 0]),
        "sign_in": f"{reverse('account_login')}?next={request.path}",
    }


def _named(cells, indicators, refused):
    refusals = refused.refusals if refused else {}
    return [(cell.pk, f"{indicators[cell.indicator_id].title}, {cell.year}") for cell in cells if cell.pk in refusals]
