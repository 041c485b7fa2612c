"""A section as a grid: what each of its cells shows, read as plain tuples, because a grid may have thousands."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import NamedTuple

from django.db.models import Aggregate, BooleanField, ExpressionWrapper, OuterRef, Q, Subquery, TextField
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Cell, Claim, PartialReason, Value
from mapping.availability.rules import access_of, contradictions, suggestion
from mapping.comments.selectors import open_of_cell
from mapping.content.models import ReviewStatus
from mapping.content.permissions import why_not_edit
from mapping.framework.models import Indicator

HIDDEN_ACCESS = ("on_request", "not_shared", "unknown")  # public is what one expects, so it is not marked

REASON_SHOWN = 160  # characters of why a cell was returned: a save's answer stays small

_FOR_THE_PAGE = {"editable", "suggested"}


class CellFacts(NamedTuple):
    """What the grid reads of a cell."""

    pk: int
    indicator_id: int
    year: int
    version: int
    value: str
    partial_reason: str
    partial_note: str
    resolution: str
    status: str
    submitted_by_id: int | None
    return_reason: str
    noted: bool  # has a note, whose text the details tell
    said: str | None  # by its claims; see `_claims_said`
    open_comments: int | None


class ClaimFacts(NamedTuple):
    """What the rules ask of a claim, in the order of `Claim.said`."""

    value: str
    access: str
    scope: str
    subgroup: str
    publisher_id: int | None
    collector_id: int | None


@dataclass(frozen=True, eq=False)
class Shown:
    """What a cell shows. Few differ from each other, so that each kind is judged, worded and drawn once.

    Cells that show the same share one object, which therefore is its own key.
    """

    value: str
    partial_reason: str
    partial_note: str
    status: str
    return_reason: str
    access: str
    contradicted: bool
    claims: int
    comments: int  # open threads
    noted: bool
    editable: bool
    suggested: str

    @property
    def lacks_reason(self):
        return self.value == Value.PARTIALLY_AVAILABLE and not self.partial_reason

    @property
    def name(self):
        """Return what symbols show in words: the accessible name, but for the cell's title."""
        parts = [
            _word(Value, self.value) or _("not assessed"),
            _word(PartialReason, self.partial_reason),
            _("without a reason") if self.lacks_reason else "",
            {"on_request": _("on request"), "not_shared": _("not shared"), "unknown": _("access unknown")}.get(
                self.access, ""
            ),
            _("claims contradict") if self.contradicted else "",
            _word(ReviewStatus, self.status),
            claims_told(self.claims),
            comments_told(self.comments) if self.comments else "",
        ]
        told = [part.lower() for part in parts if part]
        return ", ".join(
            [*told, _("returned because: %(reason)s") % {"reason": self.return_reason}] if self.return_reason else told
        )

    @property
    def data(self):
        """Return it for the page's script, which knows by the review state what can be edited; what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value and name not in _FOR_THE_PAGE}


def claims_told(count):
    """Return how many claims there are, in words."""
    return ngettext("%(count)d claim", "%(count)d claims", count) % {"count": count}


def _in_short(text):
    """Return the beginning of a text; the details of the cell tell all of it."""
    return Truncator(" ".join(text.split())).chars(REASON_SHOWN)


def comments_told(count):
    """Return how many comments are open, in words."""
    return ngettext("%(count)d open comment", "%(count)d open comments", count) % {"count": count}


def _word(choices, key):
    return str(choices(key).label) if key in choices.values else ""


# --- Reading -----------------------------------------------------------------

_HAS_NOTE = ExpressionWrapper(~Q(note=""), BooleanField())


def section_cells(exercise, section, comments):
    """Return ([CellFacts] of a section in the order of its indicators and years, {id: Indicator}); one query.

    Parameters: `comments` is {cell id: how many threads about it are open}; to count a cell at a time takes long.
    """
    cells = Cell.objects.filter(exercise=exercise, indicator__section=section).order_by("indicator__order", "year")
    rows = cells.annotate(noted=_HAS_NOTE, said=_claims_said()).values_list(
        "indicator__title", "indicator__group", *CellFacts._fields[:-1]
    )
    found, indicators = [], {}
    for title, group, pk, indicator_id, *rest in rows:
        found.append(CellFacts(pk, indicator_id, *rest, comments.get(pk)))
        if indicator_id not in indicators:
            indicators[indicator_id] = Indicator(pk=indicator_id, title=title, group=group)
    return found, indicators


def facts(cells):
    """Return a queryset of some cells as [CellFacts], by one query."""
    told = cells.annotate(noted=_HAS_NOTE, said=_claims_said(), open_comments=open_of_cell())
    rows = told.values_list(*CellFacts._fields)
    return list(map(CellFacts._make, rows))


class _Lines(Aggregate):
    """The texts of a group in one text, a line each."""

    output_field = TextField()

    def as_sqlite(self, compiler, connection, **kwargs):
        return self.as_sql(compiler, connection, template="group_concat(%(expressions)s, char(10))", **kwargs)

    def as_postgresql(self, compiler, connection, **kwargs):
        return self.as_sql(compiler, connection, template="string_agg(%(expressions)s, chr(10))", **kwargs)


def _claims_said():
    """Return an expression: what the rules ask of a cell's claims, a line a claim. A row a claim would take long."""
    claims = Claim.objects.filter(cell=OuterRef("pk")).order_by().values("cell")
    return Subquery(claims.annotate(lines=_Lines("said")).values("lines"))


