"""An exercise starts with all its cells; regional coordinators start it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mapping.availability.exercises import start_exercise
from mapping.countries.models import Country, Exercise


@pytest.fixture
def address():
    return reverse("admin:mapping_exercise_add")


def form_of(exercise, **changes):
    country = Country.objects.get(alpha_3="UZB")
    return {
        "code": "UZB-2024",
        "country": country.pk,
        "methodology": exercise.methodology_id,
        "first_year": "",
        "last_year": "",
        "languages": "uz ru",
        **changes,
    }


def test_every_country_of_iso_3166_is_there(exercise):
    assert Country.objects.count() == 249
    assert Country.objects.get(alpha_3="KGZ").name == "Kyrgyzstan"


def test_starting_creates_each_cell_of_each_indicators_span(exercise, regional_coordinator, sign_in, address):
    response = sign_in(regional_coordinator).post(address, form_of(exercise))
    assert response.status_code == 302, response.context["errors"]
    started = Exercise.objects.get(code="UZB-2024")
    assert started.cells.count() == exercise.cells.count() == 125 * 6 + 2 * 27
    assert started.languages == ["uz", "ru"]


@pytest.mark.postgresql  # SQLite takes only so many values a statement
def test_cells_are_created_in_one_statement(exercise, regional_coordinator):
    country = Country.objects.get(alpha_3="UZB")
    with CaptureQueriesContext(connection) as queries:
        start_exercise(actor=regional_coordinator, code="UZB-2024", country=country, methodology=exercise.methodology)
    assert len([query for query in queries if 'INSERT INTO "mapping_cell"' in query["sql"]]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "KGZ-2024"},
        {"code": "no spaces"},
        {"first_year": "2024", "last_year": "2020"},
        {"first_year": "yesterday"},
        {"country": "999999"},
        {"code": "a\x00b"},
    ],
)
def test_a_wrong_value_comes_back_with_an_error_and_starts_nothing(
    exercise, regional_coordinator, sign_in, address, wrong
):
    response = sign_in(regional_coordinator).post(address, form_of(exercise, **wrong))
    assert response.status_code == 200
    assert "errornote" in response.content.decode()
    assert Exercise.objects.count() == 1


def test_a_coordinator_of_one_country_starts_none(exercise, coordinator, sign_in, address):
    assert sign_in(coordinator).get(address).status_code == 403


def test_an_exercise_of_another_country_is_not_found(exercise, outsider, sign_in):
    assert sign_in(outsider).get(reverse("admin:mapping_exercise_change", args=[exercise.pk])).status_code == 404
