"""Two people at the same cell at the same moment: one wins, the other is told, never both."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.refusals import Refused
from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, save_cell
from mapping.review.models import Decision
from mapping.review.sections import approve_rows, return_rows, withdraw_rows
from mapping.sources.services import change_source, create_source
from tests import factories

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Do acts in threads of their own at the same moment; return what each was told, "" for the one that won."""
    together = Barrier(len(acts))

    def do(act):
        together.wait()
        try:
            act()
        except Refused as refusal:
            return " ".join([str(refusal), *refusal.problems])
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


@pytest.fixture
def cell(exercise, consultant, reviewer):
    """A submitted cell: its submitter may withdraw and edit it, a reviewer may approve it."""
    return factories.submit(consultant, factories.assess(consultant, factories.cell(exercise)))


@pytest.mark.parametrize("_time", range(5))
def test_approving_and_editing_the_same_cell(exercise, consultant, coordinator, reviewer, cell, _time):
    seen = [(cell.pk, cell.version)]

    def edit():  # as who sees the cell submitted does: withdraw it, then change it
        withdraw_rows(actor=consultant, exercise=exercise, cells=seen)
        save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"note": "Edited"}))

    told = at_once(lambda: approve_rows(actor=reviewer, exercise=exercise, cells=seen), edit)
    cell = Cell.objects.get(pk=cell.pk)
    assert sorted(map(bool, told)) == [False, True]
    assert "It is " in "".join(told) or "changed it on" in "".join(told)
    if told[1]:
        assert (cell.status, cell.note, cell.approved_by) == ("approved", "", reviewer)
    else:
        assert (cell.status, cell.note, cell.approved_by) == ("draft", "Edited", None)
    assert cell.status != "approved" or cell.approved_content["note"] == cell.note


@pytest.mark.parametrize("_time", range(3))
def test_two_approving_the_same_cell(exercise, coordinator, reviewer, cell, _time):
    seen = [(cell.pk, cell.version)]
    told = at_once(
        lambda: approve_rows(actor=reviewer, exercise=exercise, cells=seen),
        lambda: approve_rows(actor=coordinator, exercise=exercise, cells=seen),
    )
    assert sorted(map(bool, told)) == [False, True]
    assert "only a submitted row is approved" in "".join(told)
    assert Decision.objects.filter(kind="approved").count() == 1
    assert Entry.objects.filter(verb="approved").count() == 1


@pytest.mark.parametrize("_time", range(3))
def test_a_cell_is_not_approved_on_a_source_that_goes_back_meanwhile(
    exercise, consultant, coordinator, reviewer, _time
):
    source = factories.approve(reviewer, factories.submit(consultant, factories.source(consultant, exercise)))
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise), source=source))
    told = at_once(
        lambda: approve_rows(actor=reviewer, exercise=exercise, cells=[(cell.pk, cell.version)]),
        lambda: return_rows(
            actor=coordinator, exercise=exercise, sources=[(source.pk, source.version)], reason="Retracted."
        ),
    )
    cell.refresh_from_db()
    assert told[1] == ""
    if told[0]:
        assert (cell.status, cell.approved_content) == ("submitted", None)
        assert "not approved yet" in told[0]
    else:  # approved first, reopened then
        assert cell.status == "draft"


def test_two_sections_that_share_sources_never_wait_for_each_other(exercise, consultant, coordinator, reviewer):
    sources = [factories.source(consultant, exercise, author) for author in ("NSC KR", "IOM")]
    cells = [
        factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=year), source=source))
        for year, source in ((2020, sources[0]), (2021, sources[1]))
    ]
    for source in sources:
        source.refresh_from_db()
    rows = [
        {"cells": [(cells[n].pk, cells[n].version)], "sources": [(sources[1 - n].pk, sources[1 - n].version)]}
        for n in (0, 1)
    ]
    told = at_once(
        *(lambda chosen=chosen: approve_rows(actor=reviewer, exercise=exercise, **chosen) for chosen in rows)
    )
    assert sorted(map(bool, told)) in ([False, True], [True, True])  # each waits for the other's source, in words


def test_editing_a_source_while_it_is_approved(exercise, consultant, reviewer):
    source = factories.submit(consultant, factories.source(consultant, exercise))
    seen = source.version
    told = at_once(
        lambda: approve_rows(actor=reviewer, exercise=exercise, sources=[(source.pk, seen)]),
        lambda: change_source(actor=consultant, source=source, version=seen, values={"note": "Edited"}),
    )
    source.refresh_from_db()
    assert told[0] == ""
    assert source.approved_content["note"] == ""
    assert (source.status, source.note) == (("approved", "") if told[1] else ("draft", "Edited"))


def test_two_sources_entered_at_once_get_two_keys(exercise, consultant, coordinator):
    held = factories.source(consultant, exercise, "UNHCR")
    values = {"citation_author": "IOM", "citation_year": "2023"}
    told = at_once(
        lambda: create_source(actor=consultant, exercise=exercise, values=values),
        lambda: create_source(actor=coordinator, exercise=exercise, values=values),
        lambda: change_source(actor=coordinator, source=held, version=held.version, values=values),
    )
    assert told == ["", "", ""]
    assert set(exercise.sources.values_list("citation_key", flat=True)) == {"IOM, 2023", "IOM, 2023a", "IOM, 2023b"}
