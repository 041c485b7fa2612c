"""Draw the grid. Thousands of cells through a template's loop would cost seconds, so the table is drawn here.

Each cell shows its value and its marks; `<noscript>` holds what edits it where no script runs: a select, the version
that was seen, a link to the cell's own form. Whatever comes from people is escaped.
"""

from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Value
from mapping.desk.grid import claims_told
from mapping.templatetags.workbench import icon, value

# What a review state looks like in a cell; a draft is not marked.
_REVIEW_MARKS = {"submitted": "m-sub", "approved": "m-app", "returned": "m-ret"}
_ACCESS_MARKS = ("on_request", "not_shared")


def rows(grid, *, years_down):
    """Return the rows of the table, as HTML. `grid` is a Drawing."""
    head, bodies = _years_down(grid) if years_down else _years_across(grid)
    return f"<thead>{head}</thead>{''.join(f'<tbody>{body}</tbody>' for body in bodies)}"


class Drawing:
    """What is drawn: groups of indicators over years, what each cell shows, and what a refused save brought back."""

    def __init__(self, *, groups, years, shown, choosable=frozenset(), found=frozenset(), typed=None, refusals=None):
        self.groups = groups
        self.years = years
        self.shown = shown
        self.choosable = choosable
        self.found = found
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
            self._names[shown] = _escaped(shown.name)
            self._claims[shown] = _escaped(claims_told(shown.claims))
        if cell.pk in self.refusals:
            state, plain = " " + _refused_class(self.refusals[cell.pk]), self._refused(title, year, cell, shown)
        else:
            state, plain = "", self._plain(title, year, cell, shown)
        state += " hit" if cell.pk in self.found else ""
        choice = self._choice(title, year, cell) if cell.pk in self.choosable else ""
        return (
            f'<td id="c-{cell.pk}" class="c c-{cell.value or "not_assessed"}{state}" data-y="{year}">'
            f"{self._insides[shown]}{choice}<noscript>{plain}</noscript></td>"
        )

    def _choice(self, title, year, cell):
        name = escape(_("Choose %(cell)s")) % {"cell": f"{title}, {year}"}
        return (
            f'<input class="choose" type="checkbox" form="review-form" name="cells" '
            f'value="{cell.pk}:{cell.version}" aria-label="{name}">'
        )

    def _plain(self, title, year, cell, shown):
        link = _returned(shown) + self._link(title, year, cell, shown)
        if not shown.editable:
            return link
        value, seen = cell.value, f"{cell.version}:{cell.value}"
        if cell.pk in self.typed:
            value, seen = self.typed[cell.pk].value, self._typed_over(cell)
        return (
            f'<select name="c-{cell.pk}" aria-label="{title}, {year}">{self._options_with(value)}</select>'
            f"{_seen(cell.pk, seen)}{link}"
        )

    def _link(self, title, year, cell, shown):
        first, last = self.addresses
        name = self._names[shown] + (f", {escape(_('found'))}" if cell.pk in self.found else "")
        return (
            f'<a class="more" href="{first}{cell.pk}{last}" aria-label="{title}, {year}, {name}">'
            f"{self._claims[shown]}</a>"
        )

    def _typed_over(self, cell):
        typed = self.typed[cell.pk]
        return f"{typed.version}:{escape(typed.seen_value)}"

    def _options_with(self, chosen):
        if chosen not in self._options:
            self._options[chosen] = "".join(
                f'<option value="{key}"{" selected" if key == chosen else ""}>{escape(word)}</option>'
                for key, word in self.choices
            )
        return self._options[chosen]

    def _refused(self, title, year, cell, shown):
        """Return what a refused cell needs: its errors and, where somebody was faster, both versions to choose from."""
        refusal, typed, title_and_year = self.refusals[cell.pk], self.typed[cell.pk], f"{title}, {year}"
        errors, link = [str(refusal), *refusal.problems], self._link(title, year, cell, shown)
        told = "".join(
            f'<p class="error" id="e-{cell.pk}-{number}">{escape(sentence)}</p>'
            for number, sentence in enumerate(errors, start=1)
        )
        theirs = getattr(refusal, "row", None)
        if theirs is None:
            described = f'aria-invalid="true" aria-describedby="e-{cell.pk}-1"'
            select = f'<select name="c-{cell.pk}" aria-label="{title_and_year}" {described}>{self._options_with(typed.value)}</select>'
            return told + select + _seen(cell.pk, self._typed_over(cell)) + link
        keep = escape(_("Keep theirs, by %(who)s:") % {"who": theirs.last_author})
        return (
            f'{told}<fieldset class="choice"><legend class="visually-hidden">{title_and_year}</legend>'
            f"{_radio(cell.pk, theirs.value, keep)}{_radio(cell.pk, typed.value, escape(_('Use mine:')))}"
            f"</fieldset>{_seen(cell.pk, f'{theirs.version}:{theirs.value}')}{link}"
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
    if shown.comments:
        marks.append(f'<span class="m-com">{icon("i-comment")}{shown.comments}</span>')
    return f'<div class="in">{value(shown.value, short=True)}<span class="mk">{"".join(marks)}</span></div>'


def _escaped(text):
    """Return text escaped, as plain text: formatting a SafeString a thousand times is slow."""
    return escape(text) + ""


def _refused_class(refusal):
    return "conflict" if getattr(refusal, "row", None) else "s-refused"


def _returned(shown):
    """Return why a cell was returned, for the plain form; where the script runs, its name and its details say so."""
    return f'<p class="m-ret back">{escape(shown.return_reason)}</p>' if shown.return_reason else ""


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
    return head, [_group_body(grid, group) for group in grid.groups]


def _group_body(grid, group):
    count = ngettext("%(count)d indicator", "%(count)d indicators", len(group.rows)) % {"count": len(group.rows)}
    told = _("%(assessed)s of %(total)s assessed") % {"assessed": group.assessed, "total": group.total}
    counts = f'<span class="gm">{escape(count)}, <span class="assessed">{escape(told)}</span></span>'
    rows = [
        f'<tr class="grp"><th scope="rowgroup" colspan="{len(grid.years) + 1}"><span>{escape(group.title)}</span>{counts}</th></tr>'
    ]
    for indicator, cells in group.rows:
        title = _escaped(indicator.title)
        drawn = "".join([grid.cell(title, year, cell) for year, cell in zip(grid.years, cells, strict=True)])
        rows.append(f'<tr><th scope="row" data-indicator="{indicator.pk}">{title}</th>{drawn}</tr>')
    return "".join(rows)


def _years_down(grid):
    columns = [
        (_escaped(indicator.title), indicator, cells) for group in grid.groups for indicator, cells in group.rows
    ]
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
    return head, ["".join(rows)]
