"""The first page: what waits for a person, what others changed since their last visit, how far their exercises are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, Max, OuterRef, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from mapping.audit.models import Entry, Verb
from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.countries.permissions import COORDINATORS, exercises_with_role, has_role, roles
from mapping.desk.selectors import Progress, progress
from mapping.desk.waiting import waiting_for
from mapping.sources.models import Source

IN_FULL = 5  # exercises shown with the progress of every section; further ones are links
CHANGES_SHOWN = 20
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
    """All exercises a person coordinates, by sections: a row an exercise, a column a section."""

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


def home(user):
    """Return a person's Home, by a number of queries that does not grow with their exercises."""
    exercises = list(
        exercises_with_role(user)
        .select_related("country", "methodology")
        .prefetch_related("methodology__sections")
        .order_by("code")
    )
    coordinated = [exercise for exercise in exercises if has_role(user, exercise, COORDINATORS)]
    if len(coordinated) == 1:
        coordinated = []
    rest = [exercise for exercise in exercises if exercise not in coordinated]
    in_full, others = rest[:IN_FULL], rest[IN_FULL:]
    counted = progress([exercise.pk for exercise in coordinated + in_full])
    since, first_visit = _since(user)
    return Home(
        waiting=waiting_for(user),
        since=since,
        first_visit=first_visit,
        changes=changes_by_others(user, exercises, since),
        overview=_overview(coordinated, counted) if coordinated else None,
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


def _overview(exercises, counted):
    """Put exercises of several methodologies side by side: a section is the same where its key is."""
    titles, rows = {}, []
    for exercise in exercises:
        by_key = {section.key: (section, row) for section, row in _progress_of(exercise, counted)}
        for key, (section, _row) in by_key.items():
            titles.setdefault(key, section.title)
        rows.append((exercise, by_key))
    return Overview(
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


def changes_by_others(user, exercises, since):
    """Return what others did to cells and sources since a moment, newest first, by one query."""
    section_of = Cell.objects.filter(pk=OuterRef("target_id")).values("indicator__section")
    cell, source = Cell._meta.model_name, Source._meta.model_name
    groups = (
        Entry.objects.filter(
            exercise_code__in=[exercise.code for exercise in exercises], at__gt=since, target_type__in=[cell, source]
        )
        .exclude(actor=user)
        .order_by()
        .annotate(
            section=Case(When(target_type=cell, then=Subquery(section_of))),
            deed=Case(When(verb__in=EDITS, then=Value(Verb.CHANGED)), default=F("verb")),
        )
        .values("actor", "actor__name", "actor__email", "actor__erased_at", "exercise_code", "section", "deed")
        .annotate(count=Count("target_id", distinct=True), latest=Max("at"))
        .order_by("-latest")[:CHANGES_SHOWN]
    )
    sections = {section.pk: section for exercise in exercises for section in exercise.methodology.sections.all()}
    return [_change(group, sections.get(group["section"])) for group in groups]


def _change(group, section):
    code = group["exercise_code"]
    return Change(
        who=User(name=group["actor__name"], email=group["actor__email"], erased_at=group["actor__erased_at"]),
        deed=Verb(group["deed"]).label,
        count=group["count"],
        exercise=code,
        title=section.title if section else "",
        address=reverse("exercise_section", args=[code, section.key]) if section else reverse("sources", args=[code]),
        at=group["latest"],
    )
