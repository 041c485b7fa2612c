"""What the benchmarks measure on: people who are signed in, exercises with rows, the first of them through services."""

from dataclasses import dataclass

from django.db import connection
from django.test import Client

from accounts.models import User
from mapping.audit.models import Entry
from mapping.availability.models import Cell, Claim
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.countries.models import Agency, Country, Exercise, Role
from mapping.review import transitions
from mapping.review.models import Decision
from mapping.sources.models import Source
from tests import factories
from tests.benchmarks.measuring import Act

VALUES = ("available", "partially_available", "not_available")


@dataclass
class World:
    """One exercise and its people."""

    exercise: Exercise
    consultant: User
    reviewer: User
    regional: User


def world():
    """Start one exercise, nothing assessed."""
    exercise = factories.exercise()
    return World(
        exercise,
        factories.member("consultant", exercise, Role.CONSULTANT),
        factories.member("reviewer", exercise, Role.REVIEWER),
        factories.member("regional", None, Role.COORDINATOR),
    )


def signed_in(user):
    """Return a client signed in as a person."""
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
    client.force_login(user, backend="accounts.backends.SignInBackend")
    return client


def page(client, address):
    """Return the Act of getting a page."""

    def get():
        answer = client.get(address)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"

    return Act(get)


def floor(client):
    """Return the Act that all others are compared to."""
    return page(client, "/desk/empty/")


def claims_of(source, cells, *, each):
    """Write `each` claims of a source for every cell, and the value that follows."""
    Claim.objects.bulk_create(
        Claim(cell=cell, source=source, value=VALUES[number % 3], access="on_request", scope="government")
        for cell in cells
        for number in range(each)
    )
    Cell.objects.filter(pk__in=[cell.pk for cell in cells]).update(value="available")


# --- Many exercises -----------------------------------------------------------


def fill(world, *, cells=600, sources=100):
    """Give the exercise sources, and cells with a claim each: most approved, some submitted, some drafts.

    Of what waits for review there is a full page of each kind: a page that fills is no growth.
    """
    exercise, consultant, reviewer = world.exercise, world.consultant, world.reviewer
    cited = [factories.source(consultant, exercise, f"Author {number}", languages=["ky"]) for number in range(sources)]
    _review(consultant, reviewer, exercise, Source, approved=sources * 6 // 10)
    edits = [
        CellEdit(cell.pk, cell.version, {"value": "available"}, [ClaimEdit(_claim(cited[number % (sources // 2)]))])
        for number, cell in enumerate(exercise.cells.order_by("pk")[:cells])
    ]
    save_cells(actor=consultant, exercise=exercise, edits=edits)
    _review(consultant, reviewer, exercise, Cell, approved=cells * 8 // 10)
    Agency.objects.bulk_create(_agencies(exercise.country))


def _claim(source):
    return {"source": source, "value": "available", "access": "public", "scope": "government", "languages": ["ky"]}


def _agencies(country):
    return [
        Agency(country=country, acronym=f"A{number}", name=f"Agency {number}", kind="government", languages=["ky"])
        for number in range(30)  # more than a page shows, as above
    ]


def _review(consultant, reviewer, exercise, model, *, approved):
    """Submit nine tenths of what there is, and approve so many of them."""
    rows = [
        *model.objects.filter(exercise=exercise, version__gt=(model is Cell))
        .order_by("pk")
        .values_list("pk", "version")
    ]
    submitted = rows[: len(rows) * 9 // 10]
    transitions.submit(actor=consultant, model=model, exercise=exercise, rows=submitted)
    transitions.approve(actor=reviewer, model=model, exercise=exercise, rows=submitted[:approved])


def multiply(exercise, count):
    """Copy an exercise with its rows, their history and decisions until there are `count`: a statement a table."""
    countries = Country.objects.exclude(pk=exercise.country_id).order_by("alpha_3")[: count - 1]
    Exercise.objects.bulk_create(
        Exercise(
            code=f"{country.alpha_3}-2024",
            country=country,
            methodology=exercise.methodology,
            first_year=exercise.first_year,
            last_year=exercise.last_year,
            languages=exercise.languages,
        )
        for country in countries
    )
    Agency.objects.bulk_create(agency for country in countries for agency in _agencies(country))
    colleague = factories.member("colleague", None, Role.CONSULTANT)  # nobody works on 200 countries
    theirs = {
        "last_author_id": str(colleague.pk),
        "submitted_by_id": f"CASE WHEN original.submitted_by_id IS NOT NULL THEN {colleague.pk} END",
    }
    others = "CROSS JOIN mapping_exercise other WHERE original.exercise_id = %s AND other.id <> %s"
    ids = [exercise.pk, exercise.pk]
    for model in (Source, Cell):
        _copy(model, others, ids, exercise_id="other.id", **theirs)
    _copy(
        Claim,
        f"JOIN mapping_cell old_cell ON old_cell.id = original.cell_id {_NEW_CELL}"
        " JOIN mapping_source old_source ON old_source.id = original.source_id"
        " JOIN mapping_source new_source ON new_source.exercise_id = other.id"
        " AND new_source.citation_key = old_source.citation_key WHERE other.id <> %s AND old_cell.exercise_id = %s",
        ids,
        cell_id="new_cell.id",
        source_id="new_source.id",
    )
    told = (
        "JOIN mapping_cell old_cell ON old_cell.id = original.target_id AND original.target_type = 'cell'"
        f" {_NEW_CELL} WHERE other.id <> %s AND old_cell.exercise_id = %s"
    )
    _copy(Entry, told, ids, target_id="new_cell.id", exercise_code="other.code", actor_id=str(colleague.pk))
    _copy(Decision, told, ids, target_id="new_cell.id", exercise_id="other.id")
    analyze()


def analyze():
    """Let PostgreSQL look at what was written at once, as its autovacuum does within a minute."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


_NEW_CELL = (
    "CROSS JOIN mapping_exercise other JOIN mapping_cell new_cell ON new_cell.exercise_id = other.id"
    " AND new_cell.indicator_id = old_cell.indicator_id AND new_cell.year = old_cell.year"
)


def _copy(model, where, parameters, **replaced):
    """Copy rows within their table; `replaced` says by column what a copy has instead."""
    quote = connection.ops.quote_name
    written = [field for field in model._meta.concrete_fields if not (field.primary_key or field.generated)]
    columns = [field.column for field in written]
    copied = [replaced.get(column, f"original.{quote(column)}") for column in columns]
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(map(quote, columns))})"
            f" SELECT {', '.join(copied)} FROM {table} original {where}",
            parameters,
        )