def _claims(said):
    """Return the claims of which `said` tells, as [ClaimFacts]."""
    return [_claim(line) for line in said.split("\n")] if said else []


def _claim(line):
    *words, publisher, collector = line.split(" ")
    return ClaimFacts(*words, int(publisher) or None, int(collector) or None)


def shown(user, exercise, cells):
    """Return {cell id: Shown} of CellFacts."""
    editable = {status: not _why_not_edit(user, exercise, status) for status in ReviewStatus.values}
    kinds, found = {}, {}
    for cell in cells:
        alike = (
            cell.value,
            cell.partial_reason,
            cell.partial_note,
            cell.resolution,
            cell.status,
            cell.return_reason,
            cell.noted,
            cell.said,
            cell.open_comments,
        )
        if alike not in kinds:
            kinds[alike] = _shown(cell, _claims(cell.said), editable)
        found[cell.pk] = kinds[alike]
    return found


def listed(user, exercise, cells):
    """Return cells (with indicator and claims read) as a list shows them."""
    for cell in cells:
        cell.exercise = exercise
    editable = {status: not _why_not_edit(user, exercise, status) for status in ReviewStatus.values}
    rows = [(cell, _shown(cell, list(cell.claims.all()), editable)) for cell in cells]
    return [{"cell": cell, "lacks_reason": shown.lacks_reason, **asdict(shown)} for cell, shown in rows]


def _why_not_edit(user, exercise, status):
    return why_not_edit(user, Cell(exercise=exercise, status=status))


def _shown(cell, claims, editable):
    return Shown(
        value=cell.value,
        partial_reason=cell.partial_reason,
        partial_note=cell.partial_note,
        status=cell.status,
        return_reason=_in_short(cell.return_reason) if cell.status == ReviewStatus.RETURNED else "",
        access=access_of(claims, cell.value),
        contradicted=not cell.resolution and bool(contradictions(claims)),
        claims=len(claims),
        comments=getattr(cell, "open_comments", 0) or 0,
        noted=getattr(cell, "noted", False),
        editable=editable[cell.status],
        suggested=suggestion(cell, claims),
    )


# --- Laying out --------------------------------------------------------------


@dataclass
class Group:
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


def beyond_window(exercise, cells, ids):
    """Tell whether one of the cells lies in a year that is not shown at first."""
    return any(cell.pk in ids and not exercise.first_year <= cell.year <= exercise.last_year for cell in cells)


def rows_with(cells, ids):
    """Return the cells of those indicators that have one of the given cells."""
    indicators = {cell.indicator_id for cell in cells if cell.pk in ids}
    return [cell for cell in cells if cell.indicator_id in indicators]


def groups_of(cells, indicators, years):
    """Return [Group]; `indicators` is {id: Indicator}."""
    rows = defaultdict(dict)
    for cell in cells:
        rows[cell.indicator_id][cell.year] = cell
    groups = {}
    for indicator_id, by_year in rows.items():
        row = (indicators[indicator_id], [by_year.get(year) for year in years])
        groups.setdefault(row[0].group, []).append(row)
    return [Group(str(Indicator.Group(group).label), found, *_assessed(found)) for group, found in groups.items()]


def _assessed(rows):
    values = [cell.value for _indicator, cells in rows for cell in cells if cell and cell.value != Value.NOT_APPLICABLE]
    return len(values) - values.count(""), len(values)
