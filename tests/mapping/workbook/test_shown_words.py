"""What the page of an import shows: words for keys, sentences that are true, and what became of each choice."""

import re
from datetime import date

import pytest
from django.urls import reverse

from mapping.availability.services import CellEdit, save_cell
from mapping.sources.services import change_source
from mapping.workbook.selectors import content_of
from mapping.workbook.services import upload
from mapping.workbook.write_regional import write_regional
from tests import factories
from tests.mapping.workbook.workbooks import address, edited, exported, first_empty, in_grid, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(exercise, consultant):
    return factories.source(
        consultant, exercise, sections=["immigration"], data_source_type="administrative_data", frequency="annual"
    )


def kept(actor, exercise, content, edits):
    return upload(actor=actor, exercise=exercise, name="w.xlsx", content=edited(content, edits))


def page_of(row):
    code = f"exercises/{row.exercise.code}/workbook" if row.exercise else "workbooks"
    return f"/desk/{code}/{row.pk}/"


def shown(client, row):
    """The page as a reader sees it: its text, without tags."""
    text = re.sub(r"<[^>]+>", " ", client.get(page_of(row)).text.partition("<h1>")[2])
    return " ".join(text.split())


def of_source(content, column, sheet="Immigration", head="Sources by year"):
    return (sheet, address(content, sheet, row="NSC KR, 2023", column=column, head=head))


def test_keys_of_the_methodology_are_shown_as_its_words_and_dates_day_first(exercise, consultant, source, sign_in):
    content = exported(exercise)
    new = first_empty(content, "Emigration", "Source")
    edits = {
        of_source(content, "Data source"): "Census",
        of_source(content, "Frequency"): "Monthly",
        of_source(content, "Accessed on"): date(2023, 4, 3),
        ("Emigration", f"A{new}"): "A new one",
    }
    text = shown(sign_in(consultant), kept(consultant, exercise, content, edits))
    assert "Administrative data Census" in text
    assert "Annual Monthly" in text
    assert "– 03-04-2023" in text
    assert "sections Emigration" in text
    for key in ("administrative_data", "census", "annual", "2023-04-03", "sections emigration"):
        assert key not in text


def test_so_they_are_for_a_file_of_several_exercises(exercise, consultant, source, regional_coordinator, sign_in):
    content = write_regional([content_of(exercise)])
    edits = {
        of_source(content, "Data source", "Sources", "Exercise"): "Census",
        of_source(content, "Sections", "Sources", "Exercise"): "Immigration; Remittances",
    }
    text = shown(sign_in(regional_coordinator), kept(regional_coordinator, None, content, edits))
    assert "Administrative data Census" in text
    assert "Immigration Immigration; Remittances" in text


YEARS = (2020, 2021, 2022)


def of_stock(content, text, years=YEARS):
    return {("Immigration", in_grid(content, year=year)): text for year in years}


@pytest.fixture
def in_conflict(exercise, consultant):
    """An upload with three conflicts, in which the file says available and here is not available, and a change."""
    content = exported(exercise)
    edits = of_stock(content, "Available") | of_stock(content, "Not available", [2019])
    row = kept(consultant, exercise, content, edits)
    change_here(consultant, exercise)
    return row


