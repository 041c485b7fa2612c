"""Chosen or found cells are changed and decided on in one act, after one page that says what would happen to each."""

import re

import pytest

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from tests import factories

LIST = "/desk/exercises/KGZ-2024/cells/"
ACT = LIST + "act/"


@pytest.fixture
def cells(exercise, consultant):
    """Three assessed cells."""
    return [factories.assess(consultant, factories.cell(exercise, year=year)) for year in (2019, 2020, 2021)]


def words(*cells):
    return [f"{cell.pk}:{cell.version}" for cell in cells]


def states(cells, name="status"):
    return [getattr(Cell.objects.get(pk=cell.pk), name) for cell in cells]


def confirmed(client, page, **typed):
    """Press the button of the confirming page, with just what it sends."""
    sent = re.findall(r'name="cells" value="([^"]+)"', page.content.decode())
    do = re.search(r'name="do" value="([^"]+)"', page.content.decode())[1]
    return client.post(ACT, {"do": do, "confirmed": "yes", "cells": sent, **typed}, follow=True)


def test_the_list_offers_each_what_they_may_do(exercise, cells, consultant, reviewer, coordinator, observer, sign_in):
    def offered(user):
        return [key for key, _title in sign_in(user).get(LIST).context["acts"]]

    assert offered(consultant) == ["set", "submit", "withdraw"]
    assert offered(reviewer) == ["approve", "return"]
    assert offered(coordinator) == ["set", "submit", "withdraw", "approve", "return"]
    assert offered(observer) == []
    assert 'type="checkbox"' not in sign_in(observer).get(LIST).content.decode().partition('class="list')[2]


def test_a_value_is_set_for_the_chosen_as_one_act(exercise, cells, consultant, sign_in):
    client = sign_in(consultant)
    page = client.post(ACT, {"do": "set", "cells": words(*cells[:2])})
    assert "2 cells, as they are now" in page.content.decode()
    assert states(cells, "value") == ["available"] * 3
    before = Entry.objects.count()
    typed = {"value": "partially_available", "partial_reason": "provisional"}
    answer = confirmed(client, page, **typed)
    assert "2 cells saved." in answer.content.decode()
    assert states(cells, "value") == ["partially_available", "partially_available", "available"]
    assert states(cells[:1], "partial_reason") == ["provisional"]
    assert len(set(Entry.objects.order_by("-pk")[: Entry.objects.count() - before].values_list("act", flat=True))) == 1


def test_what_is_so_already_is_told_and_not_written(exercise, cells, consultant, sign_in):
    factories.assess(consultant, cells[0], "not_available")
    client = sign_in(consultant)
    answer = confirmed(client, client.post(ACT, {"do": "set", "cells": words(*cells)}), value="not_available")
    assert "2 cells saved." in answer.content.decode()
    assert "1 cell was so already." in answer.content.decode()


def test_all_that_were_found_are_taken_by_the_address(exercise, cells, consultant, sign_in):
    client = sign_in(consultant)
    page = client.post(f"{ACT}?value=available&year=2020", {"do": "submit", "scope": "all"})
    assert "1 cell, as it is now" in page.content.decode()
    assert page.content.decode().count(f'href="{LIST}?value=available&amp;year=2020"') == 2  # both ways back
    confirmed(client, page)
    assert states(cells) == ["draft", "submitted", "draft"]


def test_more_than_can_be_looked_over_is_refused_in_words(exercise, consultant, sign_in):
    answer = sign_in(consultant).post(ACT, {"do": "set", "scope": "all"}, follow=True)
    assert "These are more than 500 cells. Narrow the list first." in answer.content.decode()


def test_the_confirming_page_says_of_each_cell_why_it_is_left_out(exercise, cells, consultant, sign_in):
    factories.submit(consultant, cells[0])
    empty = factories.cell(exercise, year=2022)
    bare = factories.assess(consultant, factories.cell(exercise, year=2023), "partially_available", partial_reason="")
    client = sign_in(consultant)
    page = client.post(ACT, {"do": "submit", "cells": words(*cells, empty, bare)})
    text = page.content.decode()
    assert "3 cells are left out" in text
    assert "It is submitted already" in text
    assert "It is not assessed: choose a value first." in text
    assert "It is partially available without a reason" in text
    assert "2 cells submitted." in confirmed(client, page).content.decode()
    assert states([*cells, empty, bare]) == ["submitted"] * 3 + ["draft"] * 2


def test_a_submitted_cell_is_not_set_and_its_submitter_withdraws_it(exercise, cells, consultant, sign_in):
    factories.submit(consultant, cells[0])
    client = sign_in(consultant)
    text = client.post(ACT, {"do": "set", "cells": words(cells[0])}).content.decode()
    assert "It can be done to none of these cells." in text
    assert "Withdraw it first" in text
    confirmed(client, client.post(ACT, {"do": "withdraw", "cells": words(cells[0])}))
    assert states(cells[:1]) == ["draft"]


