"""Draw the grid. Thousands of cells through a template's loop would cost seconds, so the table is drawn here.

Each cell shows its value and its marks; `<noscript>` holds what edits it where no script runs: a select, the version
that was seen, a link to the cell's own form. Whatever comes from people is escaped.
"""

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Value
from mapping.desk.grid import claims_told
from mapping.templatetags.workbench import icon, value

# What a review state looks like in a cell; a draft is not marked.
_REVIEW_MARKS = {"submitted": "m-sub", "approved": "m-app", "returned": "m-ret"}
_ACCESS_MARKS = ("on_request", "not_shared")


def table_parts(grid, *, years_down):
    """Return (head, [body]) of the table, as safe HTML. `grid` is a Drawing."""
    return _years_down(grid) if years_down else _years_across(grid)


class Drawing:
    """What is drawn: groups of indicators over years, what each cell shows, and what a refused save brought back."""

    def __init__(self, *, groups, years, shown, choosable=frozenset(), typed=None, refusals=None):
        self.groups = groups
        self.years = years
        self.shown = shown
        self.choosable = choosable
        self.typed = typed or {}
        self.refusals = refusals or {}
        self.choices = [("", _("Not assessed")), *((key, str(label)) for key, label in Value.choices)]
        self.addresses = reverse("admin:mapping_cell_change", args=[0]).split("0")
        self._insides, self._options, self._names, self._claims = {}, {}, {}, {}

    def cell(self, title, year, cell):
        """Return the `<td>` of a cell; `title` is its indicator's, escaped."""
        if cell is None:
            return f'<td class="c outside"><span class="visually-hidden">{escape(_("outside the span"))}</span></td>'
        shown = self.shown[cell.pk]
        if shown not in self._insides:
            self._insides[shown] = inside(shown)
            self._names[shown] = escape(shown.name)
            self._claims[shown] = escape(claims_told(shown.claims))
        refusal = self.refusals.get(cell.pk)
        state = " " + _refused_class(refusal) if refusal else ""
        return (
            f'<td id="c-{cell.pk}" class="c c-{cell.value or "not_assessed"}{state}" data-y="{year}">'
            f"{self._insides[shown]}{self._choice(title, year, cell) if cell.pk in self.choosable else ''}"
            f"<noscript>{self._plain(title, year, cell, shown, refusal)}</noscript></td>"
        )

    def _choice(self, title, year, cell):
        name = escape(_("Choose %(cell)s")) % {"cell": f"{title}, {year}"}
        return (
            f'<input class="choose" type="checkbox" form="review-form" name="cells" '
            f'value="{cell.pk}:{cell.version}" aria-label="{name}">'
        )

    def _plain(self, title, year, cell, shown, refusal):
        first, last = self.addresses
        link = (
            f'<a class="more" href="{first}{cell.pk}{last}" aria-label="{title}, {year}, {self._names[shown]}">'
            f"{self._claims[shown]}</a>"
        )
        if refusal is not None:
            return self._refused(f"{title}, {year}", cell, refusal) + link
        if not shown.editable:
            return link
        select = f'<select name="c-{cell.pk}" aria-label="{title}, {year}">'
        typed = self.typed.get(cell.pk)
        if typed is not None:
            seen = f"{typed.version}:{escape(typed.seen_value)}"
            return f"{select}{self._options_with(typed.value)}</select>{_seen(cell.pk, seen)}{link}"
        return (
            f"{select}{self._options_with(cell.value)}</select>{_seen(cell.pk, f'{cell.version}:{cell.value}')}{link}"
        )

    def _options_with(self, chosen):
        if chosen not in self._options:
            self._options[chosen] = "".join(
                f'<option value="{key}"{" selected" if key == chosen else ""}>{escape(word)}</option>'
                for key, word in self.choices
            )
        return self._options[chosen]

    def _refused(self, title, cell, refusal):
        """Return what a refused cell needs: its errors and, where somebody was faster, both versions to choose from."""
        typed, errors = self.typed[cell.pk], [str(refusal), *refusal.problems]
        told = "".join(
            f'<p class="error" id="e-{cell.pk}-{number}">{escape(sentence)}</p>'
            for number, sentence in enumerate(errors, start=1)
        )
        theirs = getattr(refusal, "row", None)
        if theirs is None:
            described = f'aria-invalid="true" aria-describedby="e-{cell.pk}-1"'
            select = f'<select name="c-{cell.pk}" aria-label="{title}" {described}>{self._options_with(typed.value)}</select>'
            return told + select + _seen(cell.pk, f"{typed.version}:{escape(typed.seen_value)}")
        keep = escape(_("Keep theirs, by %(who)s:") % {"who": theirs.last_author})
        return (
            f'{told}<fieldset class="choice"><legend class="visually-hidden">{title}</legend>'
            f"{_radio(cell.pk, theirs.value, keep)}{_radio(cell.pk, typed.value, escape(_('Use mine:')))}"
            f"</fieldset>{_seen(cell.pk, f'{theirs.version}:{theirs.value}')}"
        )


