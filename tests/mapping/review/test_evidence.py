"""Approved content is bound and kept; a source is not taken from under the cells that rest on it."""

import pytest

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.review.sections import return_rows
from mapping.sources.errors import SourceInUse
from mapping.sources.services import delete_source
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/sections/immigration/"


@pytest.fixture
def source(exercise, consultant, reviewer):
    return factories.approve(reviewer, factories.submit(consultant, factories.source(consultant, exercise)))


@pytest.fixture
def cells(exercise, consultant, reviewer, source):
    """Two approved cells on an approved source."""
    cells = [factories.assess(consultant, factories.cell(exercise, year=year), source=source) for year in (2020, 2021)]
    return list(factories.approve(reviewer, *factories.submit(consultant, *cells)))


def states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def change(actor, cell, values, *claims):
    save_cell(actor=actor, exercise=cell.exercise, edit=CellEdit(cell.pk, cell.version, values, list(claims)))


def test_an_edit_reopens_that_cell_only_and_keeps_what_was_approved(consultant, cells):
    change(consultant, cells[0], {"value": "not_applicable", "note": "Not asked"})
    assert states(*cells) == ["draft", "approved"]
    assert cells[0].approved_content["value"] == "available"


def test_what_was_approved_stays_readable_beside_the_grid_and_on_the_cells_page(
    exercise, consultant, observer, cells, source, sign_in
):
    change(consultant, cells[0], {"value": "not_applicable"})
    client = sign_in(observer)
    for address in (f"{PAGE}cells/{cells[0].pk}/panel/", f"/desk/mapping/cell/{cells[0].pk}/change/"):
        page = client.get(address).content.decode()
        assert "Approved version: 2, Reviewer" in page
        assert "<dd>Available</dd>" in page
        assert f"source <b>{source.citation_key}</b>" in page
    assert "Approved version" not in client.get(f"{PAGE}cells/{cells[1].pk}/panel/").content.decode()


def test_an_edited_source_shows_its_approved_version(consultant, source, sign_in):
    client = sign_in(consultant)
    title = source.title
    page = client.get(f"/desk/mapping/source/{source.pk}/change/").content.decode()
    assert "Approved version" not in page
    factories.attachment(consultant, source)
    page = client.get(f"/desk/mapping/source/{source.pk}/change/").content.decode()
    assert "Approved version: 1, Reviewer" in page
    assert f"<dd>{title}</dd>" in page


def test_a_source_that_only_approved_content_cites_is_not_deleted(exercise, consultant, cells, source):
    for cell in cells:
        (claim,) = cell.claims.all()
        change(consultant, cell, {}, ClaimEdit(None, claim.pk, claim.version))
    with pytest.raises(SourceInUse) as refused:
        delete_source(actor=consultant, source=source, version=source.version)
    assert list(refused.value.cells) == [cell.pk for cell in cells]
    assert "Immigration: Stock, 2020, as it was approved" in refused.value.problems


def test_a_withdrawn_source_reopens_its_cells_and_the_history_says_why(exercise, consultant, reviewer, cells, source):
    other = factories.assess(consultant, factories.cell(exercise, year=2022))
    factories.approve(reviewer, factories.submit(consultant, other))
    rows = [(source.pk, source.version)]
    return_rows(actor=reviewer, exercise=exercise, sources=rows, reason="It was retracted.")
    assert states(source, *cells, other) == ["returned", "draft", "draft", "approved"]
    assert {cell.approved_content["value"] for cell in cells} == {"available"}
    told = Entry.objects.filter(verb="reopened")
    assert {entry.target_id for entry in told} == {cell.pk for cell in cells}
    assert told[0].reason == "NSC KR, 2023 was withdrawn as evidence."
    assert told.values("act").distinct().count() == 1
    assert told[0].act == Entry.objects.get(verb="returned").act


def test_a_submitted_source_that_goes_back_reopens_nothing(exercise, consultant, reviewer, cells):
    waiting = factories.submit(consultant, factories.source(consultant, exercise, "IOM"))
    return_rows(actor=reviewer, exercise=exercise, sources=[(waiting.pk, waiting.version)], reason="No title?")
    assert states(*cells) == ["approved", "approved"]
    assert not Entry.objects.filter(verb="reopened").exists()


def test_withdrawing_many_cells_evidence_takes_as_many_queries_as_one(
    exercise, reviewer, cells, source, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        return_rows(actor=reviewer, exercise=exercise, sources=[(source.pk, source.version)], reason="Retracted.")
    assert not Cell.objects.filter(status="approved").exists()
