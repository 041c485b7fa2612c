"""Every fact is found again in the demo, the odd ones as `docs/demo.md` promises."""

from collections import Counter

import pytest

from mapping.availability.models import Claim, IndicatorNote
from mapping.availability.rules import contradictions, suggested_value
from mapping.countries.models import Agency
from mapping.framework.selectors import span
from mapping.management.demo import facts
from mapping.sources.citations import years_named
from mapping.sources.models import Source

FACTS = facts.read()


@pytest.fixture
def claims_of(kyrgyzstan):
    """Return a function that gives the claims on one cell."""

    def of(section, indicator, year):
        found = Claim.objects.filter(
            cell__exercise=kyrgyzstan,
            cell__indicator__section__key=section,
            cell__indicator__key=indicator,
            cell__year=year,
        )
        return list(found.select_related("source", "collector", "publisher", "cell"))

    return of


def told(claim):
    """Return what a claim says, in the words of the facts."""
    return {
        "source": claim.source and claim.source.citation_key,
        "value": claim.value,
        "access": claim.access,
        "scope": claim.scope,
        "nature": claim.nature,
        "languages": claim.languages,
        "period": claim.period,
        "subgroup": claim.subgroup,
        "collector": claim.collector and claim.collector.acronym,
        "publisher": claim.publisher and claim.publisher.acronym,
        "confidence": claim.confidence,
        "coverage_note": claim.coverage_note,
        "locator": claim.locator,
    }


NOTHING_SAID = {
    "source": None,
    "access": "unknown",
    "nature": "quantitative",
    "languages": [],
    "period": "",
    "subgroup": "",
    "collector": None,
    "publisher": None,
    "confidence": "stated",
    "coverage_note": "",
}


def test_every_row_is_found_again_as_claims_and_no_claim_was_invented(kyrgyzstan):
    expected, outside = Counter(), {}
    spans = {
        (indicator.section.key, indicator.key): span(indicator, kyrgyzstan)
        for section in kyrgyzstan.methodology.sections.all()
        for indicator in section.indicators.select_related("section")
    }
    for row in FACTS["claims"]:
        for year in years_named(row["years"]):
            if year in spans[row["section"], row["indicator"]]:
                expected[row["section"], row["indicator"], year, str(NOTHING_SAID | row["claim"])] += 1
            else:
                outside.setdefault(row["id"], []).append(year)
    found = Counter(
        (cell.indicator.section.key, cell.indicator.key, cell.year, str(NOTHING_SAID | told(claim)))
        for cell in kyrgyzstan.cells.select_related("indicator__section").prefetch_related(
            "claims__source", "claims__collector", "claims__publisher"
        )
        for claim in cell.claims.all()
    )
    assert found == expected
    assert outside == {"A002": list(range(2011, 2018)), "A031": list(range(2011, 2018))}


def test_all_203_facts_are_in_the_file():
    ids = {row["id"] for row in FACTS["claims"] + FACTS["indicator_notes"]}
    assert ids == {f"A{number:03}" for number in range(1, 204)}


def test_years_before_the_span_are_the_sources_own_coverage(kyrgyzstan):
    source = Source.objects.get(exercise=kyrgyzstan, citation_key="NSC KR, 2023b")
    assert source.covered_years == list(range(2011, 2023))
    assert "lie before the years of this mapping" in source.note
    for section in ("immigration", "emigration"):
        cells = kyrgyzstan.cells.filter(indicator__section__key=section)
        assert set(cells.values_list("year", flat=True)) == set(range(2018, 2024))


def test_an_open_bound_before_the_span_is_a_note_on_the_indicator(kyrgyzstan):
    note = IndicatorNote.objects.get(exercise=kyrgyzstan)
    assert (note.indicator.section.key, note.indicator.key) == ("internal_mobility", "flows")
    assert note.text.startswith("Before 1991: not available from government")


