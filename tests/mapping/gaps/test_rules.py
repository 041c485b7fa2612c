"""Each type of gap: a case that has it, and the nearest case that has not."""

import pytest

from mapping.gaps.types import TYPES, cross_cutting, gaps_of
from tests.mapping.gaps.facts import cell, claim, found, indicator, section, stock

REQUEST = {"access": "on_request"}
UN = {"scope": "international", "agency": "UN DESA"}
G = "stock_by_gender"

CASES = {
    "no_data": [
        ("not available is no data", [indicator("nna")], {G: [2018, 2019]}),
        ("not assessed is not", [indicator("..a")], {}),
        ("not applicable is not", [indicator("xxa")], {}),
        ("in part is not", [indicator("ppa")], {}),
    ],
    "partial": [
        ("in part", [indicator("apa")], {G: [2019]}),
        ("available or not, it is not", [indicator("ana")], {}),
    ],
    "no_stock": [
        ("no total of the stock in any assessed year", [stock("nn.")], {"stock": [2018, 2019]}),
        ("a total in part is no full one", [stock("np.")], {"stock": [2018, 2019]}),
        ("one full year", [stock("na.")], {}),
        ("nothing assessed", [stock("..x")], {}),
        ("a breakdown of the stock", [indicator("nn")], {}),
        (
            "the total of a measure that is counted as a stock, but is not the stock",
            [indicator("nn", "asylum_seekers", "asylum_seekers", "total")],
            {},
        ),
    ],
    "missing_breakdown": [
        ("the total is there, the breakdown is not", [stock("ap"), indicator("nn")], {G: [2018, 2019]}),
        ("the total is missing as well", [stock("nn"), indicator("nn")], {}),
        ("the breakdown was not assessed", [stock("aa"), indicator("..")], {}),
        ("the total is of another measure", [indicator("a", "flows", "flow", "total"), indicator("n")], {}),
    ],
    "nothing_from_government": [
        ("only another body has data", [indicator([cell("a", 2020, claim("a", **UN), claim("n"))])], {G: [2020]}),
        ("nobody asked the government", [indicator([cell("a", 2020, claim("a", **UN))])], {G: [2020]}),
        ("the government has data too", [indicator([cell("a", 2020, claim("a", **UN), claim("p"))])], {}),
        ("nobody has data", [indicator([cell("n", 2020, claim("n"))])], {}),
        ("a claim of any scope may be of the government", [indicator([cell("a", 2020, claim("a", scope="any"))])], {}),
        (
            "the survey is a government agency's",
            [indicator([cell("a", 2020, claim("a", scope="survey", of_government=True))])],
            {},
        ),
        ("no claim says who has the data", [indicator([cell("a", 2020)])], {}),
    ],
    "on_request_only": [
        ("every claim with data", [indicator([cell("a", 2020, claim("a", **REQUEST), claim("n"))])], {G: [2020]}),
        ("another is public", [indicator([cell("a", 2020, claim("a", **REQUEST), claim("p"))])], {}),
        ("nothing to be requested", [indicator([cell("n", 2020, claim("n", **REQUEST))])], {}),
        ("access unknown", [indicator([cell("a", 2020, claim("a", access="unknown"))])], {}),
    ],
    "not_released": [
        ("held, not shared", [indicator([cell("n", 2020, claim("n", access="not_shared"))])], {G: [2020]}),
        (
            "though another body publishes some",
            [indicator([cell("a", 2020, claim("p", access="not_shared"), claim("a", **UN))])],
            {G: [2020]},
        ),
        ("on request is shared", [indicator([cell("a", 2020, claim("a", **REQUEST))])], {}),
        ("not applicable", [indicator([cell("x", 2020, claim("n", access="not_shared"))])], {}),
    ],
    "language": [
        ("Russian only", [indicator([cell("a", 2020, claim("a", languages=("ky", "ru")))])], {G: [2020]}),
        ("English too", [indicator([cell("a", 2020, claim("a", languages=("ru", "en")))])], {}),
        ("language unknown", [indicator([cell("a", 2020, claim("a", languages=()))])], {}),
        (
            "another source in English",
            [indicator([cell("a", 2020, claim("a", languages=("ru",)), claim("a"))])],
            {},
        ),
    ],
    "qualitative_only": [
        ("all claims describe", [indicator([cell("a", 2020, claim("a", nature="qualitative"))])], {G: [2020]}),
        ("by its reason", [indicator([cell("p", 2020, partial_reason="qualitative_only")])], {G: [2020]}),
        (
            "one claim counts",
            [indicator([cell("a", 2020, claim("a", nature="qualitative"), claim("a", nature="mixed"))])],
            {},
        ),
    ],
    "irregular": [
        ("a hole between", [indicator("anna")], {G: [2019, 2020]}),
        ("not assessed is no hole", [indicator("a..a")], {}),
        ("not applicable is no hole", [indicator("axxa")], {}),
        ("missing at the ends only", [indicator("naan")], {}),
    ],
    "outdated": [
        ("a later assessed year lacks what an earlier one had", [indicator("aann")], {G: [2020, 2021]}),
        ("later years were not assessed", [indicator("aa..")], {}),
        ("there were data again", [indicator("anna")], {}),
        ("there never were any", [indicator("nnnn")], {}),
    ],
    "part_year": [
        ("by its reason", [indicator([cell("p", 2020, partial_reason="part_of_the_year")])], {G: [2020]}),
        ("another reason", [indicator([cell("p", 2020, partial_reason="provisional")])], {}),
    ],
    "not_digitised": [
        ("by its reason", [indicator([cell("p", 2020, partial_reason="not_digitised")])], {G: [2020]}),
        ("another reason", [indicator([cell("p", 2020, partial_reason="other")])], {}),
    ],
    "contradicted": [
        ("two claims of one scope differ", [indicator([cell("a", 2020, claim("a"), claim("n"))])], {G: [2020]}),
        ("a note resolves it", [indicator([cell("a", 2020, claim("a"), claim("n"), resolved=True)])], {}),
        (
            "the government has none, another body has some",
            [indicator([cell("a", 2020, claim("n"), claim("a", **UN))])],
            {},
        ),
        (
            "of different subgroups",
            [indicator([cell("a", 2020, claim("a", subgroup="disaster"), claim("n", subgroup="conflict_violence"))])],
            {},
        ),
    ],
    "definition_differs": [
        ("by its reason", [indicator([cell("p", 2020, partial_reason="incompatible_definition")])], {G: [2020]}),
        (
            "two sources state different ones",
            [indicator([cell("a", 2020, claim("a", definition="x"), claim("a", "MoLSSM KR, 2023", definition="y"))])],
            {G: [2020]},
        ),
        (
            "the same in another case",
            [indicator([cell("a", 2020, claim("a", definition="Мигрант"), claim("a", "B", definition="мигрант"))])],
            {},
        ),
        (
            "one source states none",
            [indicator([cell("a", 2020, claim("a", definition="x"), claim("a", "MoLSSM KR, 2023"))])],
            {},
        ),
    ],
    "single_source": [
        ("one source over all years", [indicator("aap")], {G: [2018, 2019, 2020]}),
        (
            "two sources, one a year",
            [indicator([cell("a", 2019, claim("a", "A")), cell("a", 2020, claim("a", "B"))])],
            {},
        ),
        (
            "the second has no data",
            [indicator([cell("a", 2020, claim("a", "A"), claim("n", "B", **UN))])],
            {G: [2020]},
        ),
        ("no source at all", [indicator([cell("a", 2020)])], {}),
    ],
    "not_assessed": [
        ("empty", [indicator("a..")], {G: [2019, 2020]}),
        ("not applicable is not left to do", [indicator("axx")], {}),
    ],
}


