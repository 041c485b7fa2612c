"""A section of 108 cells with three claims each is looked over on one page and approved in one act."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.review.sections import decide_rows, submit_rows
from mapping.sources.models import Source
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/sections/immigration/review/"


@pytest.fixture
def submitted(exercise, consultant):
    """Return the rows of the submitted section: 108 cells, three claims each of three sources."""
    sources = [factories.source(consultant, exercise, author) for author in ("NSC KR", "IOM", "UNHCR")]
    agency = factories.agency(consultant, exercise, focal_point=False)
    said = {"value": "available", "access": "public", "scope": "government", "collector": agency, "publisher": agency}
    claims = [ClaimEdit({"source": source, **said}) for source in sources]
    cells = Cell.objects.filter(exercise=exercise, indicator__section__key="immigration")
    edits = [CellEdit(cell.pk, cell.version, {"value": "available"}, claims) for cell in cells]
    save_cells(actor=consultant, exercise=exercise, edits=edits)
    rows = {"cell": seen(cells.all()), "source": seen(Source.objects.all())}
    submit_rows(actor=consultant, exercise=exercise, cells=rows["cell"], sources=rows["source"])
    assert len(rows["cell"]) == 108
    return rows


def seen(rows):
    return list(rows.order_by("pk").values_list("pk", "version"))


def test_a_section_is_approved_by_few_queries_in_one_transaction(exercise, reviewer, submitted):
    with CaptureQueriesContext(connection) as queries:
        assert decide_rows(actor=reviewer, exercise=exercise, approved=submitted) == 111
    assert len(queries) <= 25, "\n".join(query["sql"][:150] for query in queries)
    assert Entry.objects.filter(verb="approved").values("act").distinct().count() == 1
    assert set(Cell.objects.exclude(value="").values_list("status", flat=True)) == {"approved"}


def test_a_section_is_approved_through_its_page_by_few_queries(exercise, reviewer, submitted, sign_in):
    client = sign_in(reviewer)
    page = client.get(PAGE).content.decode()
    posted = {"do": "rest", **{name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in FIELDS}}
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(PAGE, posted)
    assert answer.status_code == 302
    assert Cell.objects.filter(status="approved").count() == 108
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= 25, "\n".join(sql[:150] for sql in asked)


FIELDS = ("cells", "sources", "approvable_cells", "approvable_sources")


def test_the_page_is_read_by_few_queries(exercise, reviewer, submitted, sign_in):
    client = sign_in(reviewer)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(PAGE).content.decode()
    assert page.count('<article class="change"') == 111
    assert len(queries) <= 15, "\n".join(query["sql"][:150] for query in queries)


def test_the_section_page_is_read_by_few_queries(exercise, reviewer, submitted, sign_in):
    client = sign_in(reviewer)
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE.removesuffix("review/"))
    assert len(queries) <= 15, "\n".join(query["sql"][:150] for query in queries)
