"""Every list, as a person meets it who sees all exercises: what it asks of the database does not grow with them."""

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mapping.audit import admin as rows
from mapping.countries.models import Role
from tests import factories

MOST_QUERIES = 15
ADMIN_LISTS = [
    f"admin:mapping_{model._meta.model_name}_changelist"
    for model in site._registry
    if model._meta.app_label == "mapping"
]


def filled(code, alpha_3):
    """An exercise with rows of each kind, in several states, by people of its own."""
    exercise = factories.exercise(code, alpha_3)
    consultant, reviewer, coordinator = (
        factories.member(f"{role}.{alpha_3}".lower(), exercise, role)
        for role in (Role.CONSULTANT, Role.REVIEWER, Role.COORDINATOR)
    )
    agency = factories.agency(consultant, exercise, alpha_3)
    approved, waiting = (factories.source(consultant, exercise, author, agency=agency) for author in ("IOM", "NSC"))
    factories.approve(reviewer, factories.submit(consultant, approved))
    factories.submit(consultant, waiting)
    cells = [
        factories.assess(consultant, factories.cell(exercise, year=year), source=approved) for year in range(2018, 2021)
    ]
    factories.approve(reviewer, factories.submit(consultant, cells[0]))
    factories.submit(consultant, cells[1])
    factories.sent_request(consultant, coordinator, exercise, agency=agency)
    factories.summary(coordinator, exercise)
    return exercise


def test_more_exercises_ask_no_more_of_the_database(db, sign_in):
    first, _second = filled("KGZ-2024", "KGZ"), filled("TJK-2024", "TJK")  # with one only, some filters are not shown
    client = sign_in(factories.member("regional", None, Role.COORDINATOR))
    lists = [
        reverse("admin:index"),
        reverse("sources", args=[first.code]),
        reverse("exercise_cells", args=[first.code]),
        *map(reverse, ADMIN_LISTS),
    ]
    two = {address: queries(client, address) for address in lists}
    for alpha_3 in ("UZB", "KAZ", "TKM"):
        filled(f"{alpha_3}-2024", alpha_3)
    five = {address: queries(client, address) for address in lists}
    assert {address: count for address, count in five.items() if count > two[address]} == {}
    assert {address: count for address, count in five.items() if count > MOST_QUERIES} == {}


def queries(client, address):
    """Return how many queries a page takes, once what the site keeps between requests is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200, address
    return len(asked)


def test_no_filter_names_the_exercises_of_others(db, sign_in):
    filled("KGZ-2024", "KGZ")
    outsider = factories.member("outsider", filled("TJK-2024", "TJK"), Role.COORDINATOR)
    client = sign_in(outsider)
    assert [name for name in ADMIN_LISTS if b"KGZ-2024" in client.get(reverse(name)).content] == []


def test_the_filter_by_exercise_keeps_the_other_filters_and_marks_its_own(db, sign_in):
    filled("KGZ-2024", "KGZ")
    client = sign_in(factories.member("regional", None, Role.COORDINATOR))
    page = client.get(reverse("admin:mapping_source_changelist"), {"status": "approved", "exercise": "KGZ-2024"})
    assert (
        '<li class="selected"><a href="?exercise=KGZ-2024&amp;status=approved">KGZ-2024</a></li>'
        in page.content.decode()
    )
    assert '<li><a href="?status=approved">All</a></li>' in page.content.decode()


@pytest.mark.parametrize("name", ["admin:mapping_entry_changelist", "admin:mapping_cell_changelist"])
def test_a_list_over_all_exercises_is_counted_no_further_than_anybody_turns_pages(db, sign_in, monkeypatch, name):
    monkeypatch.setattr(rows, "MOST_COUNTED", 60)
    filled("KGZ-2024", "KGZ")
    client = sign_in(factories.member("regional", None, Role.COORDINATOR))
    pages = [client.get(reverse(name), {"p": number}) for number in (1, 2)]
    assert [page.context["cl"].result_count for page in pages] == [60, 60]
    assert len(pages[1].context["cl"].result_list) == 10
    assert "There are more than 60: search or filter to reach the others." in pages[0].content.decode()
    assert "Select all 60" not in pages[0].content.decode()