def inside(shown):
    """Return the value and the marks of a cell. `static/js/grid/view.js` draws the same after a change."""
    marks = []
    if shown.lacks_reason:
        marks.append(f'<span class="tag">{escape(_("reason?"))}</span>')
    if shown.contradicted:
        marks.append(f'<span class="m-con">{icon("i-contradicted")}</span>')
    if shown.access in _ACCESS_MARKS:
        marks.append(icon(f"a-{shown.access}"))
    if shown.status in _REVIEW_MARKS:
        marks.append(f'<span class="{_REVIEW_MARKS[shown.status]}">{icon(f"r-{shown.status}")}</span>')
    return f'<div class="in">{value(shown.value, short=True)}<span class="mk">{"".join(marks)}</span></div>'


def _refused_class(refusal):
    return "conflict" if getattr(refusal, "row", None) else "s-refused"


def _seen(pk, state):
    return f'<input type="hidden" name="v-{pk}" value="{state}">'


def _radio(pk, chosen, words):
    return (
        f'<label><input type="radio" name="c-{pk}" value="{escape(chosen)}" required> {words} {value(chosen)}</label>'
    )


# --- The two orientations ----------------------------------------------------


def _years_across(grid):
    years = "".join(f'<th scope="col" data-year="{year}">{year}</th>' for year in grid.years)
    head = f'<tr><th scope="col" class="corner">{escape(_("Indicator"))}</th>{years}</tr>'
    return mark_safe(head), [_group_body(grid, group) for group in grid.groups]  # noqa: S308 - escaped part by part


def _group_body(grid, group):
    count = ngettext("%(count)d indicator", "%(count)d indicators", len(group.rows)) % {"count": len(group.rows)}
    told = _("%(assessed)s of %(total)s assessed") % {"assessed": group.assessed, "total": group.total}
    counts = f'<span class="gm">{escape(count)}, {escape(told)}</span>'
    rows = [
        f'<tr class="grp"><th scope="rowgroup" colspan="{len(grid.years) + 1}"><span>{escape(group.title)}</span>{counts}</th></tr>'
    ]
    for indicator, cells in group.rows:
        title = escape(indicator.title)
        drawn = "".join([grid.cell(title, year, cell) for year, cell in zip(grid.years, cells, strict=True)])
        rows.append(f'<tr><th scope="row" data-indicator="{indicator.pk}">{title}</th>{drawn}</tr>')
    return mark_safe("".join(rows))  # noqa: S308 - escaped part by part


def _years_down(grid):
    columns = [(escape(indicator.title), indicator, cells) for group in grid.groups for indicator, cells in group.rows]
    groups = "".join(
        f'<th scope="colgroup" colspan="{len(group.rows)}" class="cg">{escape(group.title)}</th>'
        for group in grid.groups
    )
    titles = "".join(
        f'<th scope="col" class="vh" data-indicator="{indicator.pk}"><span>{title}</span></th>'
        for title, indicator, _cells in columns
    )
    head = f'<tr><th scope="col" class="corner" rowspan="2">{escape(_("Year"))}</th>{groups}</tr><tr>{titles}</tr>'
    rows = []
    for place, year in reversed(list(enumerate(grid.years))):
        drawn = "".join([grid.cell(title, year, cells[place]) for title, _indicator, cells in columns])
        rows.append(f'<tr><th scope="row" data-year="{year}">{year}</th>{drawn}</tr>')
    return mark_safe(head), [mark_safe("".join(rows))]  # noqa: S308 - escaped part by part
