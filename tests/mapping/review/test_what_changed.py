"""The reviewer sees what changed since the last decision, and decides on all of it on one page, in one act."""

import re

import pytest

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.countries.services import freeze
from mapping.review.changes import since_decision
from mapping.review.permissions import contributors_of
from mapping.review.sections import approve_rows, return_rows, submit_rows
from mapping.review.transitions import withdraw
from mapping.sources.models import Source
from mapping.sources.services import change_source
from tests import factories

SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"
PAGE = f"{SECTION}review/"


@pytest.fixture
def cells(exercise, consultant):
    """Three submitted cells that rest on a statement."""
    cells = [factories.assess(consultant, factories.cell(exercise, year=year)) for year in (2019, 2020, 2021)]
    return list(factories.submit(consultant, *cells))


def seen(*rows):
    return [(row.pk, row.version) for row in rows]


def changes_of(row):
    return since_decision([row])[type(row), row.pk]


def fields_of(page):
    names = ("cells", "sources", "approvable_cells", "approvable_sources")
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', page) for name in names}


def states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def test_what_nobody_decided_on_is_new(exercise, consultant, cells):
    changes = changes_of(cells[0])
    assert changes.is_new
    assert not changes.is_changed
    assert changes.value == ("", "available")
    assert [part.entry.verb for part in changes.parts] == ["created"]
    assert changes.who == ["Consultant"]


def test_several_edits_are_one_change_from_then_to_now(exercise, consultant, coordinator, reviewer, cells):
    cell = factories.return_with_reason(reviewer, cells[0], reason="Which register?")
    (claim,) = cell.claims.all()
    cell = edit(consultant, cell, {"value": "partially_available", "partial_reason": "provisional", "note": "First"})
    cell = edit(coordinator, cell, {"note": "Second"}, ClaimEdit({"value": "partially_available"}, claim.pk, 1))
    factories.submit(consultant, cell)
    changes = changes_of(cell)
    assert changes.is_changed
    assert changes.value == ("available", "partially_available")
    assert {(change.label, change.old, change.new) for change in changes.fields} == {
        ("why partially", "", "provisional"),
        ("note", "", "Second"),
    }
    assert changes.who == ["Consultant", "Coordinator"]
    assert changes.decision.reason == "Which register?"
    assert [(change.old, change.new) for change in changes.parts[0].changes] == [("Available", "Partially available")]


def test_what_was_changed_back_is_no_change(exercise, consultant, reviewer, cells):
    cell = factories.return_with_reason(reviewer, cells[0])
    for value in ("not_applicable", "available"):
        cell = edit(consultant, cell, {"value": value})
    cell = edit(consultant, cell, {}, ClaimEdit({"statement_kind": "report", "value": "available"}))
    added = cell.claims.last()
    cell = edit(consultant, cell, {}, ClaimEdit(None, added.pk, added.version))
    changes = changes_of(factories.submit(consultant, cell))
    assert not changes.is_changed
    assert not changes.is_new


def edit(actor, cell, values, *claims):
    save_cell(actor=actor, exercise=cell.exercise, edit=CellEdit(cell.pk, cell.version, values, list(claims)))
    return Cell.objects.select_related("exercise").get(pk=cell.pk)


def test_the_page_shows_old_and_new_and_only_what_changed_if_asked(exercise, consultant, reviewer, cells, sign_in):
    factories.return_with_reason(reviewer, cells[0], reason="Which <register>?")
    cell = edit(consultant, cells[0], {"value": "available", "note": "Border & residence"})
    factories.submit(consultant, cell)
    client = sign_in(reviewer)
    page = client.get(PAGE).content.decode()
    assert page.count('<article class="change"') == 3
    only = client.get(PAGE + "?show=changed").content.decode()
    assert only.count('<article class="change"') == 1
    assert "note: <b>Border &amp; residence</b>" in only
    assert "Which &lt;register&gt;?" in only
    assert "Consultant" in only
    assert f'href="{SECTION}#c-{cell.pk}"' in only
    assert client.get(PAGE + "?show=new").content.decode().count('<article class="change"') == 2


