"""A file of several exercises, and blank workbooks."""

from io import BytesIO

import pytest

from accounts.refusals import Refused
from mapping.audit.models import Entry, Verb
from mapping.countries.models import Exercise, Role
from mapping.countries.services import freeze
from mapping.framework.models import Methodology
from mapping.sources.models import Source
from mapping.workbook import opening, services
from mapping.workbook.job_services import order_application, receive, work
from mapping.workbook.models import WorkbookImport
from mapping.workbook.opening import Unusable
from mapping.workbook.selectors import content_of
from mapping.workbook.services import NotApplicable, apply_import, compare_upload, upload
from mapping.workbook.write_regional import write_regional
from tests import factories
from tests.mapping.workbook.workbooks import address, compared, edited, first_empty, in_grid, never_ours, opened, saved

pytestmark = pytest.mark.django_db

HOME = "/desk/workbooks/"


@pytest.fixture
def two(exercise, outsider, consultant):
    """Kyrgyzstan with a source and a claim, Tajikistan with a value."""
    other = Exercise.objects.select_related("country", "methodology").get(code="TJK-2024")
    source = factories.source(consultant, exercise, sections=["immigration", "emigration"])
    factories.assess(consultant, factories.cell(exercise), source=source)
    factories.assess(outsider, factories.cell(other), "not_available")
    return [exercise, other]


@pytest.fixture
def content(two):
    return write_regional(map(content_of, two))


def place(content, sheet, code, column, row=0):
    """The address in a column of the row-th row of an exercise that has a 2020 or is a source."""
    found = next(one for one in opening.open_sheets(content) if one.name == sheet)
    at = found.rows[0].index(column)
    numbers = [
        number
        for number, line in enumerate(found.rows)
        if line[0] == code and (sheet != "Cells" or line[1:4] == ["immigration", "stock", 2020])
    ]
    return found.address(numbers[row], at)


def test_its_tables_offer_the_words_follow_them_with_colours_and_print_their_headings(content):
    workbook = opened(content)
    for name in ("Cells", "Sources", "Claims"):
        sheet = workbook[name]
        assert (sheet.print_title_rows, sheet.page_setup.paperSize, sheet.freeze_panes) == ("$1:$1", 9, "B2")
        assert sheet.auto_filter.ref
    offered = {one.formula1 for one in workbook["Cells"].data_validations.dataValidation if one.type == "list"}
    lists = [[cell.value for cell in column if cell.value] for column in workbook["Lists"].columns]
    assert offered == {"'Lists'!$A$1:$A$5", f"'Lists'!$B$1:$B${len(lists[1])}"}
    assert lists[0] == ["Available", "Partially available", "Not available", "Not applicable", "Not assessed"]
    assert len(workbook["Cells"].conditional_formatting) == 1


def test_a_hidden_sheet_that_is_read_is_named(content, regional_coordinator):
    workbook = opened(content)
    workbook["Sources"].sheet_state = "hidden"
    report = compare_upload(actor=regional_coordinator, exercise=None, content=saved(workbook)).report()
    assert [(one["sheet"], "is hidden" in one["message"]) for one in report["warnings"]] == [("Sources", True)]


def test_an_untouched_file_changes_nothing(two, content, regional_coordinator):
    found = compare_upload(actor=regional_coordinator, exercise=None, content=content)
    report = found.report()
    assert (report["changes"], report["errors"], report["ignored"]) == ([], [], [])
    assert report["counts"]["unchanged"] == 2 * 804 + 1 + 2
    assert not found.has_edits


def test_what_nobody_touched_is_not_even_read(two, content, regional_coordinator, monkeypatch):
    read = []
    monkeypatch.setattr(
        services, "content_of", lambda exercise, *others: read.append(exercise.code) or content_of(exercise, *others)
    )
    compare_upload(actor=regional_coordinator, exercise=None, content=content)
    assert read == []
    one = edited(content, {("Cells", place(content, "Cells", "TJK-2024", "Value")): "yes"})
    found = compare_upload(actor=regional_coordinator, exercise=None, content=one).report()
    assert read == ["TJK-2024"]
    assert (found["counts"]["changed"], found["counts"]["unchanged"]) == (1, 2 * 804 + 1 + 2 - 1)


def test_a_row_that_was_changed_here_since_is_compared_though_the_file_is_as_it_was(
    two, content, consultant, regional_coordinator
):
    cell = factories.cell(two[0])
    cell.refresh_from_db()
    factories.assess(consultant, cell, "not_available")
    found = compare_upload(actor=regional_coordinator, exercise=None, content=content).report()
    assert (found["changes"], found["conflicts"], found["errors"]) == ([], [], [])


