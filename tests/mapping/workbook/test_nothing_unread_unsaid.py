"""What stands in a workbook and is not read is named with its place: tables, columns and rows that lost their heading."""

import pytest

from mapping.workbook.selectors import content_of
from mapping.workbook.services import compare_upload
from mapping.workbook.write_regional import write_regional
from tests import factories
from tests.mapping.workbook.workbooks import (
    compared,
    edited,
    exported,
    first_empty,
    in_grid,
    never_ours,
    opened,
    saved,
    sentences,
)

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def content(exercise, consultant):
    """An export with a source on the sheet of immigration, in row 14, and a claim."""
    source = factories.source(consultant, exercise, sections=["immigration"], title="Population")
    factories.assess(consultant, factories.cell(exercise), source=source)
    return exported(exercise)


def ignored(comparison):
    return {f"{place.sheet}!{place.cell}": place.message for place in comparison.ignored}


# --- Tables ------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Yr", None])
def test_a_table_of_years_without_its_first_heading_is_an_error(exercise, consultant, content, heading):
    content = edited(content, {("Immigration", "A4"): heading, ("Immigration", in_grid(content)): "Not available"})
    told = sentences(compared(consultant, exercise, content))
    assert "Its first heading must be “Year”" in told["Immigration!A4"]


def test_a_table_of_sources_whose_headings_were_all_retyped_is_an_error(exercise, consultant, content):
    retyped = {("Immigration", f"{column}13"): f"x{column}" for column in "ABCDEFGHIJKLMNOPQR"}
    told = sentences(compared(consultant, exercise, edited(content, retyped)))
    assert "down to row 14 no row has a year" in told["Immigration!A13"]
    assert "the headings of their table, which begin with" in told["Immigration!A13"]
    assert set(told) == {"Immigration!A13"}


def test_a_row_that_lost_its_year_is_an_error(exercise, consultant, content):
    where = in_grid(content)
    lost = edited(content, {("Immigration", f"A{where[1:]}"): None})
    assert sentences(compared(consultant, exercise, lost)) == {
        f"Immigration!{where}": "The row of this value has no year."
    }


def test_notes_above_the_first_table_of_a_section_are_named(exercise, consultant, content):
    noted = edited(content, {("Immigration", "A2"): "Ministry", ("Immigration", "C2"): "seen on Monday"})
    assert "above the headings" in ignored(compared(consultant, exercise, noted))["Immigration!A2"]


def test_a_hidden_sheet_that_is_read_is_named(exercise, consultant, content):
    workbook = opened(content)
    workbook["Immigration"].sheet_state = "hidden"
    found = compared(consultant, exercise, saved(workbook))
    assert [(one.sheet, "is hidden" in one.message) for one in found.warnings] == [("Immigration", True)]
    assert compared(consultant, exercise, content).warnings == []  # its stamps are hidden always


def test_a_new_source_whose_only_name_is_refused_is_told_that_alone(exercise, consultant, content):
    number = first_empty(content, "Immigration", "Source")
    told = sentences(compared(consultant, exercise, edited(content, {("Immigration", f"E{number}"): "no link"})))
    assert list(told) == [f"Immigration!E{number}"]
    assert "needs a name" not in told[f"Immigration!E{number}"]


def test_a_sheet_with_nothing_but_sources_below_a_title_is_read(exercise, consultant):
    rows = [["Sources of immigration"], [], ["Source", "Title", "Link"], ["S", "A survey", None]]
    workbook = opened(never_ours({"Immigration": rows}))
    workbook["Immigration"].merge_cells("A1:C1")
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.ignored, comparison.counts["new"]) == ([], [], 1)


@pytest.mark.parametrize(("sheet", "heading"), [("Claims", "Section"), ("Cell notes", "Section")])
def test_a_sheet_of_ours_whose_headings_were_all_retyped_is_an_error(exercise, consultant, content, sheet, heading):
    workbook = opened(content)
    for cell in workbook[sheet][1]:
        cell.value = f"x{cell.column}"
    told = sentences(compared(consultant, exercise, saved(workbook)))[f"{sheet}!A1"]
    assert f"No table was found on the sheet “{sheet}”" in told
    assert f"Its headings are “{heading}”, “Indicator”, “Year”" in told