def test_all_but_these_are_approved_and_these_go_back_each_with_a_reason(
    exercise, consultant, reviewer, cells, sign_in
):
    client = sign_in(reviewer)
    first, second, third = cells
    posted = fields_of(client.get(PAGE).content.decode()) | {
        "do": "rest",
        f"d-cell-{first.pk}": "return",
        f"r-cell-{first.pk}": "Which agency?",
        f"d-cell-{second.pk}": "return",
        "reason": "Check the year.",
    }
    assert "3 rows decided on" in client.post(PAGE, posted, follow=True).content.decode()
    assert states(first, second, third) == ["returned", "returned", "approved"]
    assert [first.return_reason, second.return_reason] == ["Which agency?", "Check the year."]
    assert Entry.objects.filter(verb__in=["returned", "approved"]).values("act").distinct().count() == 1


def test_only_what_is_marked_is_decided_on(exercise, reviewer, cells, sign_in):
    client = sign_in(reviewer)
    posted = fields_of(client.get(PAGE).content.decode()) | {"do": "marked", f"d-cell-{cells[1].pk}": "approve"}
    client.post(PAGE, posted)
    assert states(*cells) == ["submitted", "approved", "submitted"]
    left = fields_of(client.get(PAGE).content.decode()) | {"do": "rest", f"d-cell-{cells[0].pk}": "leave"}
    client.post(PAGE, left)
    assert states(*cells) == ["submitted", "approved", "approved"]


def test_a_refused_decision_comes_back_as_it_was_typed(exercise, consultant, reviewer, cells, sign_in):
    client = sign_in(reviewer)
    posted = fields_of(client.get(PAGE).content.decode()) | {
        "do": "rest",
        f"d-cell-{cells[0].pk}": "return",
        f"d-cell-{cells[1].pk}": "return",
        f"r-cell-{cells[1].pk}": "Typed with care",
    }
    page = client.post(PAGE, posted).content.decode()
    assert "Say why" in page
    assert 'value="Typed with care"' in page
    assert page.count(" checked") == 2
    assert states(*cells) == ["submitted"] * 3


def test_a_stale_decision_says_what_changed_and_by_whom(exercise, consultant, coordinator, reviewer, cells, sign_in):
    client = sign_in(reviewer)
    posted = fields_of(client.get(PAGE).content.decode()) | {"do": "rest"}
    withdraw_edit_and_submit(consultant, coordinator, cells[0])
    page = client.post(PAGE, posted).content.decode()
    assert "Stock, 2019: Coordinator changed it on" in page
    assert "note: – → Registers of 2019" in page
    assert states(*cells) == ["submitted"] * 3
    again = client.post(PAGE, fields_of(page) | {"do": "rest"}, follow=True).content.decode()
    assert "3 rows decided on" in again


def withdraw_edit_and_submit(consultant, coordinator, cell):
    withdraw(actor=consultant, model=Cell, exercise=cell.exercise, rows=seen(cell))
    factories.submit(consultant, edit(coordinator, cell, {"note": "Registers of 2019"}))


def test_who_comes_second_is_told_who_was_first(exercise, consultant, reviewer, coordinator, cells, sign_in):
    client = sign_in(reviewer)
    posted = fields_of(client.get(PAGE).content.decode()) | {"do": "rest"}
    factories.approve(coordinator, cells[0])
    page = client.post(PAGE, posted).content.decode()
    assert "It is approved: only a submitted row is approved. Coordinator: approved," in page
    assert "Coordinator approved 1 row here, at" in page
    assert "row here, at" not in sign_in(coordinator).get(PAGE).content.decode()
    assert states(*cells) == ["approved", "submitted", "submitted"]


