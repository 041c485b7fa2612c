"""The last act over many cells can be undone from the pages it shows on, after a reload too, until the visit ends."""

import re

import pytest

from tests import factories

LIST = "/desk/exercises/KGZ-2024/cells/"
SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"
UNDO = "/desk/exercises/KGZ-2024/undo/"


@pytest.fixture
def cells(exercise):
    return [factories.cell(exercise, year=year) for year in (2019, 2020)]


def set_value(client, cells, value="not_available"):
    rows = [f"{cell.pk}:{cell.version}" for cell in cells]
    client.post(LIST + "act/", {"do": "set", "confirmed": "1", "cells": rows, "value": value})


def told(client, page=LIST):
    found = re.search(
        r'<form class="strip done".*?<b>(.*?)</b>.*?name="act" value="([^"]+)"',
        client.get(page).content.decode(),
        re.DOTALL,
    )
    return found and found.groups()


def values(cells):
    for cell in cells:
        cell.refresh_from_db()
    return [cell.value for cell in cells]


def test_a_value_set_from_the_list_is_undone_from_there_after_a_reload(exercise, consultant, cells, sign_in):
    client = sign_in(consultant)
    set_value(client, cells)
    assert values(cells) == ["not_available"] * 2
    sentence, act = told(client)
    assert sentence == "2 cells saved."
    assert told(client) == told(client, SECTION) == (sentence, act)
    answer = client.post(UNDO, {"act": act, "back": LIST}, follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert "Undone: 2 cells are as they were." in answer.content.decode()
    assert values(cells) == ["", ""]
    assert told(client) is None


def test_it_can_be_kept_and_is_told_no_more(exercise, consultant, cells, sign_in):
    client = sign_in(consultant)
    set_value(client, cells)
    client.post(UNDO, {"keep": "1", "back": LIST})
    assert told(client) is None
    assert values(cells) == ["not_available"] * 2


def test_it_is_told_only_to_who_did_it(exercise, consultant, coordinator, cells, sign_in):
    set_value(sign_in(consultant), cells)
    assert told(sign_in(coordinator)) is None


def test_of_what_somebody_changed_since_it_says_who(exercise, consultant, coordinator, cells, sign_in):
    client = sign_in(consultant)
    set_value(client, cells)
    _sentence, act = told(client)
    factories.assess(coordinator, factories.cell(exercise, year=2019), "available")
    page = client.post(UNDO, {"act": act, "back": LIST}, follow=True).content.decode()
    assert "Undone: 1 cell is as it was." in page
    assert "Coordinator changed it after that" in page
    assert values(cells) == ["available", ""]


def test_an_act_that_nobody_did_is_not_found_and_leads_nowhere_else(exercise, consultant, sign_in):
    client = sign_in(consultant)
    assert client.post(UNDO, {"act": "nonsense"}).status_code == 404
    answer = client.post(UNDO, {"act": "6f7c3a54-2c5f-4d1b-8a54-1e2ad1b0f9ff", "back": "https://elsewhere.example/"})
    assert answer.url == "/desk/exercises/KGZ-2024/"


def test_acts_on_the_same_cells_are_taken_back_one_after_the_other(exercise, consultant, cells, sign_in):
    client = sign_in(consultant)
    set_value(client, cells)
    assert values(cells) == ["not_available"] * 2
    set_value(client, cells, "available")
    for left in (["not_available"] * 2, ["", ""]):
        _sentence, act = told(client)
        client.post(UNDO, {"act": act, "back": LIST})
        assert values(cells) == left
    assert told(client) is None