def test_rows_above_the_headings_of_a_flat_table_are_named(exercise, consultant, content):
    workbook = opened(content)
    workbook["Claims"].move_range("A1:T1", rows=5)
    comparison = compared(consultant, exercise, saved(workbook))
    assert "above the headings" in ignored(comparison)["Claims!A2"]


# --- Columns -----------------------------------------------------------------


@pytest.mark.parametrize("column", ["C", "S"])  # S is the last
def test_an_indicator_without_its_heading_is_an_error_where_it_has_values(exercise, consultant, content, column):
    without = edited(content, {("Immigration", f"{column}4"): None})
    assert compared(consultant, exercise, without).errors == []
    told = sentences(compared(consultant, exercise, edited(without, {("Immigration", f"{column}6"): "yes"})))
    assert told.keys() == {f"Immigration!{column}4"}
    assert f"What stands in {column}6 and below was not read" in told[f"Immigration!{column}4"]


def test_a_column_of_sources_without_its_heading_is_named(exercise, consultant, content):
    comparison = compared(consultant, exercise, edited(content, {("Immigration", "C13"): None}))
    assert (comparison.errors, list(ignored(comparison))) == ([], ["Immigration!C13"])


def test_text_beside_the_tables_is_named_once_a_column_or_row(exercise, consultant, content):
    beside = {("Immigration", place): "Ask the ministry" for place in ("U5", "U6", "U8", "A12")}
    comparison = compared(consultant, exercise, edited(content, beside))
    assert (comparison.errors, set(ignored(comparison))) == ([], {"Immigration!U4", "Immigration!A12"})


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("Note", "Two columns are headed “Note”. Rename one."),
        ("Comments", "The columns “Comments” and “Note” mean the same here. Rename one."),
    ],
)
def test_two_columns_of_one_meaning_are_an_error_where_they_say_different_things(
    exercise, consultant, content, heading, told
):
    twice = edited(content, {("Immigration", "P13"): heading})
    assert compared(consultant, exercise, twice).errors == []
    twice = edited(twice, {("Immigration", "Q14"): "Mine"})
    assert sentences(compared(consultant, exercise, twice)) == {"Immigration!Q13": told}


def test_two_columns_of_years_that_differ_are_an_error(exercise, consultant):
    rows = [["Year", "Stock", "Year"], [2021, "yes", 2020]]
    comparison = compared(consultant, exercise, never_ours({"Immigration": rows}))
    assert sentences(comparison) == {"Immigration!C1": "Two columns are headed “Year”. Rename one."}


# --- Files of several exercises ----------------------------------------------


@pytest.fixture
def regional(exercise, content):
    return write_regional([content_of(exercise)])


def test_a_sheet_of_several_that_lost_its_first_heading_is_an_error(regional, regional_coordinator):
    content = edited(regional, {("Cells", "A1"): "Code"})
    found = compare_upload(actor=regional_coordinator, exercise=None, content=content).report()
    assert [(error["sheet"], error["cell"]) for error in found["errors"]] == [("Cells", "A1")]
    assert "Its headings are “Exercise”, “Section”" in found["errors"][0]["message"]


def test_strange_sheets_and_columns_of_several_are_named_though_nothing_else_was_touched(
    regional, regional_coordinator
):
    workbook = opened(regional)
    workbook.create_sheet("My notes").append(["x"])
    workbook["Cells"]["M40"] = "beside"
    workbook["Cells"]["K1"], workbook["Cells"]["K50"] = "Mine", "mine"
    found = compare_upload(actor=regional_coordinator, exercise=None, content=saved(workbook)).report()
    assert found["errors"] == []
    assert {(one["sheet"], one["cell"]) for one in found["ignored"]} == {
        ("My notes", "A1"), ("Cells", "M1"), ("Cells", "K1"),
    }  # fmt: skip


def test_a_doubled_heading_of_several_is_an_error(regional, regional_coordinator):
    content = edited(regional, {("Sources", "R1"): "Institution", ("Sources", "R2"): "Another"})
    found = compare_upload(actor=regional_coordinator, exercise=None, content=content).report()
    assert [error["message"] for error in found["errors"]] == ["Two columns are headed “Institution”. Rename one."]