def test_an_open_bound_inside_the_span_is_claims_from_its_first_year(claims_of):
    for year in (1991, 2009):
        (claim,) = claims_of("internal_mobility", "stock", year)
        assert (claim.value, claim.scope, claim.statement) == ("not_available", "government", "IOM, 2024")
    assert claims_of("internal_mobility", "stock", 2010) == []


def test_internal_flows_have_cells_from_1991(claims_of):
    (claim,) = claims_of("internal_mobility", "flows", 1991)
    assert (claim.value, str(claim.source)) == ("available", "NSC KR, 2023a")


@pytest.mark.parametrize(
    ("section", "indicator", "year", "key"),
    [
        ("emigration", "stock", 2019, "UN-DESA, 2019"),  # A050
        ("emigration", "stock", 2020, "UN DESA, 2020b"),
        ("emigration", "stock_by_country_of_destination", 2019, "UN-DESA, 2019"),  # A055
        ("emigration", "stock_by_country_of_destination", 2020, "UN DESA, 2020b"),
        ("undocumented_migration", "trafficking_cases_by_type", 2019, "U.S. Department of State, 2021"),  # A110
        ("undocumented_migration", "trafficking_cases_by_type", 2020, "U.S. Department of State, 2021"),
        ("undocumented_migration", "trafficking_cases_by_type", 2022, "U.S. Department of State, 2022"),
    ],
)
def test_a_year_goes_with_its_own_source(claims_of, section, indicator, year, key):
    international = [claim for claim in claims_of(section, indicator, year) if claim.scope == "international"]
    assert [str(claim.source) for claim in international] == [key]


@pytest.mark.parametrize(
    ("section", "indicator", "year"),
    [
        ("emigration", "flows_by_gender", 2022),  # A032, A033
        ("internal_mobility", "flows_by_gender", 2022),  # A170, A171
        ("internal_mobility", "flows_by_education", 2020),  # A172, A175
        ("internal_mobility", "stock", 2022),  # A179, A181
        ("refugees_hosted", "stock", 2021),  # A115, A116
    ],
)
def test_contradictions_are_kept_as_such(claims_of, section, indicator, year):
    claims = claims_of(section, indicator, year)
    assert contradictions(claims)
    assert claims[0].cell.resolution == ""


@pytest.mark.parametrize(
    ("section", "indicator", "year"),
    [
        ("immigration", "stock", 2020),  # A019, A026: government has none, an international body has
        ("internal_displacement", "stock", 2022),  # A145, A146: two subgroups
        ("internal_displacement", "flows", 2022),  # A156, A157, A158
    ],
)
def test_several_claims_on_one_cell_need_not_contradict(claims_of, section, indicator, year):
    claims = claims_of(section, indicator, year)
    assert len(claims) > 1
    assert contradictions(claims) == []


def test_what_was_found_missing_rests_on_the_report_that_says_so(claims_of):
    (claim,) = claims_of("immigration", "stock", 2018)
    assert (claim.statement_kind, claim.statement, claim.source) == ("report", "IOM, 2024", None)
    assert claim.locator == "chapter 1, section 3.1 and chapter 9"


@pytest.mark.parametrize(
    ("section", "indicator"),
    [
        ("emigration", "flows_by_gender"),  # A034
        ("emigration", "flows_by_age"),  # A037
        ("undocumented_migration", "trafficking_routes"),  # A112
        ("internal_mobility", "flows_by_ethnicity"),  # A177
    ],
)
def test_available_without_a_source_rests_on_the_report_too(claims_of, section, indicator):
    (claim,) = claims_of(section, indicator, 2020)
    assert (claim.statement_kind, claim.value != "not_available") == ("report", True)


@pytest.mark.parametrize("indicator", ["flows_by_purpose", "flows_by_education"])
def test_a_reason_on_what_is_available_is_a_coverage_note(claims_of, indicator):
    (claim,) = claims_of("immigration", indicator, 2022)
    assert claim.coverage_note == "Population 16+ only."
    assert (claim.cell.value, claim.cell.partial_reason) == ("available", "")