@pytest.mark.parametrize(
    ("sheet", "told"), [("Sources", "Two rows carry this id."), ("Claims", "Two rows carry this id.")]
)
def test_a_copy_of_an_untouched_row_is_found(two, content, regional_coordinator, sheet, told):
    book = opened(content)
    rows = [[cell.value for cell in row] for row in book[sheet].iter_rows() if row[0].value == "KGZ-2024"]
    book[sheet].append(rows[0])
    found = compare_upload(actor=regional_coordinator, exercise=None, content=saved(book)).report()
    assert told in " ".join(error["message"] for error in found["errors"])


def test_a_row_that_is_missing_among_untouched_ones_is_told(two, content, regional_coordinator):
    book = opened(content)
    number = next(row[0].row for row in book["Sources"].iter_rows() if row[0].value == "KGZ-2024")
    book["Sources"].delete_rows(number)
    found = compare_upload(actor=regional_coordinator, exercise=None, content=saved(book)).report()
    assert "Nothing is deleted by a workbook." in found["ignored"][0]["message"]


def test_a_forged_fingerprint_lets_nothing_in(two, content, regional_coordinator):
    book = opened(content)
    for row in book["Stamps"].iter_rows():
        if row[0].value in {"cell", "source", "claim"}:
            row[-1].value = "0" * 16
    found = compare_upload(actor=regional_coordinator, exercise=None, content=saved(book)).report()
    assert (found["changes"], found["errors"], found["counts"]["unchanged"]) == ([], [], 2 * 804 + 1 + 2)


def test_changes_go_to_their_exercises_as_one_act(two, content, regional_coordinator):
    number = first_empty(content, "Sources", "Exercise")
    content = edited(
        content,
        {
            ("Cells", place(content, "Cells", "KGZ-2024", "Value")): "no",
            ("Cells", place(content, "Cells", "TJK-2024", "Value")): "yes",
            ("Sources", place(content, "Sources", "KGZ-2024", "Institution")): "Changed",
            ("Sources", f"A{number}"): "tjk-2024",
            ("Sources", f"E{number}"): "New there",
            ("Sources", f"S{number}"): "Immigration; remittances",
        },
    )
    row = upload(actor=regional_coordinator, exercise=None, name="region.xlsx", content=content)
    assert (row.report["errors"], row.report["counts"]["changed"], row.report["counts"]["new"]) == ([], 3, 1)
    assert {change["title"].partition(":")[0] for change in row.report["changes"]} == {"KGZ-2024", "TJK-2024"}
    apply_import(actor=regional_coordinator, workbook_import=row)
    assert [factories.cell(one).value for one in two] == ["not_available", "available"]
    new = Source.objects.get(exercise=two[1])
    assert (new.title, new.sections) == ("New there", ["immigration", "remittances"])
    told = Entry.objects.filter(verb=Verb.IMPORTED)
    assert {entry.exercise_code for entry in told} == {"KGZ-2024", "TJK-2024"}
    assert len({entry.act for entry in told}) == 1
    again = upload(actor=regional_coordinator, exercise=None, name="region.xlsx", content=content)
    assert again.report["changes"] == []


def test_conflicts_are_chosen_exercise_by_exercise(two, content, consultant, regional_coordinator):
    for exercise in two:
        factories.assess(regional_coordinator, factories.cell(exercise), "partially_available")
    changed = {
        ("Cells", place(content, "Cells", "KGZ-2024", "Value")): "no",
        ("Cells", place(content, "Cells", "TJK-2024", "Value")): "yes",
    }
    content = edited(content, changed)
    row = upload(actor=regional_coordinator, exercise=None, name="region.xlsx", content=content)
    keys = [conflict["key"] for conflict in row.report["conflicts"]]
    assert keys == [f"{code}|cell:immigration/stock/2020:value" for code in ("KGZ-2024", "TJK-2024")]
    with pytest.raises(NotApplicable):
        apply_import(actor=regional_coordinator, workbook_import=row)
    apply_import(actor=regional_coordinator, workbook_import=row, choices={keys[0]: "keep", keys[1]: "take"})
    assert [factories.cell(one).value for one in two] == ["partially_available", "available"]


def test_an_exercise_that_the_person_may_not_change_is_an_error(two, content, coordinator, regional_coordinator):
    found = compare_upload(actor=coordinator, exercise=None, content=content)
    assert [error.message for error in found.errors] == ["“TJK-2024” is no exercise that you may change."]
    freeze(actor=regional_coordinator, exercise=two[1], reason="Done")
    found = compare_upload(actor=regional_coordinator, exercise=None, content=content)
    assert "frozen" in found.errors[0].message
    assert not found.can_apply