@pytest.mark.parametrize(
    ("of_type", "indicators", "expected"),
    [pytest.param(key, case[1], case[2], id=f"{key}: {case[0]}") for key, cases in CASES.items() for case in cases],
)
def test_a_type_of_gap_is_found_where_its_definition_says_and_nowhere_else(of_type, indicators, expected):
    assert found(of_type, *indicators) == expected


def test_every_type_has_cases():
    assert set(CASES) == set(TYPES)


def test_a_gap_says_its_years_as_ranges_and_names_agencies_and_sources():
    cells = [cell("n", year, claim("n", agency="MoIA KR")) for year in (2018, 2019, 2020, 2021, 2023)]
    gap = next(gap for gap in gaps_of(section(indicator(cells))) if gap.type == "no_data")
    assert gap.text == "Stock by gender: no data for 2018–2021 and 2023."
    assert (gap.agencies, gap.sources) == (("MoIA KR",), ("NSC KR, 2023",))


def test_reasons_are_told_with_their_years():
    cells = [
        cell("p", 2018, partial_reason="survey_or_estimate"),
        cell("p", 2019, partial_reason="survey_or_estimate"),
        cell("p", 2023, partial_reason="part_of_the_year"),
    ]
    gap = next(gap for gap in gaps_of(section(indicator(cells))) if gap.type == "partial")
    assert gap.text == "Stock by gender: in part only for 2018–2019 (survey or estimate) and 2023 (part of the year)."


def test_a_type_in_several_sections_is_told_once_for_all_of_them():
    one = section(indicator("n"))
    other = section(indicator("nn"), key="emigration", title="Emigration")
    third = section(indicator("a"), key="remittances", title="Remittances")
    across = cross_cutting([(each, gaps_of(each)) for each in (one, other, third)])
    assert [(gap.type, gap.sections, gap.years) for gap in across] == [
        ("no_data", ("immigration", "emigration"), (2018, 2019))
    ]
    assert "Immigration (1) and Emigration (1)" in across[0].text
