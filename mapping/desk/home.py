"""The first page: what waits for a person, what others changed since their last visit, how far their exercises are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Max, Min, OuterRef, Subquery, Value, When, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from mapping.audit.models import Entry, Verb
from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.countries.permissions import COORDINATORS, exercises_with_role, has_role, is_regional_coordinator, roles
from mapping.desk.navigation import EXERCISES_SHOWN
from mapping.desk.selectors import Progress, progress
from mapping.desk.waiting import waiting_for
from mapping.desk.waiting_talk import news_of
from mapping.framework.models import Section
from mapping.sources.models import Source

IN_FULL = 5  # exercises shown with the progress of every section; further ones are links
OVERVIEW_PAGE = 15  # exercises
OTHERS_SHOWN = 50
CHANGES_SHOWN = 20
ENTRIES_READ = 1000  # of the history, newest first: what many people did in many exercises is not read to its end
FIRST_LOOK_BACK, LONGEST_LOOK_BACK = timedelta(days=7), timedelta(days=60)
TOLD = (Cell._meta.model_name, Source._meta.model_name)
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
    more_others: bool
    first_exercises: list
    may_start: bool  # there is no exercise yet, and the person may start the first
    unread: int  # notifications, for the header: read with the mentions that wait


def home(user, page=1):
    """Return a person's Home, by a number of queries that does not grow with their exercises; `page` is the overview's."""
    ids = list(exercises_with_role(user).order_by("code").values_list("pk", flat=True))
    coordinated = [pk for pk in ids if has_role(user, pk, COORDINATORS)]
    if len(coordinated) == 1:
        coordinated = []
    in_table = Paginator(coordinated, OVERVIEW_PAGE).get_page(page)
    coordinated_set = set(coordinated)
    rest = [pk for pk in ids if pk not in coordinated_set]
    in_full, others = rest[:IN_FULL], rest[IN_FULL:]
    read = _exercises([*ids[:EXERCISES_SHOWN], *in_table, *in_full, *others[:OTHERS_SHOWN]])
    shown = [read[pk] for pk in (*in_table, *in_full)]
    prefetch_related_objects(shown, "methodology__sections")
    counted = progress([exercise.pk for exercise in shown])
    since, first_visit = _since(user)
    known = {section.pk: section for exercise in shown for section in exercise.methodology.sections.all()}
    changes, since = changes_by_others(user, since, known)
    mentioned, unread = news_of(user)
    return Home(
        waiting=waiting_for(user, mentioned),
        since=since,
        first_visit=first_visit,
        changes=changes,
        overview=_overview(in_table, read, counted) if coordinated else None,
        exercises=[_own(user, read[pk], counted) for pk in in_full],
        others=[read[pk] for pk in others[:OTHERS_SHOWN]],
        more_others=len(others) > OTHERS_SHOWN,
        first_exercises=[read[pk] for pk in ids[:EXERCISES_SHOWN]],
        may_start=not ids and is_regional_coordinator(user),
        unread=unread,
    )


def _exercises(ids):
    """Return {id: exercise} with what is shown of each; of hundreds, a page shows some."""
    return Exercise.objects.select_related("country", "methodology").in_bulk(set(ids))


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


def _overview(page, read, counted):
    """Put exercises of several methodologies side by side: a section is the same where its key is."""
    titles, rows = {}, []
    for exercise in map(read.get, page):
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


def changes_by_others(user, since, known):
    """Return what others did to cells and sources, newest first, and since when: later than asked where it is too much.

    `known` are the sections that were read already, by their ids.
    """
    groups = list(_groups(_newest_of_others(user, since)))
    if sum(group["entries"] for group in groups) == ENTRIES_READ:
        since = min(group["earliest"] for group in groups)
    shown = [group for group in groups if group["target_type"] in TOLD][:CHANGES_SHOWN]
    sections = known | Section.objects.in_bulk({group["section"] for group in shown} - {None, *known})
    return [_change(group, sections.get(group["section"])) for group in shown], since


def _newest_of_others(user, since):
    """Return the newest entries, of all kinds of rows.

    A condition on the kind would have SQLite read all entries of that kind by another index, and sort them; one on
    exercises where it always holds would do likewise.
    """
    entries = Entry.objects.filter(at__gt=since).exclude(actor=user)
    if not has_role(user, None):
        entries = entries.filter(exercise_code__in=exercises_with_role(user).values("code"))
    return entries.order_by("-at", "-pk")[:ENTRIES_READ]


def _groups(entries):
    """Group entries by who did what in which section, by one query."""
    section_of = Cell.objects.filter(pk=OuterRef("target_id")).order_by().values("indicator__section_id")
    return (
        Entry.objects.filter(pk__in=entries.values("pk"))
        .order_by()
        .annotate(
            section=Case(When(target_type=Cell._meta.model_name, then=Subquery(section_of))),
            deed=Case(When(verb__in=EDITS, then=Value(Verb.CHANGED)), default=F("verb")),
        )
        .values(
            *("actor", "actor__name", "actor__email", "actor__erased_at"),
            *("exercise_code", "target_type", "section", "deed"),
        )
        .annotate(count=Count("target_id", distinct=True), entries=Count("pk"), earliest=Min("at"), latest=Max("at"))
        .order_by("-latest")
    )


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
