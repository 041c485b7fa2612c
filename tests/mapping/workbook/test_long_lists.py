"""Long lists of a comparison in pages: all of it can be reached, and what is chosen of conflicts stays chosen."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapping.availability.services import CellEdit, save_cell
from mapping.workbook import presentation
from mapping.workbook.models import WorkbookImport
from mapping.workbook.services import keep_choices, upload
from tests import factories
from tests.mapping.workbook.workbooks import edited, exported, in_grid

pytestmark = pytest.mark.django_db

YEARS = (2018, 2019, 2020, 2021, 2022)
RADIO = re.compile(r'name="(choice:[^"]+)" value="((?:keep|take):\w+)"( checked)?')
TURN = re.compile(r'<(?:a|button)[^>]* (?:href|formaction)="([^"]+)"[^>]*>(Previous|Next) page<')


@pytest.fixture(autouse=True)
def short_pages(monkeypatch):
    monkeypatch.setattr(presentation, "ROWS_PER_PAGE", 2)


def kept(actor, exercise, text, years=YEARS):
    """An upload in which the stock of these years is what `text` says."""
    content = exported(exercise)
    content = edited(content, {("Immigration", in_grid(content, year=year)): text for year in years})
    return upload(actor=actor, exercise=exercise, name="w.xlsx", content=content)


def assess_all(actor, exercise, value, years=YEARS):
    for year in years:
        cell = factories.cell(exercise, year=year)
        save_cell(actor=actor, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": value}))


@pytest.fixture
def in_conflict(exercise, consultant):
    """An upload with five conflicts: the file says available, and here it was made not available meanwhile."""
    row = kept(consultant, exercise, "Available")
    assess_all(consultant, exercise, "not_available")
    return row


def page_of(row, query=""):
    return f"/desk/exercises/KGZ-2024/workbook/{row.pk}/{query}"


def pages(client, row, name):
    """The texts of all pages of a list, gone through by its own links."""
    texts, address = [], ""
    while True:
        texts.append(client.get(page_of(row, address)).text)
        turns = [at for at, way in TURN.findall(texts[-1]) if way == "Next" and f"#{name}" in at]
        if not turns:
            return texts
        address = turns[0].replace("&amp;", "&").partition("#")[0]


def chosen(text):
    """What is checked on a page: {name: side}."""
    return {name: value.partition(":")[0] for name, value, checked in RADIO.findall(text) if checked}


def choosing(text, side):
    """The radio buttons of a page as sent where all take one side."""
    return {name: value for name, value, _checked in RADIO.findall(text) if value.startswith(side)}


def test_every_change_is_reached_by_turning_pages(exercise, consultant, sign_in):
    row = kept(consultant, exercise, "Available")
    texts = pages(sign_in(consultant), row, "changes")
    assert len(texts) == 3
    assert "Rows 1 to 2 of 5" in texts[0]
    for year in YEARS:
        assert sum(f"Stock, {year}" in text for text in texts) == 1
    assert "Previous page" not in texts[0]
    assert "Next page" not in texts[2]


def test_every_error_is_reached_and_each_list_keeps_its_own_page(exercise, consultant, sign_in):
    row = kept(consultant, exercise, "N/A")
    client = sign_in(consultant)
    texts = pages(client, row, "errors")
    assert [text.count("What to do") for text in texts] == [1, 1, 1]
    for year in YEARS:
        assert sum(f"Immigration!{in_grid(exported(exercise), year=year)}<" in text for text in texts) == 1
    assert "?changes=7&amp;errors=3#errors" in client.get(page_of(row, "?changes=7&errors=2")).text


def test_warnings_and_what_was_passed_over_are_in_pages_too(exercise, consultant, sign_in):
    row = kept(consultant, exercise, "Available")
    told = [{"sheet": "S", "cell": f"A{number}", "message": f"Sentence {number}.", "title": ""} for number in range(5)]
    row.report |= {"warnings": told, "ignored": told}
    row.status = WorkbookImport.Status.DISCARDED
    row.save()
    client = sign_in(consultant)
    for name in ("warnings", "ignored"):
        text = " ".join(pages(client, row, name))
        assert all(f"Sentence {number}." in text for number in range(5))
    passed_over = text.partition('id="ignored"')[2].partition("</section>")[0]
    assert "5 places of the file were passed over" in passed_over
    assert "<details" not in passed_over  # a row deleted in the file is told nowhere else


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", ""])
def test_a_page_that_there_is_not_is_the_nearest_one(exercise, consultant, sign_in, number):
    row = kept(consultant, exercise, "Available")
    assert "of 5" in sign_in(consultant).get(page_of(row, f"?changes={number}")).text


def test_what_is_chosen_on_one_page_of_conflicts_stays_chosen(exercise, consultant, in_conflict, sign_in):
    client = sign_in(consultant)
    first = client.get(page_of(in_conflict)).text
    assert "3 conflicts on other pages are not chosen yet" in first
    assert 'value="apply"' not in first
    turned = client.post(page_of(in_conflict, "?conflicts=2"), {"do": "turn", **choosing(first, "take")})
    assert turned["Location"] == page_of(in_conflict, "?conflicts=2")
    second = client.get(turned["Location"]).text
    assert "1 conflict on another page is not chosen yet" in second
    client.post(page_of(in_conflict, "?conflicts=3"), {"do": "turn", **choosing(second, "keep")})
    third = client.get(page_of(in_conflict, "?conflicts=3")).text
    assert 'value="apply"' in third
    assert set(chosen(client.get(page_of(in_conflict)).text).values()) == {"take"}
    client.post(page_of(in_conflict, "?conflicts=3"), {"do": "apply", **choosing(third, "take")})
    values = [factories.cell(exercise, year=year).value for year in YEARS]
    assert sorted(values) == ["available"] * 3 + ["not_available"] * 2


@pytest.mark.parametrize(("do", "value"), [("keep_rest", "not_available"), ("take_rest", "available")])
def test_all_that_are_not_chosen_yet_take_one_side_by_a_button(exercise, consultant, in_conflict, sign_in, do, value):
    client = sign_in(consultant)
    first = client.get(page_of(in_conflict)).text
    other = {"keep_rest": "take", "take_rest": "keep"}[do]
    client.post(page_of(in_conflict), {"do": do, **choosing(first, other)})
    text = client.get(page_of(in_conflict)).text
    assert set(chosen(text).values()) == {other}
    client.post(page_of(in_conflict), {"do": "apply", **choosing(text, other)})
    assert [factories.cell(exercise, year=year).value for year in YEARS].count(value) == 3


def test_turning_the_pages_of_changes_keeps_the_choices_too(exercise, consultant, sign_in):
    row = kept(consultant, exercise, "Available")
    assess_all(consultant, exercise, "not_available", years=[2020])
    client = sign_in(consultant)
    text = client.get(page_of(row)).text
    assert 'formaction="?changes=2#changes" name="do" value="turn"' in text
    client.post(page_of(row, "?changes=2"), {"do": "turn", **choosing(text, "take")})
    assert list(chosen(client.get(page_of(row, "?changes=2")).text).values()) == ["take"]


def test_a_choice_made_before_somebody_changed_the_row_once_more_is_asked_again(
    exercise, consultant, in_conflict, sign_in
):
    client = sign_in(consultant)
    text = client.get(page_of(in_conflict)).text
    keep_choices(
        actor=consultant,
        workbook_import=in_conflict,
        choices={name.removeprefix("choice:"): value for name, value in choosing(text, "take").items()},
    )
    year = int(re.search(r"stock/(\d+)", next(iter(choosing(text, "take"))))[1])
    assess_all(consultant, exercise, "partially_available", years=[year])
    assert sorted(chosen(client.get(page_of(in_conflict)).text).values()) == ["keep", "take"]
    client.post(page_of(in_conflict), {"do": "apply", **choosing(text, "take")})
    assert factories.cell(exercise, year=year).value == "partially_available"


def test_a_worker_applies_what_was_chosen_on_all_pages(exercise, consultant, in_conflict, sign_in):
    client = sign_in(consultant)
    in_conflict.report = client.get(page_of(in_conflict)).context["report"]
    in_conflict.is_long = True
    in_conflict.save()
    first = client.get(page_of(in_conflict)).text
    client.post(page_of(in_conflict, "?conflicts=2"), {"do": "turn", **choosing(first, "take")})
    assert set(chosen(client.get(page_of(in_conflict)).text).values()) == {"take"}
    second = client.get(page_of(in_conflict, "?conflicts=2")).text
    client.post(page_of(in_conflict, "?conflicts=2"), {"do": "apply", **choosing(second, "keep")})
    in_conflict.refresh_from_db()
    assert sorted(choice.partition(":")[0] for choice in in_conflict.choices.values()) == ["keep"] * 2 + ["take"] * 2


def test_who_may_not_import_chooses_nothing(exercise, consultant, observer, in_conflict, sign_in):
    text = sign_in(consultant).get(page_of(in_conflict)).text
    client = sign_in(observer)
    answer = client.post(page_of(in_conflict, "?conflicts=2"), {"do": "turn", **choosing(text, "take")})
    assert "Only the consultants and coordinators" in answer.text
    in_conflict.refresh_from_db()
    assert in_conflict.choices == {}


def test_a_page_is_read_by_few_queries(exercise, consultant, in_conflict, sign_in):
    client = sign_in(consultant)
    client.get(page_of(in_conflict))
    for query in ("", "?conflicts=2&changes=1"):
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(in_conflict, query))
        assert len(queries) <= 17, "\n".join(one["sql"][:150] for one in queries)
