"""The list of an exercise's sources: found in either case, narrowed and sorted, with its state in the address."""

import pytest
from django.urls import reverse

from tests import factories

LIST = reverse("sources", args=["KGZ-2024"])
ADMIN_LIST = reverse("admin:mapping_source_changelist")


@pytest.fixture
def some(exercise, consultant):
    """Three sources that differ in everything the list is narrowed by."""
    return [
        factories.source(
            consultant,
            exercise,
            "НСК",
            "2023",
            title="Миграция населения",
            institution="Нацстатком",
            data_source_type="administrative_data",
            languages=["ky", "ru"],
            years_covered="2018–2022",
            sections=["immigration"],
        ),
        factories.source(
            consultant,
            exercise,
            "World Bank",
            "2021",
            title="Remittances",
            access="on_request",
            data_source_type="quantitative_survey",
            languages=["en"],
            years_covered="2021",
            sections=["remittances"],
            agency=factories.agency(consultant, exercise, "WB"),
        ),
        factories.source(consultant, exercise, "IOM", "2020", title="Able movers", access="unknown"),
    ]


def keys(response):
    return [source.citation_key for source in response.context["page"]]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", ["IOM, 2020", "World Bank, 2021", "НСК, 2023"]),
        ("?q=МИГРАЦИЯ+нацстатком", ["НСК, 2023"]),
        ("?q=remit", ["World Bank, 2021"]),
        ("?q=%25", []),
        ("?status=draft&access=on_request", ["World Bank, 2021"]),
        ("?status=approved", []),
        ("?data_source_type=administrative_data", ["НСК, 2023"]),
        ("?section=remittances", ["World Bank, 2021"]),
        ("?language=ru", ["НСК, 2023"]),
        ("?year=2021", ["World Bank, 2021", "НСК, 2023"]),
        ("?year=2019", ["НСК, 2023"]),
        ("?sort=-key", ["НСК, 2023", "World Bank, 2021", "IOM, 2020"]),
        ("?sort=title", ["IOM, 2020", "World Bank, 2021", "НСК, 2023"]),
        ("?sort=changed", ["НСК, 2023", "World Bank, 2021", "IOM, 2020"]),
        ("?year=soon&page=99&sort=nonsense&q=%00", ["IOM, 2020", "World Bank, 2021", "НСК, 2023"]),
    ],
)
def test_the_address_says_what_is_shown(some, observer, sign_in, address, found):
    assert keys(sign_in(observer).get(LIST + address)) == found


def test_sources_are_found_by_their_agency(some, observer, sign_in):
    assert keys(sign_in(observer).get(f"{LIST}?agency={some[1].agency_id}")) == ["World Bank, 2021"]


def test_a_source_tells_of_how_many_cells_it_is_evidence(some, exercise, consultant, observer, sign_in):
    for year in (2019, 2020):
        factories.assess(consultant, factories.cell(exercise, year=year), source=some[0])
    page = sign_in(observer).get(LIST)
    assert {source.citation_key: source.cell_count for source in page.context["page"]}["НСК, 2023"] == 2


def test_an_empty_list_says_what_to_do_and_an_over_narrowed_one_how_to_widen_it(
    exercise, consultant, observer, sign_in
):
    assert "Add the first one, or import" in sign_in(consultant).get(LIST).content.decode()
    assert "The consultants of the exercise add them." in sign_in(observer).get(LIST).content.decode()
    factories.source(consultant, exercise)
    page = sign_in(consultant).get(f"{LIST}?q=nothing+like+it").content.decode()
    assert "1 source is hidden" in page
    assert "Clear search and filters" in page


def test_an_outsider_does_not_find_the_list_or_any_row_of_it(some, outsider, sign_in):
    client = sign_in(outsider)
    assert client.get(LIST).status_code == 404
    assert "Remittances" not in client.get(ADMIN_LIST).content.decode()
    assert client.get(reverse("sources", args=["TJK-2024"])).status_code == 200


def test_the_admin_list_is_searched_in_either_case(some, observer, sign_in):
    page = sign_in(observer).get(f"{ADMIN_LIST}?q=МИГРАЦИЯ").content.decode()
    assert "НСК, 2023" in page
    assert "IOM, 2020" not in page


def test_an_autocomplete_offers_ones_own_sources_and_those_of_one_exercise_where_asked(
    some, consultant, outsider, sign_in
):
    address = reverse("admin:autocomplete")
    query = {"app_label": "mapping", "model_name": "claim", "field_name": "source", "term": "iom"}
    found = sign_in(consultant).get(address, query | {"exercise": "KGZ-2024"}).json()["results"]
    assert [result["text"] for result in found] == ["IOM, 2020"]
    assert sign_in(consultant).get(address, query | {"exercise": "TJK-2024"}).json()["results"] == []
    assert sign_in(outsider).get(address, query).json()["results"] == []


@pytest.mark.parametrize("address", [LIST, ADMIN_LIST])
def test_a_longer_list_asks_no_more_of_the_database(
    exercise, consultant, sign_in, address, django_assert_max_num_queries
):
    client = sign_in(consultant)
    agency = factories.agency(consultant, exercise)
    for number in range(12):
        source = factories.source(consultant, exercise, f"Author {number}", agency=agency, languages=["ky"])
        factories.assess(consultant, factories.cell(exercise, year=2018 + number % 6), source=source)
    client.get(address)
    with django_assert_max_num_queries(15):
        client.get(f"{address}?q=author")
    with django_assert_max_num_queries(15):
        client.get(address)
