"""Tell people what a step of the review means for them, and that what waited before it no longer does."""

from collections import defaultdict

from django.db.models import OuterRef
from django.urls import reverse

from mapping.availability.models import Cell
from mapping.duties.models import SectionAssignment
from mapping.duties.selectors import TO_ENTER, reviewers_of
from mapping.notifications.models import Kind
from mapping.notifications.services import notify, settle
from mapping.review.models import Decision
from mapping.sources.services import settle_news

# Sources belong to several sections: what is told of them is told of the exercise's list of sources.
SOURCES = "sources"


def tell(*, actor, exercise, kind, model, rows, reason="", act=None):
    """Tell of one step over rows of one kind: reviewers of what is submitted, authors of what is returned.

    Called in the transaction of the step. Whoever it told of before is settled where nothing of it is left.
    """
    groups = _groups(model, exercise, rows)
    _settle(actor, exercise, kind, model, groups)
    if kind == Decision.Kind.SUBMITTED:
        reviewers = reviewers_of(exercise, [section.key if section else SOURCES for section in groups])
        for section, found in groups.items():
            people = reviewers[section.key if section else SOURCES]
            _notify(actor, exercise, Kind.SUBMITTED, section, people=people, rows=found, act=act)
    if kind == Decision.Kind.RETURNED:
        for section, found in groups.items():
            _tell_authors(actor, exercise, section, found, reason=reason, act=act)


def _groups(model, exercise, rows):
    """Return {section, or None for sources: rows}."""
    if model is not Cell:
        return {None: list(rows)}
    groups = defaultdict(list)
    for row in rows:
        groups[row.indicator.section].append(row)
    return groups


def _tell_authors(actor, exercise, section, rows, *, reason, act):
    mine = defaultdict(list)
    for row in rows:
        for person in {row.last_author_id: row.last_author, row.submitted_by_id: row.submitted_by}.values():
            if person is not None:
                mine[person].append(row)
    for person, found in mine.items():
        _notify(actor, exercise, Kind.RETURNED, section, people=[person], rows=found, text=reason, act=act)


def _notify(actor, exercise, kind, section, *, people, rows, act, text=""):
    if section:
        address = reverse("exercise_section", args=[exercise.code, section.key])
    else:
        address = reverse("sources", args=[exercise.code])
    notify(
        actor=actor,
        people=people,
        kind=kind,
        target=section or (rows[0] if len(rows) == 1 else exercise),
        exercise=exercise,
        section=section,
        count=len(rows),
        text=text,
        address=address,
        cause=act,
    )


# --- What is dealt with ------------------------------------------------------


def _settle(actor, exercise, kind, model, groups):
    """Settle what was told of sections, or of sources, in which nothing waits for the step any more.

    Submitting deals with what was returned, every other step with what was submitted.
    """
    waited = Kind.RETURNED if kind == Decision.Kind.SUBMITTED else Kind.SUBMITTED
    if model is not Cell:
        settle_news(actor=actor, exercise=exercise, kind=waited)
        return
    keys = [section.key for section in groups]
    cells = Cell.objects.filter(exercise=exercise, indicator__section__key=OuterRef("section_key"))
    told = {"actor": actor, "section_keys": keys, "exercise": exercise}
    settle(kinds=[waited], unless=cells.filter(status=waited.value), **told)
    if kind == Decision.Kind.SUBMITTED:
        duties = SectionAssignment.objects.filter(exercise=exercise, section_key=OuterRef("section_key"))
        unless = cells.filter(status__in=TO_ENTER)
        settle(kinds=[Kind.DUE_SOON], unless=unless, people=duties.values("consultant"), **told)
