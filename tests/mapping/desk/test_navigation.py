"""The menu: within an exercise its rooms and sections, elsewhere one's exercises; the admin's models folded below."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mapping.countries.models import Exercise, Role
from tests import factories

EXERCISE = "/desk/exercises/KGZ-2024/"


def sidebar(response):
    """The text of the sidebar, tags left out."""
    found = re.search(r'<nav class="sticky" id="nav-sidebar".*?</nav>', response.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])) if found else None


@pytest.fixture
def under_way(exercise, consultant, coordinator):
    """One cell assessed of those that apply, one source, one open request."""
    factories.assess(consultant, factories.cell(exercise), source=factories.source(consultant, exercise))
    not_applicable = factories.cell(exercise, year=2021)
    factories.assess(consultant, not_applicable, "not_applicable", claim={"value": "not_available"})
    factories.sent_request(consultant, coordinator, exercise)
    return exercise


def test_within_an_exercise_it_leads_to_its_rooms_and_sections(under_way, consultant, sign_in):
    told = sidebar(sign_in(consultant).get(EXERCISE))
    assert "My work Requests 1 open Sources 1 Cells Workbook Summary" in told
    assert "Sections assessed Immigration 1/107" in told
    assert "All records" in told


@pytest.mark.parametrize(
    "page", ["requests/", "sources/", "cells/", "workbook/", "summaries/", "sections/immigration/submit/"]
)
def test_every_page_of_an_exercise_has_it_and_marks_where_one_is(under_way, consultant, sign_in, page):
    response = sign_in(consultant).get(EXERCISE + page)
    assert "Immigration 1/107" in sidebar(response)
    assert f'<a href="{EXERCISE}{page.removesuffix("submit/")}" aria-current="page">' in response.content.decode()


def test_the_form_of_a_row_has_the_menu_of_its_exercise(under_way, consultant, sign_in):
    cell = factories.cell(under_way)
    for name in ("change", "history"):
        response = sign_in(consultant).get(reverse(f"admin:mapping_cell_{name}", args=[cell.pk]))
        assert "Immigration 1/107" in sidebar(response)


def test_without_an_exercise_it_lists_ones_own(exercise, outsider, regional_coordinator, sign_in):
    address = reverse("admin:mapping_source_changelist")
    assert "Exercises TJK-2024 Tajikistan All records" in sidebar(sign_in(outsider).get(address))
    assert "KGZ-2024 Kyrgyzstan TJK-2024 Tajikistan" in sidebar(sign_in(regional_coordinator).get(address))


def test_who_coordinates_several_exercises_finds_their_files(
    exercise, outsider, coordinator, regional_coordinator, sign_in, django_assert_num_queries
):
    address = reverse("admin:mapping_source_changelist")
    files = "My work Files of several exercises Exercises"
    assert files in sidebar(sign_in(regional_coordinator).get(address))
    for person in (outsider, coordinator):
        assert "My work Exercises" in sidebar(sign_in(person).get(address))
    with CaptureQueriesContext(connection) as of_one:
        sign_in(coordinator).get(address)
    factories.assign(coordinator, Exercise.objects.get(code="TJK-2024"), Role.COORDINATOR)
    with django_assert_num_queries(len(of_one)):
        assert files in sidebar(sign_in(coordinator).get(address))
    page = sign_in(coordinator).get(reverse("mapping_regional")).content.decode()
    assert '<a href="/desk/workbooks/" aria-current="page">Files of several exercises</a>' in page
    assert "Files of several exercises" not in sidebar(sign_in(coordinator).get(EXERCISE))


def test_it_costs_two_questions_and_on_the_grid_none(under_way, consultant, sign_in, django_assert_max_num_queries):
    client = sign_in(consultant)
    with django_assert_max_num_queries(12):
        client.get(EXERCISE)
    with django_assert_max_num_queries(12):
        grid = client.get(EXERCISE + "sections/immigration/")
    assert sidebar(grid) is None
    assert f'<a href="{EXERCISE}sections/emigration/">Emigration</a>' in grid.content.decode()
