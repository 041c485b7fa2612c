"""A report as a page shows it: fields and values in words, rows in order, what is too much left out and counted."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim
from mapping.sources.models import Source
from mapping.workbook.spelling import CHOICES

MOST_ROWS = 500  # of one list on a page


@dataclass
class ShownChange:
    """The changes of one row of the file, field by field."""

    sheet: str
    title: str
    is_new: bool
    fields: list = field(default_factory=list)  # [(address, field's name, field, old, new)]


@dataclass
class ShownList:
    """A list cut to what a page bears."""

    rows: list
    total: int

    @property
    def left_out(self):
        return self.total - len(self.rows)


def shown(rows):
    """Return a ShownList of rows."""
    return ShownList(rows[:MOST_ROWS], len(rows))


def shown_changes(report):
    """Return a ShownList of ShownChange, in the order of the sheets."""
    rows = {}
    for change in report["changes"]:
        row = rows.setdefault(
            change["record"], ShownChange(change["sheet"], change["title"] or _("new row"), change["is_new"])
        )
        row.fields.append({**_in_words(change, "old", "new"), "cell": f"{change['sheet']}!{change['cell']}"})
    return shown(list(rows.values()))


def shown_conflicts(report):
    """Return a ShownList of the conflicts, in words. All of them: each wants an answer."""
    sides = ("base", "database", "file")
    rows = [
        {**_in_words(conflict, *sides), "cell": f"{conflict['sheet']}!{conflict['cell']}"}
        | {
            f"{side}_reason": _word("partial_reason", reason)
            for side, reason in zip(sides, conflict["reasons"], strict=True)
        }
        for conflict in report["conflicts"]
    ]
    return ShownList(rows, len(rows))


def _in_words(entry, *sides):
    name = entry["field"]
    words = {side: entry[side] if name == "value" else _word(name, entry[side]) for side in sides}
    return {**entry, **words, "field": name, "label": _label(name)}


def _word(name, text):
    labels = dict(getattr(CHOICES.get(name), "choices", ()))
    return labels.get(text, text) or ""


def _label(name):
    for model in (Cell, Claim, Source):
        if name in model.CONTENT_FIELDS:
            return model._meta.get_field(name).verbose_name
    return _("citation key") if name == "citation_key" else name
