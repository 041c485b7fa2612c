"""A source that seems to be entered already: the form shows which, and leaves the decision to the person."""

import pytest
from django.urls import reverse

from mapping.sources.models import Source
from tests import factories

ADD = reverse("admin:mapping_source_add")


def typed(**values):
    return {"citation_author": "НСК", "citation_year": "2023", "access": "unknown", "note": "typed before", **values}


@pytest.fixture
def entered(exercise, consultant):
    return factories.source(
        consultant,
        exercise,
        title="Миграция населения Кыргызской Республики",
        institution="Национальный статистический комитет",
        link="https://www.stat.gov.kg/ru/migration/",
    )


@pytest.mark.parametrize(
    "values",
    [
        {"link": "http://stat.gov.kg/ru/migration", "title": "Something else"},
        {"title": "МИГРАЦИЯ НАСЕЛЕНИЯ КЫРГЫЗСКОЙ РЕСПУБЛИКИ"},
        {"title": "Миграция населения Кыргызской Республики.", "institution": "НАЦИОНАЛЬНЫЙ СТАТИСТИЧЕСКИЙ КОМИТЕТ"},
    ],
)
def test_a_likely_duplicate_is_shown_and_nothing_is_saved_or_lost(entered, consultant, sign_in, values):
    page = sign_in(consultant).post(ADD, typed(**values)).content.decode()
    assert Source.objects.count() == 1
    assert "Entered already?" in page
    assert reverse("admin:mapping_source_change", args=[entered.pk]) in page
    assert 'name="save_anyway"' in page
    assert "typed before" in page


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Миграция населения Кыргызской Республики", "institution": "World Bank"},
        {"title": "Внутренняя миграция"},
        {"link": "https://stat.gov.kg/ru/migration?page=2"},
        {},
    ],
)
def test_another_source_is_saved_without_a_question(entered, consultant, sign_in, values):
    sign_in(consultant).post(ADD, typed(**values))
    assert Source.objects.count() == 2


def test_a_person_who_says_that_it_is_another_one_saves_it(entered, consultant, sign_in):
    sign_in(consultant).post(ADD, typed(link=entered.link, save_anyway="on"))
    assert Source.objects.filter(link_folded=entered.link_folded).count() == 2


def test_a_source_is_compared_with_its_own_exercise_only_and_never_with_itself(entered, consultant, outsider, sign_in):
    sign_in(outsider).post(ADD, typed(link=entered.link))
    assert Source.objects.count() == 2

    sign_in(consultant).post(
        reverse("admin:mapping_source_change", args=[entered.pk]),
        typed(title=entered.title + "!", institution=entered.institution, link=entered.link, seen_version=1),
    )
    entered.refresh_from_db()
    assert entered.title.endswith("!")


def test_an_unrelated_change_of_a_source_with_a_twin_asks_nothing(entered, exercise, consultant, sign_in):
    twin = factories.source(consultant, exercise, title="Twin", institution="X", link=entered.link)
    sign_in(consultant).post(
        reverse("admin:mapping_source_change", args=[twin.pk]),
        typed(title="Twin", institution="X", link=twin.link, note="changed", seen_version=1),
    )
    twin.refresh_from_db()
    assert twin.note == "changed"
