"""A report as a page shows it: fields and values in words, rows in order, long lists in pages."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim
from mapping.countries.models import Exercise
from mapping.framework.models import Section, Term
from mapping.sources.models import Source
from mapping.workbook.comparison import KEEP, named_sides, side_chosen
from mapping.workbook.layout import CLAIM_COLUMNS, SOURCE_COLUMNS, Kind
from mapping.workbook.report import fields_of, sides_of
from mapping.workbook.spelling import CHOICES
from mapping.workbook.standing import standing_of

ROWS_PER_PAGE = 100  # of one list
_VOCABULARIES = Source.VOCABULARIES | Claim.VOCABULARIES
_DATES = {column.field for column in (*SOURCE_COLUMNS, *CLAIM_COLUMNS) if column.kind is Kind.DATE}


@dataclass
class ShownChange:
    """The changes of one row of the file, field by field."""

    sheet: str
    title: str
    is_new: bool
    about: str  # the record that it changes; of a new claim, that of its cell
    reopens: bool = False  # it is approved, and will be a draft again
    fields: list = field(default_factory=list)  # [(address, field's name, field, old, new)]


class ShownList:
    """One page of a list. A page shows several: `query` says which page of each, that of this one by its name."""

    def __init__(self, name, rows, query):
        self.name, self._query = name, query
        self.page = Paginator(rows, ROWS_PER_PAGE).get_page(query.get(name))
        self.rows = self.page.object_list
        self.total = self.page.paginator.count

    def address(self, number):
        """Return the address of another page of this list, all other lists left where they are."""
        query = self._query.copy()
        query[self.name] = number
        return f"?{query.urlencode()}#{self.name}"

    @property
    def previous(self):
        return self.address(self.page.previous_page_number()) if self.page.has_previous() else ""

    @property
    def next(self):
        return self.address(self.page.next_page_number()) if self.page.has_next() else ""

    def mark_standing(self, exercise):
        """Say of each row on this page how it stands here now; `exercise` is None for a file of several."""
        standing = standing_of([row["record"] for row in self.rows], exercise)
        for row in self.rows:
            row["standing"] = standing.get(row["record"])


class ShownChanges(ShownList):
    """The rows of the file that change something, as ShownChange, in the order of the sheets."""

    def __init__(self, report, query, choices, labels):
        rows = {}
        for row in report["changes"]:
            rows.setdefault(row["record"], []).append(row)
        super().__init__("changes", list(rows.values()), query)
        self.new = sum(parts[0]["is_new"] for parts in rows.values())
        self.changed = self.total - self.new
        # A row in conflict is counted as such, and stands among the changes as well once a side of the file is taken.
        taken = (one["record"] for one in report["conflicts"] if choice_of(one, choices) not in {"", KEEP})
        self.taken = len(rows.keys() & set(taken))
        self.rows = [_shown_change(parts, labels) for parts in self.rows]

    def mark_approved(self, exercise):
        """Say of each row on this page whether it would be reopened; `exercise` is None for a file of several."""
        standing = standing_of([row.about for row in self.rows], exercise)
        for row in self.rows:
            row.reopens = row.about in standing and standing[row.about].is_approved


def choice_of(conflict, choices):
    """Return which side of a report's conflict is chosen, or ""."""
    return side_chosen(choices.get(conflict["key"], ""), conflict["mark"]) or conflict["choice"]


class ShownConflicts(ShownList):
    """The conflicts, in words. Each wants an answer: those of other pages without one are counted, and their page told."""

    def __init__(self, report, query, choices, labels):
        chosen = [choice_of(conflict, choices) for conflict in report["conflicts"]]
        rows = list(zip(report["conflicts"], chosen, strict=True))
        super().__init__("conflicts", rows, query)
        self.rows = [_shown_conflict(conflict, labels) | {"choice": choice} for conflict, choice in self.rows]
        here = self.page.number
        pages = [number // ROWS_PER_PAGE + 1 for number, choice in enumerate(chosen) if not choice]
        elsewhere = [number for number in pages if number != here]
        self.left = len(elsewhere)
        self.next_left = self.address(min(elsewhere, key=lambda number: (number < here, number))) if elsewhere else ""


class ShownResemblances(ShownList):
    """The new sources that resemble some that are here, each with what is chosen of it."""

    def __init__(self, report, query, choices):
        super().__init__("resemblances", report["resemblances"], query)
        self.rows = [row | {"choice": choices.get(row["key"], row["choice"])} for row in self.rows]


def labels_of(exercise, report):
    """Return {vocabulary: {key: label}} of the methodology's words, its sections included, by two queries.

    Of a report of several exercises (`exercise` is None) it is those of the exercises that it tells of; where their
    methodologies differ in a word, the latest one's.
    """
    if exercise is None:
        methodologies = Exercise.objects.filter(code__in=_codes_in(report)).values("methodology")
    else:
        methodologies = [exercise.methodology_id]
    found = {}
    for model, columns in ((Term, ("kind", "key", "label")), (Section, ("key", "title"))):
        rows = model.objects.filter(methodology__in=methodologies).order_by("methodology")
        for *kind, key, label in rows.values_list(*columns):
            found.setdefault(*kind or ("section",), {})[key] = label
    return found


def _codes_in(report):
    """Return the codes of the exercises that a report of several tells of: the names of its rows begin with them."""
    names = chain((row["record"] for row in report["changes"]), (row["key"] for row in report["conflicts"]))
    return {name.partition("|")[0] for name in names}


def _shown_change(parts, labels):
    first = parts[0]
    shown = ShownChange(
        first["sheet"], first["title"] or _("new row"), first["is_new"], first["about"] or first["record"]
    )
    for change in chain.from_iterable(map(fields_of, parts)):
        shown.fields.append({**_in_words(change, labels, "old", "new"), "cell": f"{change['sheet']}!{change['cell']}"})
    return shown


def _shown_conflict(conflict, labels):
    sides = ("base", "database", "file")
    reasons = {
        f"{side}_reason": _word("partial_reason", reason, labels)
        for side, reason in zip(sides, conflict["reasons"], strict=True)
    }
    of_file = [
        {"side": side, "cell": f"{place['sheet']}!{place['cell']}", "said": _in_words(place, labels, "file")["file"]}
        for side, place in named_sides(sides_of(conflict))
    ]
    return _in_words(conflict, labels, *sides) | reasons | {"of_file": of_file}


def _in_words(entry, labels, *sides):
    name = entry["field"]
    words = {side: entry[side] if name == "value" else _word(name, entry[side], labels) for side in sides}
    return {**entry, **words, "field": name, "label": _label(name)}


def _word(name, text, labels):
    if not text:
        return ""
    if name in _DATES:
        with suppress(ValueError):  # a base is what somebody's file tells
            return f"{date.fromisoformat(text):%d-%m-%Y}"  # as the workbook writes it
    if kind := _VOCABULARIES.get(name):
        words = labels.get(kind, {})
        return "; ".join(words.get(key, key) for key in (text.split() if kind == "section" else [text]))
    return dict(getattr(CHOICES.get(name), "choices", ())).get(text, text)


def _label(name):
    for model in (Cell, Claim, Source):
        if name in model.CONTENT_FIELDS:
            return model._meta.get_field(name).verbose_name
    return _("citation key") if name == "citation_key" else name