def change_here(actor, exercise, years=YEARS):
    for year in years:
        cell = factories.cell(exercise, year=year)
        save_cell(actor=actor, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": "not_available"}))


def choosing(**sides):
    return {f"choice:cell:immigration/stock/{year[1:]}:value": side for year, side in sides.items()}


def test_only_a_file_without_errors_and_conflicts_says_what_is_here_already(exercise, consultant, sign_in):
    client, content = sign_in(consultant), exported(exercise)
    same = "The file says what is here already."
    assert same in shown(client, kept(consultant, exercise, content, {}))
    wrong = shown(client, kept(consultant, exercise, content, of_stock(content, "N/A", [2020])))
    row = kept(consultant, exercise, content, of_stock(content, "Available", [2020]))
    change_here(consultant, exercise, [2020])
    for text in (wrong, shown(client, row)):
        assert same not in text
        assert "Nothing else would change." in text


def test_who_keeps_what_is_here_in_all_conflicts_is_told_to_put_the_file_aside(exercise, consultant, sign_in):
    client, content = sign_in(consultant), exported(exercise)
    row = kept(consultant, exercise, content, of_stock(content, "Available"))
    change_here(consultant, exercise)
    answer = client.post(page_of(row), {"do": "apply", **choosing(y2020="keep", y2021="keep", y2022="keep")})
    assert "All conflicts were decided for what is here: nothing is left to apply. Discard" in answer.text
    assert "says what is here already" not in answer.text
    row.refresh_from_db()
    assert row.status == "compared"


def test_an_applied_file_tells_what_was_chosen_and_counts_what_it_lists(consultant, in_conflict, sign_in):
    client = sign_in(consultant)
    assert "3 conflicts to choose" in shown(client, in_conflict)
    client.post(page_of(in_conflict), {"do": "apply", **choosing(y2020="keep", y2021="take", y2022="take")})
    text = shown(client, in_conflict)
    assert "to choose" not in text
    assert "3 conflicts, as they were chosen" in text
    conflicts = text.partition("3 conflicts, as")[2].partition("3 changed, 0 new")[0]
    assert (conflicts.count(" kept "), conflicts.count(" taken ")) == (1, 2)
    assert "2 rows with conflicts are among them" in text


def test_an_applied_file_tells_what_was_chosen_last(consultant, in_conflict, sign_in):
    client, page = sign_in(consultant), page_of(in_conflict)
    client.post(page, {"do": "turn", **choosing(y2020="take", y2021="take", y2022="take")})
    client.post(page, {"do": "apply", **choosing(y2020="keep", y2021="keep", y2022="keep")})
    text = shown(client, in_conflict)
    conflicts = text.partition("3 conflicts, as")[2].partition("1 changed, 0 new")[0]
    assert (conflicts.count(" kept "), conflicts.count(" taken ")) == (3, 0)


def test_a_row_in_conflict_that_changes_elsewhere_too_is_not_told_as_taken(exercise, consultant, source, sign_in):
    content = exported(exercise)
    row = kept(
        consultant, exercise, content, {of_source(content, "Note"): "Mine", of_source(content, "Authors"): "One"}
    )
    change_source(actor=consultant, source=source, version=source.version, values={"note": "Theirs"})
    text = shown(sign_in(consultant), row)
    assert "1 conflict to choose" in text
    assert "the file's side is taken" not in text


def test_a_row_that_was_deleted_in_the_file_is_told_in_the_open(exercise, consultant, source, sign_in):
    content = exported(exercise)
    row = _number(of_source(content, "Id")[1])
    gone = {("Immigration", f"{letter}{row}"): None for letter in "ABCDEFGHIJKLMNOPQR"}
    page = sign_in(consultant).get(page_of(kept(consultant, exercise, content, gone))).text
    assert "1 place of the file was passed over" in page
    assert "The row of NSC KR, 2023 is not in the file." in page
    assert f'<a href="{reverse("admin:mapping_source_change", args=[source.pk])}">Open it</a>' in page
    assert "<details" not in page.partition('id="ignored"')[2]


REOPENED = "approved: will be reopened"


def test_what_is_approved_and_would_be_reopened_is_marked_until_it_is_applied(
    exercise, consultant, reviewer, source, sign_in
):
    cell = factories.assess(consultant, factories.cell(exercise), source=source)
    factories.submit(consultant, source, cell)
    factories.approve(reviewer, source, cell)
    content = exported(exercise)
    edits = {
        **of_stock(content, "Not available", [2020, 2021]),
        of_source(content, "Authors"): "One",
        ("Claims", address(content, "Claims", row="NSC KR, 2023", column="When")): "28-11-2023",
    }
    client, row = sign_in(consultant), kept(consultant, exercise, content, edits)
    text = shown(client, row)
    assert text.count(REOPENED) == 3
    for title in ("Stock, 2020", "NSC KR, 2023", "Stock, 2020: NSC KR, 2023"):
        assert f"{title} {REOPENED}" in text
    client.post(page_of(row), {"do": "apply"})
    assert REOPENED not in shown(client, row)


def test_a_new_claim_of_an_approved_cell_reopens_it(exercise, consultant, reviewer, source, sign_in):
    cell = factories.assess(consultant, factories.cell(exercise), source=source)
    factories.submit(consultant, source, cell)
    factories.approve(reviewer, source, cell)
    content = exported(exercise)
    number = first_empty(content, "Claims", "Section")
    told = {"A": "Immigration", "B": "Stock", "C": 2020, "D": "NSC KR, 2023", "H": "not available"}
    edits = {("Claims", f"{column}{number}"): text for column, text in told.items()}
    assert f"new {REOPENED}" in shown(sign_in(consultant), kept(consultant, exercise, content, edits))


def test_a_conflict_tells_who_changed_the_row_here_and_whether_it_is_approved(exercise, consultant, reviewer, sign_in):
    cell = factories.assess(consultant, factories.cell(exercise))
    content = exported(exercise)
    cell.refresh_from_db()
    save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": "not_applicable"}))
    cell.refresh_from_db()
    factories.approve(reviewer, factories.submit(consultant, cell))
    row = kept(consultant, exercise, content, of_stock(content, "Not available", [2020]))
    text = shown(sign_in(consultant), row)
    assert f"row last changed by {consultant}," in text
    assert "approved: will be reopened if the file is taken" in text


def test_of_several_exercises_only_the_approved_one_is_marked(
    exercise, consultant, reviewer, regional_coordinator, sign_in
):
    cell = factories.assess(consultant, factories.cell(exercise))
    factories.approve(reviewer, factories.submit(consultant, cell))
    other = factories.exercise("TJK-2024", "TJK")
    content = write_regional(map(content_of, [exercise, other]))
    sheet = opened(content)["Cells"]
    column = next(one.column_letter for one in sheet[1] if one.value == "Value")
    rows = [line[0].row for line in sheet if [one.value for one in line[1:4]] == ["immigration", "stock", 2020]]
    edits = {("Cells", f"{column}{row}"): "Partially available" for row in rows}
    text = shown(sign_in(regional_coordinator), kept(regional_coordinator, None, content, edits))
    assert f"KGZ-2024: Stock, 2020 {REOPENED}" in text
    assert "TJK-2024: Stock, 2020" in text
    assert text.count(REOPENED) == 1


def _number(place):
    return re.search(r"\d+", place)[0]
