"""Undo takes back one's own act of this visit, cell by cell, and never what somebody did after it."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.refusals import Refused
from mapping.audit.models import Entry
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.availability.undo import undo_act
from mapping.content.errors import RowsRefused
from tests import factories

SAID = {"statement_kind": "meeting", "statement": "NSC", "stated_on": "2024-05-06", "value": "available"}


@pytest.fixture
def since():
    return timezone.now()


@pytest.fixture
def cells(exercise):
    return [factories.cell(exercise, year=year) for year in (2019, 2020)]


def save(actor, cells, values, claims=()):
    """One act over cells; returns its id."""
    act = uuid.uuid4()
    edits = [CellEdit(cell.pk, cell.version, values, list(claims)) for cell in cells]
    save_cells(actor=actor, exercise=cells[0].exercise, edits=edits, act=act)
    for cell in cells:
        cell.refresh_from_db()
    return act


def undo(actor, cells, act, since):
    undone = undo_act(actor=actor, exercise=cells[0].exercise, act=act, since=since)
    for cell in cells:
        cell.refresh_from_db()
    return undone


def test_values_and_claims_are_as_they_were(consultant, cells, since):
    save(consultant, cells, {"value": "partially_available", "partial_reason": "provisional", "note": "x"})
    act = save(consultant, cells, {"value": "available", "note": ""}, [ClaimEdit(SAID)])
    undone = undo(consultant, cells, act, since)
    assert len(undone.cells) == 2
    assert [(cell.value, cell.partial_reason, cell.note) for cell in cells] == [
        ("partially_available", "provisional", "x")
    ] * 2
    assert not cells[0].claims.exists()


def test_a_changed_and_a_deleted_claim_come_back_with_all_they_said(consultant, exercise, cells, since):
    source = factories.source(consultant, exercise)
    said = {"source": source.pk, "value": "not_available", "languages": ["ky", "ru"]}
    save(consultant, cells[:1], {}, [ClaimEdit(SAID), ClaimEdit(said)])
    first, second = cells[0].claims.all()
    change = [ClaimEdit({"value": "not_available"}, first.pk, 1), ClaimEdit(None, second.pk, 1)]
    act = save(consultant, cells[:1], {}, change)
    undo(consultant, cells, act, since)
    claims = {claim.value: claim for claim in cells[0].claims.all()}
    assert str(claims["available"].stated_on) == "2024-05-06"
    assert (claims["not_available"].source, claims["not_available"].languages) == (source, ["ky", "ru"])


def test_what_somebody_changed_since_stays_and_is_told(consultant, coordinator, cells, since):
    act = save(consultant, cells, {"value": "available"}, [ClaimEdit(SAID)])
    save(coordinator, cells[:1], {"note": "Checked."})
    undone = undo(consultant, cells, act, since)
    assert [cell.value for cell in cells] == ["available", ""]
    (cell, refusal) = undone.refusals[cells[0].pk]
    assert cell == cells[0]
    assert "Coordinator changed it after that" in str(refusal)


def test_a_submitted_cell_stays_and_the_others_are_undone(consultant, cells, since):
    act = save(consultant, cells, {"value": "available"}, [ClaimEdit(dict(SAID))])
    factories.submit(consultant, cells[0])
    assert undo(consultant, cells, act, since).refusals.keys() == {cells[0].pk}
    assert [cell.value for cell in cells] == ["available", ""]


def test_an_act_is_undone_once_and_the_undoing_can_be_undone(consultant, cells, since):
    act = save(consultant, cells, {"value": "available"})
    undo(consultant, cells, act, since)
    with pytest.raises(RowsRefused, match="Nothing was undone: 2 cells stay as they are"):
        undo(consultant, cells, act, since)
    again = Entry.objects.filter(reason="undo").first().act
    undo(consultant, cells, again, since)
    assert [cell.value for cell in cells] == ["available"] * 2


def test_nobody_undoes_what_others_did_or_what_was_done_on_another_visit(consultant, coordinator, cells, since):
    act = save(consultant, cells, {"value": "available"})
    for actor, moment in ((coordinator, since), (consultant, timezone.now() + timedelta(seconds=1))):
        with pytest.raises(Refused, match="nothing of yours to undo"):
            undo(actor, cells, act, moment)
    with pytest.raises(Refused, match="nothing of yours to undo"):
        undo(consultant, cells, uuid.uuid4(), since)
    assert [cell.value for cell in cells] == ["available"] * 2


def test_who_may_not_edit_any_more_undoes_nothing(consultant, exercise, cells, since):
    act = save(consultant, cells, {"value": "available"})
    exercise.frozen_at = timezone.now()
    exercise.save()
    with pytest.raises(RowsRefused) as refused:
        undo(consultant, cells, act, since)
    assert "is frozen" in str(refused.value.problems)