def test_on_the_page_of_one_exercise_it_is_refused_as_what_it_is(two, content, regional_coordinator):
    flat = write_regional([content_of(two[0])])
    for exercise, file in ((two[0], content), (two[1], content), (two[0], flat)):
        with pytest.raises(Unusable, match="This is a file of several exercises"):
            upload(actor=regional_coordinator, exercise=exercise, name="region.xlsx", content=file)


def test_it_is_a_coordinators(two, content, consultant, observer):
    for person in (consultant, observer):
        with pytest.raises(Refused, match="Only coordinators"):
            upload(actor=person, exercise=None, name="region.xlsx", content=content)


def test_rows_without_an_exercise_and_files_without_such_a_column_are_told(two, content, regional_coordinator):
    number = first_empty(content, "Sources", "Exercise")
    found = compare_upload(
        actor=regional_coordinator, exercise=None, content=edited(content, {("Sources", f"E{number}"): "Whose?"})
    )
    assert [(error.sheet, error.cell) for error in found.errors] == [("Sources", f"A{number}")]
    with pytest.raises(Unusable, match="No sheet has a column"):
        compare_upload(actor=regional_coordinator, exercise=None, content=never_ours({"Cells": [["Year"], [2020]]}))


def test_a_long_one_is_a_workers(two, content, regional_coordinator, monkeypatch):
    monkeypatch.setattr(opening, "LONG_ROWS", 100)
    content = edited(content, {("Cells", place(content, "Cells", "TJK-2024", "Value")): "yes"})
    row = receive(actor=regional_coordinator, exercise=None, name="region.xlsx", content=content)
    work(import_id=row.pk)
    row.refresh_from_db()
    assert row.step_title == "Comparing TJK-2024"
    order_application(actor=regional_coordinator, workbook_import=row)
    work(import_id=row.pk)
    row.refresh_from_db()
    assert (row.status, factories.cell(two[1]).value) == ("applied", "available")


def test_its_pages(two, coordinator, regional_coordinator, consultant, sign_in):
    client = sign_in(regional_coordinator)
    assert "KGZ-2024" in client.get(HOME).text
    content = client.get(f"{HOME}download/").content
    assert opened(content).sheetnames == ["Cells", "Sources", "Claims", "Lists", "Stamps"]
    file = BytesIO(edited(content, {("Cells", place(content, "Cells", "KGZ-2024", "Value")): "?"}))
    file.name = "region.xlsx"
    page = client.post(HOME, {"file": file}, follow=True)
    assert "KGZ-2024: Stock, 2020" in page.text
    kept = WorkbookImport.objects.get()
    assert client.get(f"{HOME}{kept.pk}/marked/").status_code == 200
    assert b"".join(client.get(f"{HOME}{kept.pk}/file/").streaming_content) == file.getvalue()
    client.post(f"{HOME}{kept.pk}/", {"do": "discard"})
    assert "discarded" in client.get(HOME).text
    for person in (coordinator, consultant):  # it tells of Tajikistan too
        assert sign_in(person).get(f"{HOME}{kept.pk}/").status_code == 404
        one = sign_in(person).get(f"{HOME}download/?exercise=KGZ-2024&exercise=TJK-2024").content
        codes = {row[0] for row in opened(one)["Cells"].iter_rows(min_row=2, values_only=True)}
        assert codes == {"KGZ-2024"}
    assert sign_in(factories.person("nobody")).get(HOME).status_code in {302, 403}


def test_a_blank_workbook_of_an_exercise_is_filled_in_and_brought_in(two, consultant, sign_in):
    content = sign_in(consultant).get("/desk/exercises/KGZ-2024/workbook/blank/").content
    assert compared(consultant, two[0], content).changes == []
    content = edited(content, {("Immigration", in_grid(content, year=2021)): "yes"})
    comparison = compared(consultant, two[0], content)
    assert (comparison.counts["changed"], comparison.errors, comparison.ignored) == (1, [], [])


def test_a_blank_workbook_of_a_methodology_serves_a_new_country(two, outsider, sign_in):
    methodology = Methodology.objects.get()
    response = sign_in(outsider).get(f"{HOME}blank/{methodology.pk}/")
    content = edited(
        response.content, {("Remittances", in_grid(response.content, "Remittances", "Remittance inflow")): "yes"}
    )
    assert address(content, "Immigration", row=2020, column="Stock", head="Year")
    comparison = compared(outsider, two[1], content)
    assert (comparison.counts["changed"], comparison.errors) == (1, [])
    assert factories.Assignment.objects.filter(role=Role.CONSULTANT).exists()
