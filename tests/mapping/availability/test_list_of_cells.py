"""The list of cells keeps its state in the address; what it narrows by agrees with the rules."""

import pytest

from mapping.availability.models import Cell
from mapping.availability.rules import access_of, is_contradicted
from mapping.availability.selectors import contradicted, with_access
from mapping.countries.models import Agency
from tests import factories

LIST = "/desk/exercises/KGZ-2024/cells/"


def claim(**values):
    return {"value": "available", "access": "public", "scope": "government", **values}


@pytest.fixture
def agency(exercise):
    return Agency.objects.create(country=exercise.country, acronym="NSC KR", name="Statistics", kind="government")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (claim(), claim()),
        (claim(), claim(value="not_available")),
        (claim(), claim(value="not_available", scope="international")),
        (claim(), claim(value="not_available", scope="any")),
        (claim(scope="any"), claim(value="not_available")),
        (claim(), claim(value="partially_available", subgroup="disaster")),
        (claim(), claim(access="on_request")),
        (claim(agency=True), claim(access="on_request", agency=True)),
        (claim(access="on_request", agency=True), claim(agency=True)),
        (claim(agency=True), claim(access="unknown", agency=True)),
        (claim(access="unknown", agency=True), claim(agency=True)),
        (claim(agency=True, scope="survey"), claim(access="on_request", agency=True)),
    ],
)
def test_queryset_and_rule_agree_on_contradiction_and_access(exercise, consultant, agency, one, other):
    cell = factories.cell(exercise, section="internal_displacement")
    for said in (one, other):
        by = {"publisher": agency} if said.get("agency") else {}
        factories.assess(consultant, cell, claim={**{k: v for k, v in said.items() if k != "agency"}, **by})
    claims = list(cell.claims.all())
    assert contradicted(Cell.objects.all()).filter(pk=cell.pk).exists() == is_contradicted(cell, claims)
    assert with_access(Cell.objects.all(), access_of(claims, cell.value)).filter(pk=cell.pk).exists()


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("section=emigration", "Emigration</td>", "Immigration</td>"),
        ("q=GENDER+2020", "Stock by gender", "Stock by age"),
        ("value=partially_available", "Stock by age", "Flows by"),
        (
            "value=not_assessed&section=immigration",
            "Stock by gender",
            'Stock by age</a></th>\n            <td data-l="">2020',
        ),
        ("open=reason", "No cell matches", "Stock</a>"),
        ("access=on_request", "Stock by age", "Stock by gender"),
        ("status=submitted", "No cell matches", "Stock</a>"),
        ("year=2020&q=stock+by+age", "Partially available", "2021</td>"),
    ],
)
def test_the_list_is_narrowed_by_its_address(exercise, consultant, sign_in, query, shown, hidden):
    cell = factories.cell(exercise, "stock_by_age")
    factories.assess(
        consultant, cell, "partially_available", claim={"value": "partially_available", "access": "on_request"}
    )
    page = sign_in(consultant).get(f"{LIST}?{query}").content.decode().partition('class="sub"')[2]
    assert shown in page
    assert hidden not in page


@pytest.mark.parametrize(
    "query",
    ["page=999", "page=x", "year=99999999999999999999", "indicator=x", "value=perhaps", "q=%00", "sort=password"],
)
def test_a_strange_address_is_no_error(exercise, consultant, sign_in, query):
    assert sign_in(consultant).get(f"{LIST}?{query}").status_code == 200


def test_the_list_takes_few_queries(exercise, consultant, sign_in, django_assert_max_num_queries):
    client = sign_in(consultant)
    with django_assert_max_num_queries(15):
        client.get(LIST + "?q=flows+by&sort=-year&open=contradicted&access=public")
    with django_assert_max_num_queries(15):
        client.get(LIST)


def test_an_outsider_finds_no_list(exercise, outsider, sign_in):
    assert sign_in(outsider).get(LIST).status_code == 404
