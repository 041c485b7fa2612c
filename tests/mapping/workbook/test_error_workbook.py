"""The error workbook: the person's own file, faulty cells marked; fixed, it goes in whole and once."""

import zipfile
from io import BytesIO

import pytest
from openpyxl.comments import Comment

from mapping.sources.models import Source
from mapping.workbook import marked
from mapping.workbook.marked import marked_workbook
from mapping.workbook.models import WorkbookImport
from mapping.workbook.services import apply_import, upload
from tests import factories
from tests.mapping.workbook.workbooks import compared, edited, exported, first_empty, in_grid, opened, saved

pytestmark = [pytest.mark.once, pytest.mark.django_db]

HOME = "/desk/exercises/KGZ-2024/workbook/"


def faulty(exercise):
    """Two faults, a new source and a new value that are right; the places of the faults."""
    content = exported(exercise)
    number = first_empty(content, "Immigration", "Source")
    bad = {("Immigration", in_grid(content)): "N/A", ("Immigration", f"G{number}"): "now and then"}
    right = {("Immigration", in_grid(content, year=2021)): "yes", ("Immigration", f"D{number}"): "Survey"}
    return edited(content, {**bad, **right}), [place for _sheet, place in bad]


def marks(content):
    return {
        cell.coordinate: cell.comment.text
        for row in opened(content)["Immigration"].iter_rows()
        for cell in row
        if cell.comment
    }


def test_fixing_only_what_is_marked_succeeds_and_makes_no_duplicates(exercise, consultant, sign_in):
    client = sign_in(consultant)
    content, places = faulty(exercise)
    kept = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=content)
    page = client.get(f"{HOME}{kept.pk}/")
    assert f"{HOME}{kept.pk}/marked/" in page.text
    response = client.get(f"{HOME}{kept.pk}/marked/")
    assert "errors" in response.headers["Content-Disposition"]
    told = marks(response.content)
    assert sorted(told) == sorted(places)
    assert all("Write one of" in sentence for sentence in told.values())
    workbook = opened(response.content)
    workbook["Immigration"][places[0]] = "no"
    workbook["Immigration"][places[1]] = "Annual"
    fixed = saved(workbook)
    for _time in range(2):
        again = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=fixed)
        if again.report["counts"]["new"]:
            apply_import(actor=consultant, workbook_import=again)
    assert WorkbookImport.objects.order_by("pk").last().report["changes"] == []
    assert Source.objects.get().title == "Survey"
    assert factories.cell(exercise).value == "not_available"


def test_what_was_fixed_is_clean_in_the_next_file(exercise, consultant):
    content, places = faulty(exercise)
    first = marked_workbook(content, errors_of(consultant, exercise, content))
    workbook = opened(first)
    workbook["Immigration"][places[0]] = "no"
    half = saved(workbook)
    second = marked_workbook(half, errors_of(consultant, exercise, half))
    assert list(marks(second)) == places[1:]
    assert opened(second)["Immigration"][places[0]].fill.fill_type is None


def errors_of(actor, exercise, content):
    return [vars(error) for error in compared(actor, exercise, content).errors]


def test_a_comment_of_theirs_is_kept_and_a_merged_cell_is_marked_where_it_is_seen(exercise, consultant):
    content = exported(exercise)
    first, second = in_grid(content, year=2022), in_grid(content, year=2021)
    workbook = opened(content)
    sheet = workbook["Immigration"]
    sheet[first] = "?"
    sheet[first].comment = Comment("Ask Aida", "Ministry")
    sheet.merge_cells(f"{first}:{second}")
    content = saved(workbook)
    for _time in range(2):
        content = marked_workbook(content, errors_of(consultant, exercise, content))
        told = marks(content)
        assert list(told) == [first]
        assert told[first].startswith("Ask Aida\n\n⚠ ")
        assert told[first].count("⚠") == 2  # a sentence for each cell that the range covers


def test_a_file_that_cannot_be_marked_is_told(exercise, consultant, sign_in, monkeypatch):
    content, _places = faulty(exercise)
    kept = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=content)
    client = sign_in(consultant)
    monkeypatch.setattr(marked, "MOST_BYTES", 10)
    page = client.get(f"{HOME}{kept.pk}/marked/", follow=True)
    assert "too large to be marked" in page.text
    monkeypatch.undo()
    clean = upload(actor=consultant, exercise=exercise, name="b.xlsx", content=exported(exercise))
    assert "None of the errors" in client.get(f"{HOME}{clean.pk}/marked/", follow=True).text


def test_the_marked_file_keeps_dropdowns_and_stamps(exercise, consultant):
    content, _places = faulty(exercise)
    content = marked_workbook(content, errors_of(consultant, exercise, content))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
    workbook = opened(content)
    assert workbook["Stamps"].sheet_state == "hidden"
    assert workbook["Immigration"].data_validations.dataValidation
