"""What a submission refuses and warns of, all at once, as the methodology's rules say."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.refusals import Refused
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.content.errors import RowsRefused
from mapping.review.completeness import lacks
from mapping.review.sections import submit_rows
from mapping.review.transitions import submit
from mapping.sources.models import Source
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/sections/immigration/"
BIB = {"data_source_type": "administrative_data", "years_covered": "2018-2021"}


def say(actor, cell, value, *claims, **values):
    """Set a cell's value, with these claims and no other."""
    edit = CellEdit(cell.pk, cell.version, {"value": value, **values}, [ClaimEdit(claim) for claim in claims])
    save_cell(actor=actor, exercise=cell.exercise, edit=edit)
    return Cell.objects.select_related("indicator__section", "exercise__methodology").get(pk=cell.pk)


def rules_of(cell, **how):
    found = lacks(Cell, [cell], exercise=cell.exercise, **how)
    return {(lack.rule, lack.refuses) for of_cell in found.values() for lack in of_cell}


@pytest.mark.parametrize(
    ("value", "rule", "refuses"),
    [
        ("available", "available_without_claim", True),
        ("not_available", "not_available_without_claim", False),
    ],
)
def test_a_value_without_a_claim(exercise, consultant, value, rule, refuses):
    assert rules_of(say(consultant, factories.cell(exercise), value)) == {(rule, refuses)}


def test_not_applicable_needs_no_claim(exercise, consultant):
    assert rules_of(say(consultant, factories.cell(exercise), "not_applicable")) == set()


def test_a_partial_needs_a_reason_and_should_have_a_claim(exercise, consultant):
    cell = say(consultant, factories.cell(exercise), "partially_available")
    assert rules_of(cell) == {("partial_without_reason", True), ("partial_without_claim", False)}


def test_a_statement_is_a_claim(exercise, consultant):
    assert rules_of(factories.assess(consultant, factories.cell(exercise), "not_available")) == set()


def test_a_contradiction_needs_a_note(exercise, consultant):
    cell = factories.assess(consultant, factories.assess(consultant, factories.cell(exercise)), "not_available")
    assert rules_of(cell) == {("contradicted_without_note", True)}
    assert rules_of(say(consultant, cell, "available", resolution="The register holds.")) == set()


def test_a_claim_outside_what_its_source_covers(exercise, consultant):
    source = factories.source(consultant, exercise, breakdowns=["age groups"], **BIB)
    for indicator, year, warned in (
        ("stock", 2020, 0),
        ("stock", 2022, 1),
        ("stock_by_age", 2020, 0),
        ("stock_by_gender", 2022, 2),
    ):
        cell = factories.assess(consultant, factories.cell(exercise, indicator, year), source=source)
        found = lacks(Cell, [cell], exercise=exercise, along=[source.pk])
        assert [lack.rule for lack in found.get(cell.pk, [])] == ["claim_outside_source_coverage"] * warned
        assert not any(lack.refuses for lack in found.get(cell.pk, []))


def test_a_cited_source_is_approved_or_submitted_or_goes_along(exercise, consultant, reviewer):
    source = factories.source(consultant, exercise, **BIB)
    cell = factories.assess(consultant, factories.cell(exercise), source=source)
    assert rules_of(cell) == {("source_not_reviewed", True)}
    assert rules_of(cell, along=[source.pk]) == set()
    with pytest.raises(RowsRefused) as refused:
        submit(actor=consultant, model=Cell, exercise=exercise, rows=[(cell.pk, cell.version)])
    assert "It cites NSC KR, 2023, which is neither approved nor submitted with it." in refused.value.problems[0]
    rows = {"cells": [(cell.pk, cell.version)], "sources": [(source.pk, source.version)]}
    assert submit_rows(actor=consultant, exercise=exercise, **rows) == 2
    assert rules_of(cell) == set()


def test_a_source_should_tell_what_a_reader_needs(exercise, consultant):
    bare = factories.source(consultant, exercise, title="", institution="", access="unknown")
    (lack,) = lacks(Source, [bare], exercise=exercise)[bare.pk]
    assert (lack.rule, lack.refuses) == ("source_incomplete", False)
    for word in ("title", "institution", "data source", "publicly available", "years covered"):
        assert word in lack.sentence
    full = factories.source(consultant, exercise, "IOM", **BIB)
    assert lacks(Source, [full], exercise=exercise) == {}


