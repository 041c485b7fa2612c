"""Cells are saved together or not at all; nobody overwrites anybody; history is written with them."""

import pytest

from mapping.audit.selectors import history
from mapping.availability.services import CellEdit, ClaimEdit, save_cell, save_cells
from mapping.content.errors import RowsRefused, StaleVersion
from tests import factories


def test_a_save_writes_value_claims_and_history_in_few_queries(exercise, consultant, django_assert_max_num_queries):
    cells = [factories.cell(exercise, year=year) for year in range(2018, 2024)]
    claim = {"statement_kind": "report", "statement": "IOM, 2024", "value": "not_available", "scope": "government"}
    edits = [CellEdit(cell.pk, cell.version, {"value": "not_available"}, [ClaimEdit(claim)]) for cell in cells]
    with django_assert_max_num_queries(12):
        saved = save_cells(actor=consultant, exercise=exercise, edits=edits)
    assert {cell.value for cell in saved} == {"not_available"}
    assert [entry.verb for entry in history(cells[0])] == ["created", "changed"]
    assert history(cells[0])[1].new == {"value": "not_available"}


def test_a_stale_save_is_refused_and_tells_who_was_faster(exercise, consultant, coordinator):
    cell = factories.cell(exercise)
    factories.assess(coordinator, cell)
    with pytest.raises(StaleVersion, match="Coordinator changed") as stale:
        save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, 1, {"value": "not_available"}))
    assert stale.value.row.value == "available"


def test_one_refused_cell_leaves_the_others_unsaved_too(exercise, consultant):
    good, bad = factories.cell(exercise, year=2020), factories.cell(exercise, year=2021)
    with pytest.raises(RowsRefused) as refused:
        save_cells(
            actor=consultant,
            exercise=exercise,
            edits=[CellEdit(good.pk, 1, {"value": "available"}), CellEdit(bad.pk, 1, {"value": "perhaps"})],
        )
    assert list(refused.value.refusals) == [bad.pk]
    good.refresh_from_db()
    assert good.value == ""


def test_an_edit_of_an_approved_cell_reopens_that_one_and_keeps_what_was_approved(exercise, consultant, reviewer):
    cell = factories.assess(consultant, factories.cell(exercise))
    factories.approve(reviewer, factories.submit(consultant, cell))
    factories.assess(consultant, cell, "not_available")
    assert cell.status == "draft"
    assert cell.approved_content["value"] == "available"


def test_a_claim_cites_a_source_or_a_statement_never_both(exercise, consultant):
    cell, source = factories.cell(exercise), factories.source(consultant, exercise)
    both = ClaimEdit({"source": source, "statement_kind": "report", "value": "available"})
    with pytest.raises(Exception, match="choose one"):
        save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, None, claims=[both]))