def test_a_double_click_decides_once(exercise, reviewer, cells, sign_in):
    client = sign_in(reviewer)
    posted = fields_of(client.get(PAGE).content.decode()) | {"do": "rest"}
    client.post(PAGE, posted)
    count = Entry.objects.count()
    assert "It is approved: only a submitted row is approved." in client.post(PAGE, posted).content.decode()
    assert Entry.objects.count() == count


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", "Say why"),
        (" \n ", "Say why"),
        ("x" * 100_000, "The reason is too long: it has 100000 characters"),
        ("a\0b", "NUL"),
    ],
)
def test_a_bad_reason_is_refused_in_words(exercise, reviewer, cells, sign_in, reason, told):
    client = sign_in(reviewer)
    count = Entry.objects.count()
    marked = fields_of(client.get(PAGE).content.decode()) | {"do": "marked", f"d-cell-{cells[0].pk}": "return"}
    assert told in client.post(PAGE, marked | {"reason": reason}).content.decode()
    chosen = {"do": "return", "cells": f"{cells[0].pk}:{cells[0].version}", "reason": reason}
    assert told in client.post(PAGE, chosen, follow=True).content.decode()
    assert states(*cells) == ["submitted"] * 3
    assert Entry.objects.count() == count


@pytest.mark.parametrize("do", ["marked", "rest", "approve", "return", "withdraw"])
def test_a_forged_id_is_refused_in_words(exercise, consultant, reviewer, outsider, cells, sign_in, do):
    foreign = factories.assess(outsider, factories.cell(outsider.assignments.get().exercise))
    factories.submit(outsider, foreign)
    rows = f"{foreign.pk}:{foreign.version}"
    forged = {"cells": rows, "approvable_cells": rows, "withdrawable_cells": rows, f"d-cell-{foreign.pk}": "approve"}
    page = sign_in(reviewer).post(PAGE, forged | {"do": do, "reason": "Why?"}, follow=True).content.decode()
    assert "There is no such row in this exercise." in page
    assert states(foreign) == ["submitted"]


def test_who_may_not_decide_is_offered_no_button(exercise, consultant, observer, coordinator, reviewer, cells, sign_in):
    for person in (consultant, observer):
        page = sign_in(person).get(PAGE).content.decode()
        assert page.count('<article class="change"') == 3
        assert 'name="do"' not in page
        assert 'type="radio"' not in page
    assert 'value="rest"' in sign_in(reviewer).get(PAGE).content.decode()
    freeze(actor=coordinator, exercise=exercise, reason="Published")
    frozen = sign_in(reviewer).get(PAGE).content.decode()
    assert "Frozen since" in frozen
    assert 'name="do"' not in frozen


def test_whoever_contributed_is_offered_no_approval(exercise, consultant, coordinator, cells, sign_in):
    withdraw_edit_and_submit(consultant, coordinator, cells[0])
    page = sign_in(coordinator).get(PAGE).content.decode()
    assert page.count('value="approve"') == 2
    assert "Somebody else approves it." in page
    assert contributors_of(Cell, [cells[0].pk]) == {cells[0].pk: {consultant.pk, coordinator.pk}}


def test_a_changed_source_is_told_too(exercise, consultant, reviewer, sign_in):
    source = factories.source(consultant, exercise, sections=["immigration"])
    submit_rows(actor=consultant, exercise=exercise, sources=seen(source))
    return_rows(actor=reviewer, exercise=exercise, sources=seen(source), reason="No link?")
    source = change_source(
        actor=consultant, source=source, version=source.version, values={"link": "https://stat.example/data"}
    )
    submit_rows(actor=consultant, exercise=exercise, sources=seen(source))
    page = sign_in(reviewer).get(PAGE + "?show=changed").content.decode()
    assert "link: <b>https://stat.example/data</b>" in page
    approve_rows(actor=reviewer, exercise=exercise, sources=seen(source))
    assert Source.objects.get(pk=source.pk).approved_content["link"] == "https://stat.example/data"