def test_the_methodology_says_what_is_refused(exercise, consultant):
    methodology = exercise.methodology
    methodology.submission_rules = {"available_without_claim": "warn", "partial_without_reason": "warn"}
    methodology.save()
    bare = say(consultant, factories.cell(exercise), "available")
    assert factories.submit(consultant, bare).status == "submitted"
    reasonless = say(consultant, factories.cell(exercise, year=2021), "partially_available")
    with pytest.raises(Refused):  # whatever it says: the database insists
        factories.submit(consultant, reasonless)


def test_everything_missing_is_listed_at_once_each_line_leading_to_the_place(exercise, consultant, sign_in):
    bare = say(consultant, factories.cell(exercise, year=2018), "available")
    reasonless = say(consultant, factories.cell(exercise, year=2019), "partially_available")
    unsure = say(consultant, factories.cell(exercise, year=2020), "not_available")
    source = factories.source(consultant, exercise, sections=["immigration"])
    fine = factories.assess(consultant, factories.cell(exercise, year=2021), source=source)
    client = sign_in(consultant)
    page = client.get(PAGE + "submit/").content.decode()
    for cell in (bare, reasonless, unsure):
        assert f'href="{PAGE}#c-{cell.pk}"' in page
    assert f"/desk/mapping/source/{source.pk}/change/" in page
    assert "Leave these out and submit the other 3 rows" in page
    assert ">Submit<" not in page
    posted = fields_of(page)
    refused = client.post(PAGE + "submit/", posted, follow=True).content.decode()
    assert "Stock, 2018: It is available without a claim" in refused
    assert "Stock, 2019: It is partially available without a reason" in refused
    assert {row.status for row in Cell.objects.exclude(value="")} == {"draft"}
    told = client.post(PAGE + "submit/", posted | {"do": "complete"}, follow=True).content.decode()
    assert "3 rows submitted" in told
    fine.refresh_from_db()
    assert fine.status == "submitted"


def test_warnings_are_acknowledged_by_the_same_button(exercise, consultant, sign_in):
    cell = say(consultant, factories.cell(exercise), "not_available")
    client = sign_in(consultant)
    page = client.get(PAGE + "submit/").content.decode()
    assert "Submit, with 1 warning" in page
    unread = client.post(PAGE + "submit/", fields_of(page) | {"seen": ""}, follow=True).content.decode()
    assert "there are new warnings" in unread
    assert "1 row submitted" in client.post(PAGE + "submit/", fields_of(page), follow=True).content.decode()
    cell.refresh_from_db()
    assert cell.status == "submitted"


def fields_of(page):
    """The hidden fields of the form of submission."""
    return dict(re.findall(r'<input type="hidden" name="((?:complete_)?(?:cells|sources|seen))" value="([^"]*)"', page))


def test_many_cells_are_checked_by_as_many_queries_as_one(exercise, consultant):
    source = factories.source(consultant, exercise, **BIB)
    for year in (2018, 2019, 2020):
        factories.assess(consultant, factories.cell(exercise, year=year), source=source)
    cells = list(Cell.objects.exclude(value="").select_related("indicator"))
    assert exercise.methodology
    counts = []
    for some in (cells[:1], cells):
        with CaptureQueriesContext(connection) as queries:
            lacks(Cell, some, exercise=exercise)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3


@pytest.mark.parametrize("where", ["cells/act", "queue"])
def test_cited_sources_go_along_from_the_lists_too_with_warnings_shown(exercise, consultant, sign_in, where):
    source = factories.source(consultant, exercise, **BIB)
    cell = factories.assess(consultant, factories.cell(exercise, year=2023), source=source)
    bare = say(consultant, factories.cell(exercise, year=2020), "available")
    client = sign_in(consultant)
    if where == "queue":
        address, name = "/desk/mapping/cellunderreview/?status=all", "along"
        chosen = {"action": "submit_rows", "_selected_action": [cell.pk, bare.pk]}
    else:
        address, name = "/desk/exercises/KGZ-2024/cells/act/", "sources"
        chosen = {"do": "submit", "cells": [f"{row.pk}:{row.version}" for row in (cell, bare)]}
    page = client.post(address, chosen).content.decode()
    assert "NSC KR, 2023 covers 2018-2021, not 2023." in page
    rows = "rows" if where == "queue" else "cells"
    shown = {key: re.findall(rf'name="{key}" value="([^"]+)"', page) for key in (rows, name)}
    told = client.post(address, chosen | shown | {"confirmed": "yes"}, follow=True).content.decode()
    source.refresh_from_db()
    cell.refresh_from_db()
    if where == "queue":  # all chosen rows or none
        assert "Stock, 2020: It is available without a claim" in told
        assert (source.status, cell.status) == ("draft", "draft")
    else:  # the page leaves out what cannot be submitted
        assert "1 cell is left out" in page
        assert (source.status, cell.status) == ("submitted", "submitted")