def test_a_reviewer_approves_and_returns_with_a_reason_never_without(exercise, cells, consultant, reviewer, sign_in):
    factories.submit(consultant, *cells)
    client = sign_in(reviewer)
    confirmed(client, client.post(ACT, {"do": "approve", "cells": words(cells[0])}))
    page = client.post(ACT, {"do": "return", "cells": words(*cells[1:])})
    refused = confirmed(client, page, reason="  ")
    assert "Say why" in refused.content.decode()
    assert "2 cells, as they are now" in refused.content.decode()
    confirmed(client, refused, reason="Which register?")
    assert states(cells) == ["approved", "returned", "returned"]
    assert states(cells[1:2], "return_reason") == ["Which register?"]


def test_approving_names_the_sources_that_come_first(exercise, consultant, reviewer, sign_in):
    source = factories.source(consultant, exercise)
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise), source=source))
    text = sign_in(reviewer).post(ACT, {"do": "approve", "cells": words(cell)}).content.decode()
    assert f"It cites {source.citation_key}, not approved yet." in text


def test_whoever_worked_on_a_cell_does_not_approve_it(exercise, cells, coordinator, sign_in):
    own = factories.assess(coordinator, factories.cell(exercise, year=2022))
    factories.submit(coordinator, own)
    text = sign_in(coordinator).post(ACT, {"do": "approve", "cells": words(own)}).content.decode()
    assert "Somebody else approves it." in text


def test_what_changed_after_it_was_chosen_is_shown_as_it_is_now(exercise, cells, consultant, coordinator, sign_in):
    client, chosen = sign_in(consultant), words(cells[0])
    factories.assess(coordinator, cells[0], "not_available")
    text = client.post(ACT, {"do": "set", "cells": chosen}).content.decode()
    assert "Coordinator changed it on" in text


def test_nobody_overwrites_what_changed_after_the_confirming_page(exercise, cells, consultant, coordinator, sign_in):
    client = sign_in(consultant)
    page = client.post(ACT, {"do": "set", "cells": words(*cells)})
    factories.assess(coordinator, cells[0], "not_available")
    answer = confirmed(client, page, value="partially_available")
    text = answer.content.decode()
    assert "Nothing was saved: 1 cell needs your attention." in text
    assert "Coordinator changed it on" in text
    assert '<option value="partially_available" selected>' in text
    assert states(cells, "value") == ["not_available", "available", "available"]
    confirmed(client, answer, value="partially_available")
    assert states(cells, "value") == ["partially_available"] * 3


@pytest.mark.parametrize("value", ["", "perhaps"])
def test_a_value_that_is_none_is_refused(exercise, cells, consultant, sign_in, value):
    client = sign_in(consultant)
    answer = confirmed(client, client.post(ACT, {"do": "set", "cells": words(*cells)}), value=value)
    assert 'class="errbox"' in answer.content.decode()
    assert states(cells, "value") == ["available"] * 3


def test_a_value_can_be_taken_back_to_not_assessed(exercise, cells, consultant, sign_in):
    client = sign_in(consultant)
    confirmed(client, client.post(ACT, {"do": "set", "cells": words(*cells)}), value="not_assessed")
    assert states(cells, "value") == ["", "", ""]


def test_cells_of_another_exercise_are_not_found(exercise, cells, consultant, outsider, sign_in):
    foreign = factories.cell(outsider.assignments.get().exercise)
    assert sign_in(consultant).post(ACT, {"do": "set", "cells": words(foreign)}).status_code == 404
    assert sign_in(outsider).post(ACT, {"do": "set", "cells": words(*cells)}).status_code == 404


@pytest.mark.parametrize("data", [{}, {"do": "explode"}, {"do": "set", "cells": "1:x"}])
def test_a_damaged_form_is_a_bad_request(exercise, consultant, sign_in, data):
    assert sign_in(consultant).post(ACT, data).status_code == 400


@pytest.mark.parametrize("do", ["set", "submit", "withdraw", "approve", "return"])
def test_an_observer_does_nothing_by_a_forged_form(exercise, cells, observer, sign_in, do):
    before = Entry.objects.count()
    typed = {"confirmed": "yes", "value": "not_available", "reason": "No", "cells": words(*cells)}
    sign_in(observer).post(ACT, {"do": do, **typed})
    assert Entry.objects.count() == before


def test_no_choice_is_told(exercise, consultant, sign_in):
    answer = sign_in(consultant).post(ACT, {"do": "set"}, follow=True)
    assert "No cell was chosen" in answer.content.decode()


def test_many_cells_are_shown_and_done_in_few_queries(exercise, consultant, sign_in, django_assert_max_num_queries):
    client = sign_in(consultant)
    with django_assert_max_num_queries(15):
        page = client.post(f"{ACT}?section=emigration", {"do": "set", "scope": "all"})
    with django_assert_max_num_queries(20):
        sent = re.findall(r'name="cells" value="([^"]+)"', page.content.decode())
        client.post(ACT, {"do": "set", "confirmed": "yes", "cells": sent, "value": "not_available"})
    assert Cell.objects.filter(value="not_available").count() == len(sent) > 100
