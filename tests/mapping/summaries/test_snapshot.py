"""The snapshot: the contract's shape, the same bytes twice, the right content."""

import json

import pytest
from django.utils import timezone

from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.gaps.types import TYPES
from mapping.sources.errors import SourceInUse
from mapping.sources.services import delete_source
from mapping.summaries.compiling import as_json
from mapping.summaries.services import compile_now
from tests import factories

VALUES = {"available", "partially_available", "not_available", "not_applicable", None}


def snapshot(exercise, basis="approved"):
    return compile_now(exercise, basis=basis, language="en")


def cell_of(content, indicator="stock", year=2020, section="immigration"):
    cells = next(each for each in content["sections"] if each["key"] == section)["cells"]
    return next(cell for cell in cells if (cell["indicator"], cell["year"]) == (indicator, year))


def test_it_has_the_shape_of_the_contract(assessed):
    content = snapshot(assessed)
    assert set(content) == {
        "schema", "snapshot", "exercise", "compiled_at", "basis", "sections", "gaps", "definitions", "conventions",
        "policies", "agencies", "references", "scores",
        "country", "methodology", "years", "language",  # what renderers need to know and cannot tell otherwise
    }  # fmt: skip
    assert content["exercise"] == "KGZ-2024"
    assert len(content["sections"]) == 10
    for section in content["sections"]:
        assert set(section) == {
            "key", "title", "scores", "indicators", "cells", "sources", "gaps", "narrative",
        }  # fmt: skip
        for indicator in section["indicators"]:
            assert {"key", "title", "measure", "breakdown"} <= set(indicator)
        for cell in section["cells"]:
            assert set(cell) == {
                "indicator", "year", "value", "access", "partial_reason", "review", "member_check", "contradicted",
                "claims",
            }  # fmt: skip
            assert cell["value"] in VALUES
            assert isinstance(cell["year"], int)
        for gap in section["gaps"]:
            assert set(gap) == {"type", "indicator", "years", "text", "agencies", "sources"}
            assert gap["type"] in TYPES
    for gap in content["gaps"]:
        assert set(gap) == {"type", "indicator", "years", "text", "agencies", "sources", "sections"}


def test_a_cell_is_told_with_its_claims(assessed):
    assert cell_of(snapshot(assessed)) == {
        "indicator": "stock",
        "year": 2020,
        "value": "available",
        "access": "public",
        "partial_reason": None,
        "review": "approved",
        "member_check": None,
        "contradicted": False,
        "claims": [
            {
                "source": "NSC KR, 2023",
                "agency": "NSC KR",
                "scope": "government",
                "value": "available",
                "access": "public",
                "nature": "quantitative",
                "languages": ["ky", "ru"],
                "period": None,
                "note": "",
            }
        ],
    }


def test_sources_are_references_with_all_their_columns_and_agencies_are_listed(assessed):
    content = snapshot(assessed)
    assert content["sections"][0]["sources"] == ["NSC KR, 2023"]
    (reference,) = content["references"]
    assert (reference["citation_key"], reference["title"]) == ("NSC KR, 2023", "Миграция <b>#1</b>")
    assert [agency["acronym"] for agency in content["agencies"]] == ["NSC KR"]


def test_what_was_never_approved_counts_as_not_assessed_on_the_approved_basis(assessed):
    approved, current = snapshot(assessed), snapshot(assessed, "current")
    assert cell_of(approved, year=2022)["value"] is None
    assert cell_of(current, year=2022)["value"] == "partially_available"
    assert cell_of(current, year=2023)["value"] == "not_applicable"
    assert (approved["scores"]["assessed"], current["scores"]["assessed"]) == (2, 3)
    assert (current["scores"]["not_applicable"], current["scores"]["approved"]) == (1, 2)


def test_the_approved_basis_keeps_to_what_was_approved_while_the_cell_is_edited(assessed, consultant):
    before = snapshot(assessed)
    cell = factories.cell(assessed)
    save_cell(actor=consultant, exercise=assessed, edit=CellEdit(cell.pk, cell.version, {"value": "not_available"}))
    after = snapshot(assessed)
    assert cell_of(after)["value"] == "available"
    assert after["snapshot"] == before["snapshot"]
    assert cell_of(snapshot(assessed, "current"))["value"] == "not_available"


def test_a_source_that_approved_cells_cite_is_not_deleted_and_stays_in_the_summary(assessed, consultant):
    for year in (2020, 2021):
        cell = factories.cell(assessed, year=year)
        claim = cell.claims.get()
        gone = CellEdit(cell.pk, cell.version, claims=[ClaimEdit(None, claim.pk, claim.version)])
        save_cell(actor=consultant, exercise=assessed, edit=gone)
    source = assessed.sources.get()
    with pytest.raises(SourceInUse) as refused:
        delete_source(actor=consultant, source=source, version=source.version)
    assert refused.value.problems == [f"Immigration: Stock, {year}, as it was approved" for year in (2020, 2021)]
    assert cell_of(snapshot(assessed))["claims"][0]["source"] == source.citation_key


def test_the_same_content_gives_the_same_bytes_but_for_the_moment(assessed, monkeypatch):
    one = snapshot(assessed)
    later = timezone.now().replace(year=2030)
    monkeypatch.setattr("mapping.summaries.services.timezone.now", lambda: later)
    other = snapshot(assessed)
    assert one["compiled_at"] != other["compiled_at"]
    assert as_json(one | {"compiled_at": ""}) == as_json(other | {"compiled_at": ""})
    assert json.loads(as_json(one)) == one


def test_a_change_gives_another_hash(assessed, consultant):
    before = snapshot(assessed, "current")["snapshot"]
    factories.assess(consultant, factories.cell(assessed, year=2019), "not_available")
    assert snapshot(assessed, "current")["snapshot"] != before


def test_nothing_assessed_has_no_score(exercise):
    scores = snapshot(exercise)["scores"]
    assert (scores["score"], scores["score_of_applicable"], scores["share_assessed"]) == (None, None, 0.0)


def test_the_number_of_queries_does_not_grow_with_cells(assessed, consultant, django_assert_max_num_queries):
    for year in (2018, 2019):
        factories.assess(consultant, factories.cell(assessed, "flows", year))
    for basis in ("approved", "current"):
        with django_assert_max_num_queries(10):
            snapshot(assessed, basis)


def test_a_survey_of_a_government_agency_is_from_government(assessed, consultant):
    survey = factories.source(consultant, assessed, author="KIHS", agency=assessed.country.agencies.get())
    elsewhere = factories.source(consultant, assessed, author="L2CK")
    for year, source in ((2018, survey), (2019, elsewhere)):
        factories.assess(consultant, factories.cell(assessed, "flows", year), source=source, claim={"scope": "survey"})
    gaps = snapshot(assessed, "current")["sections"][0]["gaps"]
    years = [gap["years"] for gap in gaps if (gap["type"], gap["indicator"]) == ("nothing_from_government", "flows")]
    assert years == [[2019]]
