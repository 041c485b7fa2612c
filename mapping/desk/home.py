"""The first page: what waits for a person, what others changed since their last visit, how far their exercises are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Case, OuterRef, Subquery, When, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from mapping.audit.models import Entry, Verb
from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.countries.permissions import COORDINATORS, exercises_with_role, has_role, roles
from mapping.desk.selectors import Progress, progress
from mapping.desk.waiting import waiting_for
from mapping.framework.models import Section
from mapping.sources.models import Source

IN_FULL = 5  # exercises shown with the progress of every section; further ones are links
OVERVIEW_PAGE = 20  # exercises
CHANGES_SHOWN = 20
ENTRIES_READ = 2000  # of the history, newest first: what many people did in many exercises is not read to its end
FIRST_LOOK_BACK, LONGEST_LOOK_BACK = timedelta(days=7), timedelta(days=60)
EDITS = (Verb.CREATED, Verb.CHANGED, Verb.DELETED, Verb.IMPORTED)


@dataclass
class OwnExercise:
    """An exercise with the progress of each section."""

    exercise: Exercise
    roles: list
    progress: list
    total: Progress


@dataclass
class Overview:
    """The exercises a person coordinates, by sections: a row an exercise, a column a section, one page of them."""

    page: Page
    sections: dict
    rows: list


@dataclass
class Change:
    """What one other person did since, to how many rows of one section (or to sources)."""

    who: User
    deed: str
    count: int
    exercise: str
    title: str
    address: str
    at: datetime


@dataclass
class Home:
    waiting: list
    since: datetime
    first_visit: bool
    changes: list
    overview: Overview | None
    exercises: list
    others: list
    all_exercises: list


def home(user, page=1):
    """Return a person's Home, by a number of queries that does not grow with their exercises; `page` is the overview's."""
    exercises = list(exercises_with_role(user).select_related("country").order_by("code"))
    coordinated = [exercise for exercise in exercises if has_role(user, exercise, COORDINATORS)]
    if len(coordinated) == 1:
        coordinated = []
    rest = [exercise for exercise in exercises if exercise not in coordinated] if coordinated else exercises
    in_full, others = rest[:IN_FULL], rest[IN_FULL:]
    overview = Paginator(coordinated, OVERVIEW_PAGE).get_page(page)
    shown = [*overview, *in_full]
    prefetch_related_objects(shown, "methodology__sections")
    counted = progress([exercise.pk for exercise in shown])
    since, first_visit = _since(user)
    changes, since = changes_by_others(user, since)
    return Home(
        waiting=waiting_for(user),
        since=since,
        first_visit=first_visit,
        changes=changes,
        overview=_overview(overview, counted) if coordinated else None,
        exercises=[_own(user, exercise, counted) for exercise in in_full],
        others=others,
        all_exercises=exercises,
    )


def _since(user):
    now = timezone.now()
    if user.seen_before_at is None:
        return now - FIRST_LOOK_BACK, True
    return max(user.seen_before_at, now - LONGEST_LOOK_BACK), False


def _progress_of(exercise, counted):
    sections = exercise.methodology.sections.all()
    return [(section, counted.get((exercise.pk, section.pk), Progress())) for section in sections]


def _own(user, exercise, counted):
    rows = _progress_of(exercise, counted)
    total = sum((row for _section, row in rows), Progress())
    return OwnExercise(exercise, sorted(role.label for role in roles(user, exercise)), rows, total)


def _overview(page, counted):
    """Put exercises of several methodologies side by side: a section is the same where its key is."""
    titles, rows = {}, []
    for exercise in page:
        by_key = {section.key: (section, row) for section, row in _progress_of(exercise, counted)}
        for key, (section, _row) in by_key.items():
            titles.setdefault(key, section.title)
        rows.append((exercise, by_key))
    return Overview(
        page,
        titles,
        [
            (
                exercise,
                [by_key[key][1] if key in by_key else Progress() for key in titles],
                sum((row for _section, row in by_key.values()), Progress()),
            )
            for exercise, by_key in rows
        ],
    )


# --- What others did ---------------------------------------------------------


def changes_by_others(user, since):
    """Return what others did to cells and sources, newest first, and since when: later than asked where it is too much."""
    entries = _entries_of_others(user, since)
    if len(entries) == ENTRIES_READ:
        since = entries[-1]["at"]
    groups = {}
    for entry in entries:
        if entry["target_type"] not in {Cell._meta.model_name, Source._meta.model_name}:
            continue
        deed = Verb.CHANGED if entry["verb"] in EDITS else Verb(entry["verb"])
        groups.setdefault((entry["actor"], entry["exercise_code"], entry["section"], deed), []).append(entry)
    shown = list(groups.items())[:CHANGES_SHOWN]
    sections = Section.objects.in_bulk([section for (_actor, _code, section, _deed), _entries in shown if section])
    return [_change(deed, sections.get(section), of) for (_actor, _code, section, deed), of in shown], since


def _entries_of_others(user, since):
    """Return the newest entries as dicts, by one query that stops at ENTRIES_READ.

    Those about other rows than cells and sources are among them: a condition on the kind of row would have SQLite
    read all entries of a kind by another index, and sort them.
    """
    entries = Entry.objects.filter(at__gt=since).exclude(actor=user)
    if not has_role(user, None):  # a condition that always holds would only mislead the database too
        entries = entries.filter(exercise_code__in=exercises_with_role(user).values("code"))
    section_of = Cell.objects.filter(pk=OuterRef("target_id")).order_by().values("indicator__section_id")
    section = Case(When(target_type=Cell._meta.model_name, then=Subquery(section_of)))
    person = ("actor", "actor__name", "actor__email", "actor__erased_at")
    told = entries.annotate(section=section).values(
        *person, "exercise_code", "section", "verb", "target_type", "target_id", "at"
    )
    return list(told.order_by("-at", "-pk")[:ENTRIES_READ])


def _change(deed, section, entries):
    newest = entries[0]
    code = newest["exercise_code"]
    return Change(
        who=User(name=newest["actor__name"], email=newest["actor__email"], erased_at=newest["actor__erased_at"]),
        deed=deed.label,
        count=len({entry["target_id"] for entry in entries}),
        exercise=code,
        title=section.title if section else "",
        address=reverse("exercise_section", args=[code, section.key]) if section else reverse("sources", args=[code]),
        at=newest["at"],
    )
