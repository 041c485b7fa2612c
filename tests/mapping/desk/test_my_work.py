"""All that waits for a person, oldest first and why: comments, mentions, due sections; over many exercises quickly."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mapping.availability.models import Cell
from mapping.comments import services as comments
from mapping.countries.models import Assignment, Exercise, Role
from mapping.countries.permissions import forget_assignments
from mapping.desk.waiting import waiting_for
from mapping.duties.services import Wanted, assign_sections
from tests import factories

WORK = "/desk/work/"
EXERCISES, CELLS = 200, 600  # and so 120,000 cells


def lines(client, query=""):
    page = client.get(WORK + query)
    return [(line.kind.name, line.title) for line in page.context["page"].object_list]


def test_a_mention_waits_until_it_is_read_and_a_comment_to_settle_until_it_is_settled(
    exercise, consultant, reviewer, sign_in
):
    cell, client = factories.cell(exercise), sign_in(consultant)
    said = factories.comment(reviewer, cell, "@Consultant: which register?", blocks=True)
    assert lines(client) == [("MENTION", "KGZ-2024: Immigration"), ("SETTLE", f"KGZ-2024: {cell}")]
    assert lines(client, "?kind=SETTLE") == [("SETTLE", f"KGZ-2024: {cell}")]
    page = client.get(WORK).content.decode()
    assert "“@Consultant: which register?”" in page
    comments.resolve(actor=reviewer, comment=said)
    assert lines(client) == []


def test_what_is_to_be_reviewed_leads_to_the_page_of_the_review(exercise, consultant, reviewer, sign_in):
    factories.submit(consultant, factories.assess(consultant, factories.cell(exercise)))
    assert (
        'href="/desk/exercises/KGZ-2024/sections/immigration/review/"' in sign_in(reviewer).get(WORK).content.decode()
    )


def test_what_waits_longest_comes_first_and_what_is_due_is_told_to_who_has_the_work(
    exercise, consultant, reviewer, coordinator, sign_in
):
    today = timezone.localdate()
    cell = factories.assess(consultant, factories.cell(exercise))
    wanted = [
        Wanted("immigration", consultant.pk, reviewer.pk, today - timedelta(days=2)),
        Wanted("emigration", consultant.pk, reviewer.pk, today + timedelta(days=2)),
        Wanted("remittances", consultant.pk, reviewer.pk, today + timedelta(days=20)),
    ]
    assign_sections(actor=coordinator, exercise=exercise, wanted=wanted)
    told = lines(sign_in(consultant))
    assert [kind for kind, _title in told] == ["LATE", "DUE"]
    assert lines(sign_in(reviewer)) == []
    factories.submit(consultant, cell)
    assert [kind for kind, _title in lines(sign_in(reviewer))] == ["LATE", "REVIEW"]


def test_an_observer_has_nothing_to_do(exercise, observer, sign_in):
    assert "Nothing waits for you." in sign_in(observer).get(WORK).content.decode()


# --- Many exercises ----------------------------------------------------------


@pytest.fixture
def many(exercise, consultant, reviewer, regional_coordinator):
    """Two hundred exercises: most cells approved, some submitted, some returned, some drafts."""
    Exercise.objects.bulk_create(
        Exercise(
            code=f"X-{number}",
            country=exercise.country,
            methodology=exercise.methodology,
            first_year=2018,
            last_year=2023,
        )
        for number in range(EXERCISES)
    )
    columns = [field.column for field in Cell._meta.concrete_fields if field.column not in {"id", "exercise_id"}]
    listed = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO mapping_cell (exercise_id, {listed}) SELECT e.id, {', '.join(f'c.{name}' for name in columns)} "
            "FROM mapping_exercise e, (SELECT * FROM mapping_cell WHERE exercise_id = %s ORDER BY id LIMIT %s) c "
            "WHERE e.code LIKE 'X-%%'",
            [exercise.pk, CELLS],
        )
    cells, now = Cell.objects.filter(exercise__code__startswith="X-").annotate(kind=F("pk") % 20), timezone.now()
    submitted = {"submitted_by": consultant, "submitted_at": now, "last_author": consultant, "value": "available"}
    approved = {"approved_by": reviewer, "approved_at": now, "approved_version": 1, "approved_content": {}}
    cells.filter(kind__gte=4).update(status="approved", **submitted, **approved)
    cells.filter(kind=1).update(status="submitted", **submitted)
    cells.filter(kind=2).update(status="returned", return_reason="Which year?", **submitted)
    for number, found in enumerate(Exercise.objects.filter(code__startswith="X-").order_by("pk")):
        Assignment.objects.create(user=reviewer, exercise=found, role=Role.REVIEWER)
        if number < 3:
            Assignment.objects.create(user=consultant, exercise=found, role=Role.CONSULTANT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    forget_assignments(consultant)
    forget_assignments(reviewer)
    return exercise


def said(exercise, reviewer, consultant):
    """Something of each kind."""
    factories.comment(reviewer, factories.cell(exercise), "@Consultant, @Reviewer, @Regional", blocks=True)
    source = factories.source(consultant, exercise)
    factories.return_with_reason(reviewer, factories.submit(consultant, source))
    factories.submit(consultant, factories.source(consultant, exercise))


def test_two_hundred_exercises_take_ten_queries(
    many, consultant, reviewer, regional_coordinator, sign_in, django_assert_max_num_queries
):
    said(many, reviewer, consultant)
    for person in (consultant, reviewer, regional_coordinator):
        client = sign_in(person)
        with django_assert_max_num_queries(10):
            page = client.get(WORK)
        assert page.context["page"].paginator.count > 1


@pytest.mark.postgresql
def test_no_query_reads_all_cells(many, consultant, reviewer, regional_coordinator):
    said(many, reviewer, consultant)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for person in (consultant, reviewer, regional_coordinator):
        with CaptureQueriesContext(connection) as asked:
            waiting_for(person)
        plans = {query["sql"]: plan_of(query["sql"]) for query in asked if "mapping_cell" in query["sql"]}
        assert plans
        for sql, plan in plans.items():
            assert "Seq Scan on mapping_cell" not in plan, f"{sql}\n{plan}"


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
