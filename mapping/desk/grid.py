"""A section as a grid: indicators down, years across, what is saved and, after a refused save, what was typed."""

from dataclasses import dataclass, field

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Cell, Claim, Value
from mapping.availability.rules import access_of, is_contradicted
from mapping.content.permissions import why_not_edit
from mapping.framework.models import Indicator

# What the grid needs of a claim.
_CLAIM_FIELDS = ("cell", "value", "access", "scope", "subgroup", "collector", "publisher")


def cells_of(exercise, section):
    """Return all cells of a section with their claims, by two queries."""
    claims = Prefetch("claims", Claim.objects.only(*_CLAIM_FIELDS))
    cells = list(
        Cell.objects.filter(exercise=exercise, indicator__section=section)
        .select_related("indicator")
        .prefetch_related(claims)
        .order_by("indicator__order", "year")
    )
    for cell in cells:
        cell.exercise = exercise
    return cells


def contradicted(cells):
    """Return the cells whose claims contradict without a note that resolves it."""
    return [cell for cell in cells if is_contradicted(cell, list(cell.claims.all()))]


@dataclass
class GridCell:
    """A cell as the grid shows it: what is saved or, after a refused save, what was typed over what was seen."""

    cell: Cell
    value: str
    seen: str
    access: str
    contradicted: bool
    claims: int
    editable: bool
    choosable: bool = False
    errors: list = field(default_factory=list)
    theirs: Cell | None = None

    @property
    def lacks_reason(self):
        return self.cell.value == Value.PARTIALLY_AVAILABLE and not self.cell.partial_reason

    @property
    def title(self):
        return str(self.cell)

    @property
    def name(self):
        """Return the accessible name, which says everything that symbols show."""
        parts = [
            str(self.cell),
            self.cell.get_value_display() or _("not assessed"),
            self.cell.get_partial_reason_display(),
            _("without a reason") if self.lacks_reason else "",
            {"on_request": _("on request"), "not_shared": _("not shared"), "unknown": _("access unknown")}.get(
                self.access, ""
            ),
            _("claims contradict") if self.contradicted else "",
            self.cell.get_status_display(),
            ngettext("%(count)d claim", "%(count)d claims", self.claims) % {"count": self.claims},
        ]
        return ", ".join(part.lower() if index else part for index, part in enumerate(parts) if part)


@dataclass
class GridGroup:
    """The indicators of one group (stock, flow, other), each with a cell a year, or None outside its span."""

    title: str
    rows: list
    assessed: int
    total: int


def years_of(exercise, cells, *, every_year):
    """Return (the years shown, whether there are more)."""
    all_years = sorted({cell.year for cell in cells})
    window = [year for year in all_years if exercise.first_year <= year <= exercise.last_year]
    return (all_years if every_year else window), len(window) < len(all_years)


def groups_of(user, cells, years, *, choosable=frozenset(), typed=None, refusals=None):
    """Return [GridGroup]. `typed` ({id: Typed}) and `refusals` ({id: Refused}) are those of a refused save."""
    groups = {}
    for cell in cells:
        rows = groups.setdefault(cell.indicator.group, {}).setdefault(cell.indicator, {})
        if cell.year in years:
            rows[cell.year] = _grid_cell(
                user, cell, choosable, (typed or {}).get(cell.pk), (refusals or {}).get(cell.pk)
            )
    return [
        GridGroup(
            Indicator.Group(group).label,
            [(indicator, [(year, found.get(year)) for year in years]) for indicator, found in rows.items()],
            *_assessed([cell for found in rows.values() for cell in found.values()]),
        )
        for group, rows in groups.items()
    ]


def shown(user, exercise, cells):
    """Return cells (with indicator and claims read) as a list shows them."""
    for cell in cells:
        cell.exercise = exercise
    return [_grid_cell(user, cell, frozenset(), None, None) for cell in cells]


def _assessed(grid_cells):
    applicable = [shown.cell for shown in grid_cells if shown.cell.value != Value.NOT_APPLICABLE]
    return sum(1 for cell in applicable if cell.value), len(applicable)


def _grid_cell(user, cell, choosable, typed, refusal):
    claims = list(cell.claims.all())
    shown = GridCell(
        cell=cell,
        value=cell.value,
        seen=f"{cell.version}:{cell.value}",
        access=access_of(claims, cell.value),
        contradicted=is_contradicted(cell, claims),
        claims=len(claims),
        editable=not why_not_edit(user, cell),
        choosable=cell.pk in choosable,
    )
    if typed is not None:
        shown.value = typed.value
        shown.seen = f"{typed.version}:{typed.seen_value}"
    if refusal is not None:
        shown.errors = [str(refusal), *refusal.problems]
        if row := getattr(refusal, "row", None):  # somebody was faster: what is typed from here on is over theirs
            shown.theirs = row
            shown.seen = f"{row.version}:{row.value}"
    return shown
