"""The reviewer's page: what waits in a section, with what changed since it was last decided on."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim
from mapping.comments.models import LONGEST
from mapping.comments.permissions import why_not_block, why_not_comment
from mapping.countries.permissions import REVIEWERS, has_role
from mapping.desk import selectors
from mapping.review.changes import Changes, since_decision
from mapping.review.forms import chosen_rows
from mapping.review.meanwhile import others_deciding
from mapping.review.selectors import section_review
from mapping.sources.models import Source

LINES = 120  # a page: a section of 108 cells is on one
SHOWN = ("", "changed", "new")


@dataclass
class Line:
    """One row that waits. `mark` and `reason` are what was typed about it, if the page comes back."""

    row: object
    changes: Changes
    claims: list
    may_approve: bool
    mark: str = ""
    reason: str = ""

    @property
    def kind(self):
        return "cell" if isinstance(self.row, Cell) else "source"

    @property
    def key(self):
        return f"{self.kind}-{self.row.pk}"


def context(request, exercise, section, *, typed=None):
    """Return what the page shows; `typed` is {line's key: (mark, reason)} of decisions that were refused."""
    cells = selectors.cells_of(exercise, section)
    standing = section_review(request.user, exercise, section, cells)
    waiting = [*standing.submitted.sources, *standing.submitted.cells]
    changes = since_decision(waiting, known=standing.sources)
    show = request.GET.get("show", "") if request.GET.get("show") in SHOWN else ""
    page = Paginator(_narrowed(waiting, changes, show), LINES).get_page(request.GET.get("page"))
    lines = _lines(page.object_list, changes, standing, typed or {})
    return {
        "title": _("Review %(section)s") % {"section": section.title},
        "section": section,
        "standing": standing,
        "page": page,
        "lines": lines,
        "overview": _overview(cells, lines),
        "show": show,
        "ways": _ways(waiting, changes),
        "reviews": has_role(request.user, exercise, REVIEWERS),
        "decides": has_role(request.user, exercise, REVIEWERS) and not exercise.is_frozen,
        "others": others_deciding(request.user, exercise, section),
        "comments": not why_not_comment(request.user, exercise),
        "may_block": not why_not_block(request.user, exercise),
        "longest_comment": LONGEST,
    }


def _narrowed(rows, changes, show):
    if show == "changed":
        return [row for row in rows if changes[type(row), row.pk].is_changed]
    if show == "new":
        return [row for row in rows if changes[type(row), row.pk].is_new]
    return rows


def _ways(rows, changes):
    """Return [(what the address says, its word, how many rows it shows)]."""
    words = {"": _("All that wait"), "changed": _("Only what changed"), "new": _("Only what is new")}
    return [(show, words[show], len(_narrowed(rows, changes, show))) for show in SHOWN]


def _lines(rows, changes, standing, typed):
    claims = _claims_of([row for row in rows if isinstance(row, Cell)])
    approvable = {(type(row), row.pk) for row in (*standing.to_approve.cells, *standing.to_approve.sources)}
    found = []
    for row in rows:
        line = Line(
            row, changes[type(row), row.pk], claims.get(row.pk, []) if isinstance(row, Cell) else [],
            (type(row), row.pk) in approvable,
        )  # fmt: skip
        line.mark, line.reason = typed.get(line.key, ("", ""))
        found.append(line)
    return found


def _claims_of(cells):
    claims = {}
    if cells:
        asked = Claim.objects.filter(cell__in=[cell.pk for cell in cells]).select_related("source").order_by("pk")
        for claim in asked.defer("source__search_text", "source__approved_content"):
            claims.setdefault(claim.cell_id, []).append(claim)
    return claims


def _overview(cells, lines):
    """Return (years, [(indicator, [(cell or None, whether it is on the page)])]) of the indicators on the page."""
    shown = {line.row.pk for line in lines if isinstance(line.row, Cell)}
    rows = {}
    for cell in cells:
        rows.setdefault(cell.indicator, {})[cell.year] = cell
    rows = {title: by_year for title, by_year in rows.items() if any(cell.pk in shown for cell in by_year.values())}
    years = sorted({cell.year for by_year in rows.values() for cell in by_year.values() if cell.pk in shown})
    return years, [
        (indicator, [(by_year.get(year), year in by_year and by_year[year].pk in shown) for year in years])
        for indicator, by_year in rows.items()
    ]


class Posted:
    """What the page posted, read with distrust."""

    def __init__(self, data):
        self.data = data

    def rows(self, name):
        """Return [(id, version seen)]."""
        return chosen_rows(self.data, name)

    def text(self, name):
        return self.data.get(name, "")


def decisions_in(data, *, rest):
    """Return what was marked, as the arguments of `review.sections.decide_rows`, and {line's key: (mark, reason)}.

    Parameters: `data` is Posted; with `rest`, what is not marked and may be approved is approved.
    """
    decided = {"approved": {"cell": [], "source": []}, "returned": {"cell": [], "source": []}}
    reasons, typed = {"cell": {}, "source": {}}, {}
    for model in (Cell, Source):
        kind = model._meta.model_name
        approvable = {pk for pk, _version in data.rows(f"approvable_{kind}s")}
        for pk, version in data.rows(f"{kind}s"):
            mark, reason = data.text(f"d-{kind}-{pk}"), data.text(f"r-{kind}-{pk}")
            typed[f"{kind}-{pk}"] = (mark, reason)
            if mark == "return":
                decided["returned"][kind].append((pk, version))
                reasons[kind][pk] = reason
            elif mark == "approve" or (rest and not mark and pk in approvable):
                decided["approved"][kind].append((pk, version))
    return {**decided, "reasons": reasons, "reason": data.text("reason")}, typed
