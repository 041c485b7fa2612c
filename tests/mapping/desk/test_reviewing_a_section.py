"""A section is submitted, withdrawn, approved and returned from its own page, with its sources, as one act."""

import re

import pytest

from mapping.audit.models import Entry
from mapping.countries.models import Assignment
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/sections/immigration/"


@pytest.fixture
def cells(exercise, consultant):
    """Two assessed cells that cite a draft source."""
    source = factories.source(consultant, exercise)
    return [factories.assess(consultant, factories.cell(exercise, year=year), source=source) for year in (2020, 2021)]


def submit(client):
    page = client.get(PAGE + "submit/").content.decode()
    return client.post(PAGE + "submit/", hidden(page, "cells", "sources"), follow=True)


def hidden(page, *names):
    """The compact hidden fields of a page: what was seen, with versions."""
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in names}


def states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def test_a_section_is_submitted_with_its_sources_as_one_act(exercise, consultant, cells, sign_in):
    client = sign_in(consultant)
    page = client.get(PAGE + "submit/").content.decode()
    assert "2 cells and 1 source go to review together" in page
    assert "NSC KR, 2023" in page
    assert "106 cells are not assessed" in page
    assert "3 rows submitted" in submit(client).content.decode()
    source = cells[0].claims.get().source
    assert states(*cells, source) == ["submitted"] * 3
    assert len(set(Entry.objects.filter(verb="submitted").values_list("act", flat=True))) == 1


def test_a_double_click_submits_once(exercise, consultant, cells, sign_in):
    client = sign_in(consultant)
    seen = hidden(client.get(PAGE + "submit/").content.decode(), "cells", "sources")
    client.post(PAGE + "submit/", seen)
    count = Entry.objects.count()
    answer = client.post(PAGE + "submit/", seen, follow=True).content.decode()
    assert "It is submitted already" in answer
    assert Entry.objects.count() == count


def test_a_partial_cell_without_reason_stops_the_submission_in_words(exercise, consultant, cells, sign_in):
    partial, client = factories.cell(exercise, year=2022), sign_in(consultant)
    client.post(PAGE, {f"c-{partial.pk}": "partially_available", f"v-{partial.pk}": "1:"})
    page = client.get(PAGE + "submit/").content.decode()
    assert "Say it before you submit" in page
    answer = submit(client).content.decode()
    assert "Stock, 2022: It is partially available without a reason" in answer
    assert states(*cells) == ["draft", "draft"]


def test_what_changed_after_the_confirmation_was_shown_is_not_submitted(
    exercise, consultant, coordinator, cells, sign_in
):
    client = sign_in(consultant)
    seen = hidden(client.get(PAGE + "submit/").content.decode(), "cells", "sources")
    factories.assess(coordinator, cells[0], "not_available")
    answer = client.post(PAGE + "submit/", seen, follow=True).content.decode()
    assert "Coordinator changed" in answer
    assert states(*cells) == ["draft", "draft"]


def test_the_submitter_withdraws(exercise, consultant, cells, sign_in):
    client = sign_in(consultant)
    page = submit(client).content.decode()
    rows = hidden(page, "withdrawable_cells", "withdrawable_sources")
    answer = client.post(PAGE + "review/", {"do": "withdraw", **rows}, follow=True)
    assert "3 rows withdrawn" in answer.content.decode()
    assert states(*cells) == ["draft", "draft"]


def test_a_reviewer_approves_all_sources_first_in_one_act(exercise, consultant, reviewer, cells, sign_in):
    submit(sign_in(consultant))
    client = sign_in(reviewer)
    page = client.get(PAGE).content.decode()
    rows = hidden(page, "approvable_cells", "approvable_sources")
    answer = client.post(PAGE + "review/", {"do": "approve_all", **rows}, follow=True)
    assert "3 rows approved" in answer.content.decode()
    assert states(*cells, cells[0].claims.get().source) == ["approved"] * 3
    assert len(set(Entry.objects.filter(verb="approved").values_list("act", flat=True))) == 1


def test_a_chosen_cell_waits_for_the_source_it_cites(exercise, consultant, reviewer, cells, sign_in):
    submit(sign_in(consultant))
    client = sign_in(reviewer)
    chosen = {"do": "approve", "cells": f"{cells[0].pk}:{cells[0].version}"}
    answer = client.post(PAGE + "review/", chosen, follow=True).content.decode()
    assert "It cites NSC KR, 2023, not approved yet" in answer
    assert states(*cells) == ["submitted", "submitted"]
    source = cells[0].claims.get().source
    both = chosen | {"sources": f"{source.pk}:{source.version}"}
    client.post(PAGE + "review/", both)
    assert states(*cells, source) == ["approved", "submitted", "approved"]


def test_chosen_rows_go_back_with_a_reason_never_without(exercise, consultant, reviewer, cells, sign_in):
    submit(sign_in(consultant))
    client = sign_in(reviewer)
    chosen = {"do": "return", "cells": [f"{cell.pk}:{cell.version}" for cell in cells]}
    assert "Say why" in client.post(PAGE + "review/", chosen, follow=True).content.decode()
    assert states(*cells) == ["submitted", "submitted"]
    answer = client.post(PAGE + "review/", chosen | {"reason": "Which agency?"}, follow=True)
    assert "2 rows returned" in answer.content.decode()
    assert states(*cells) == ["returned", "returned"]


def test_whoever_worked_on_it_sees_why_they_do_not_approve(exercise, consultant, cells, sign_in):
    Assignment.objects.create(user=consultant, exercise=exercise, role="reviewer")
    client = sign_in(consultant)
    page = submit(client).content.decode()
    assert "You worked on 3 of them" in page
    assert hidden(page, "approvable_cells") == {"approvable_cells": ""}
    forced = {"do": "approve", "cells": f"{cells[0].pk}:{cells[0].version}"}
    answer = client.post(PAGE + "review/", forced, follow=True).content.decode()
    assert "Somebody else approves it." in answer
    assert states(*cells) == ["submitted", "submitted"]


def test_no_choice_is_told(exercise, consultant, reviewer, cells, sign_in):
    answer = sign_in(reviewer).post(PAGE + "review/", {"do": "approve"}, follow=True)
    assert "No row was chosen." in answer.content.decode()


def test_an_observer_decides_nothing(exercise, consultant, observer, cells, sign_in):
    client = sign_in(observer)
    assert "Only the consultants and coordinators" in client.get(PAGE + "submit/", follow=True).content.decode()
    rows = f"{cells[0].pk}:{cells[0].version}"
    for do in ("approve", "withdraw"):
        client.post(PAGE + "review/", {"do": do, "cells": rows, "withdrawable_cells": rows})
    client.post(PAGE + "submit/", {"cells": rows})
    assert states(*cells) == ["draft", "draft"]


def test_rows_of_another_exercise_are_refused(exercise, consultant, outsider, sign_in):
    foreign = factories.assess(outsider, factories.cell(outsider_exercise(outsider)))
    answer = sign_in(consultant).post(PAGE + "submit/", {"cells": f"{foreign.pk}:{foreign.version}"}, follow=True)
    assert "There is no such row in this exercise." in answer.content.decode()
    assert states(foreign) == ["draft"]


def outsider_exercise(outsider):
    return outsider.assignments.get().exercise


@pytest.mark.parametrize(
    "data", [{"do": "explode"}, {}, {"do": "approve", "cells": "1:x"}, {"do": "approve", "cells": "9" * 40}]
)
def test_a_damaged_decision_is_a_bad_request(exercise, reviewer, sign_in, data):
    assert sign_in(reviewer).post(PAGE + "review/", data).status_code == 400