@pytest.mark.parametrize("indicator", ["stock_by_place_of_origin", "stock_by_employment"])
def test_collected_but_not_released_is_kept_beside_not_available(claims_of, indicator):
    (claim,) = claims_of("emigration", indicator, 2021)
    assert (claim.value, claim.access, claim.publisher.acronym) == ("not_available", "not_shared", "MoLSSM KR")


def test_an_untold_access_is_unknown(claims_of):
    (claim,) = claims_of("internal_mobility", "flows", 2018)
    assert claim.access == "unknown"


def test_the_survey_is_the_source_and_the_citing_work_is_where_it_is_told(claims_of):
    (survey,) = [claim for claim in claims_of("emigration", "stock", 2018) if claim.scope == "survey"]
    assert (str(survey.source), survey.collector.acronym) == ("KIHS, 2018", "KIHS")
    assert survey.locator.startswith("via Bossavie & Garrote-Sánchez, 2022")


def test_un_desa_2020_is_the_same_as_2020b(claims_of):
    (estimate,) = [claim for claim in claims_of("emigration", "stock_by_gender", 2020) if claim.source]
    assert str(estimate.source) == "UN DESA, 2020b"


def test_collector_and_publisher_are_told_and_the_third_is_in_the_note(claims_of):
    (claim,) = claims_of("emigration", "flows", 2020)
    assert (claim.collector.acronym, claim.publisher.acronym) == ("SRS GKR", "NSC KR")
    assert "Consular offices (MFA)" in claim.coverage_note


def test_a_survey_of_a_government_agency_is_of_survey_scope(claims_of):
    (survey,) = [claim for claim in claims_of("return_migration", "stock", 2020) if str(claim.source) == "NSC KR, 2020"]
    assert (survey.scope, survey.publisher.kind) == ("survey", "government")


def test_years_that_were_not_stated_are_inferred(claims_of):
    (claim,) = claims_of("immigration", "flows_by_gender", 2019)
    assert claim.confidence == "inferred"


def test_each_cell_has_the_value_its_claims_suggest_and_partial_ones_a_reason(kyrgyzstan):
    for cell in kyrgyzstan.cells.prefetch_related("claims"):
        assert cell.value == suggested_value(cell.claims.all())
        assert bool(cell.partial_reason) == bool(cell.partial_note) == (cell.value == "partially_available")


def test_every_source_keeps_its_printed_key(kyrgyzstan):
    keys = set(Source.objects.filter(exercise=kyrgyzstan).values_list("citation_key", flat=True))
    assert keys == {row["citation_key"] for row in FACTS["sources"]}
    assert len(keys) == 32
    assert {"NSC KR, 2023a", "NSC KR, 2023g", "NSC KR, 2020", "IOM, 2022", "MES KR", "UN-DESA, 2019"} <= keys


def test_incomplete_sources_are_kept_incomplete(kyrgyzstan):
    sources = Source.objects.filter(exercise=kyrgyzstan)
    assert sources.filter(link="").count() == 15
    assert sources.filter(title="").count() == 8
    assert sources.filter(institution="").count() == 3
    assert [source.citation_key for source in sources if not source.sections] == ["UNICEF, 2020"]
    assert sources.get(citation_year="").citation_key == "MES KR"


def test_every_agency_is_there_with_its_other_names(kyrgyzstan):
    agencies = {agency.acronym: agency for agency in Agency.objects.filter(country=kyrgyzstan.country)}
    assert agencies.keys() == {row["acronym"] for row in FACTS["agencies"]}
    assert len(agencies) == 30
    assert agencies["SRS GKR"].aliases == ["SRS KR"]
    assert "U.S. Department of State" in agencies["U.S. DoS"].aliases
    assert agencies["NSC KR"].formal_request == "partly"
    assert agencies["MoIA KR"].formal_request == "required"
    assert "census 2022" in agencies["NSC KR"].data_held.splitlines()
