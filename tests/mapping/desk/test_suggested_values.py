"""What claims suggest is offered for acceptance, all at once or one by one, and asks why where it is partial."""

import re

import pytest

from mapping.audit.models import Entry
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from tests import factories

SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"
PAGE = SECTION + "suggestions/"


def claimed(actor, exercise, year, value="available", **said):
    """A cell with a claim, not assessed."""
    cell = factories.cell(exercise, year=year)
    basis = {"statement_kind": "report", "statement": "IOM, 2024"}
    save_cell(
        actor=actor, exercise=exercise, edit=CellEdit(cell.pk, 1, {}, [ClaimEdit({**basis, "value": value, **said})])
    )
    cell.refresh_from_db()
    return cell


def words(*cells):
    return [f"{cell.pk}:{cell.version}" for cell in cells]


def values(*cells):
    for cell in cells:
        cell.refresh_from_db()
    return [(cell.value, cell.partial_reason) for cell in cells]


@pytest.fixture
def client(consultant, sign_in):
    return sign_in(consultant)


def test_the_section_leads_to_its_open_suggestions_with_their_number(exercise, consultant, client):
    assert PAGE not in client.get(SECTION).content.decode()
    assert "No claim suggests anything else" in client.get(PAGE).content.decode()
    claimed(consultant, exercise, 2020)
    claimed(consultant, exercise, 2021)
    page = client.get(SECTION).content.decode()
    assert re.search(rf'href="{PAGE}">Suggested values <span class="n">2</span>', page)


def test_chosen_ones_are_accepted_as_one_act_that_can_be_undone(exercise, consultant, client):
    one, two, left = (claimed(consultant, exercise, year) for year in (2019, 2020, 2021))
    before = set(Entry.objects.values_list("pk", flat=True))
    answer = client.post(PAGE, {"do": "chosen", "cells": words(one, two)}, follow=True).content.decode()
    assert "2 suggestions accepted." in answer
    assert values(one, two, left) == [("available", ""), ("available", ""), ("", "")]
    assert len(set(Entry.objects.exclude(pk__in=before).values_list("act", flat=True))) == 1
    act = re.search(r'name="act" value="([^"]+)"', answer)[1]
    client.post("/desk/exercises/KGZ-2024/undo/", {"act": act})
    assert values(one, two) == [("", ""), ("", "")]
    assert one.claims.count() == 1


def test_all_are_accepted_by_one_button(exercise, consultant, client):
    cells = [claimed(consultant, exercise, year) for year in (2019, 2020)]
    shown = re.search(r'name="all" value="([^"]+)"', client.get(PAGE).content.decode())[1]
    client.post(PAGE, {"do": "all", "all": shown})
    assert values(*cells) == [("available", "")] * 2


def test_cells_that_were_judged_are_listed_but_not_ticked(exercise, consultant, client):
    judged, unassessed = claimed(consultant, exercise, 2020), claimed(consultant, exercise, 2021)
    factories.assess(consultant, judged, "not_available")
    page = client.get(PAGE).content.decode()
    ticks = dict(re.findall(r'name="cells" value="(\d+):\d+" aria-label="[^"]*"( checked)?', page))
    assert ticks == {str(judged.pk): "", str(unassessed.pk): " checked"}


def test_a_partial_suggestion_asks_for_one_reason_for_all_or_each_its_own(exercise, consultant, client):
    first, second = (claimed(consultant, exercise, year, "partially_available") for year in (2019, 2020))
    page = client.get(PAGE).content.decode()
    assert 'name="reason"' in page
    assert f'name="reason-{first.pk}"' in page
    said = {"reason": "provisional", f"reason-{second.pk}": "not_digitised"}
    client.post(PAGE, {"do": "chosen", "cells": words(first, second), **said})
    assert values(first, second) == [
        ("partially_available", "provisional"),
        ("partially_available", "not_digitised"),
    ]


def test_what_changed_meanwhile_stops_all_and_is_told(exercise, consultant, coordinator, client):
    fast, other = claimed(consultant, exercise, 2020), claimed(consultant, exercise, 2021)
    seen = words(fast, other)
    factories.assess(coordinator, fast, "not_available")
    answer = client.post(PAGE, {"do": "chosen", "cells": seen}).content.decode()
    assert "Nothing was saved: 1 cell changed after it was shown to you." in answer
    assert "Coordinator changed" in answer
    assert values(other) == [("", "")]


def test_a_settled_cell_is_not_asked_about_again(exercise, consultant, client):
    settled = claimed(consultant, exercise, 2020)
    factories.assess(consultant, settled, "not_available", resolution="The register was closed.")
    elsewhere = claimed(consultant, exercise, 2021)
    factories.assess(consultant, elsewhere, "not_applicable", claim={"value": "not_available"})
    assert "No claim suggests anything else" in client.get(PAGE).content.decode()


def test_a_submitted_cell_says_why_it_waits(exercise, consultant, client):
    cell = claimed(consultant, exercise, 2020)
    factories.submit(consultant, factories.assess(consultant, cell, "not_available", claim={"value": "available"}))
    page = client.get(PAGE).content.decode()
    assert "It is submitted for review. Withdraw it first" in page
    assert 'name="cells"' not in page


def test_no_choice_is_told(exercise, consultant, client):
    claimed(consultant, exercise, 2020)
    assert "No cell was chosen." in client.post(PAGE, {"do": "chosen"}).content.decode()


@pytest.mark.parametrize("who", ["observer", "reviewer"])
def test_who_only_reads_or_reviews_sees_them_and_is_told_who_decides(who, exercise, consultant, sign_in, request):
    cell = claimed(consultant, exercise, 2020)
    client = sign_in(request.getfixturevalue(who))
    page = client.get(PAGE).content.decode()
    assert "Only the consultants and coordinators of KGZ-2024 change it." in page
    assert 'name="cells"' not in page
    answer = client.post(PAGE, {"do": "chosen", "cells": words(cell)}).content.decode()
    assert "Only the consultants and coordinators of KGZ-2024 change it." in answer
    assert values(cell) == [("", "")]


def test_an_outsider_and_a_forged_row_find_nothing(exercise, consultant, outsider, sign_in, client):
    cell = claimed(consultant, exercise, 2020)
    assert sign_in(outsider).post(PAGE, {"do": "chosen", "cells": words(cell)}).status_code == 404
    foreign = factories.cell(outsider_exercise(outsider))
    assert client.post(PAGE, {"do": "chosen", "cells": words(foreign)}).status_code == 404
    assert client.post(PAGE, {"do": "chosen", "cells": "x"}).status_code == 400


def outsider_exercise(outsider):
    return outsider.assignments.get().exercise
