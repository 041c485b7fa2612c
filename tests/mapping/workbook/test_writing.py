"""What the workbook is made of: sheets, words, lists, stamps, and how many queries it takes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapping.workbook import sheets
from mapping.workbook.layout import sheet_names
from mapping.workbook.selectors import content_of
from mapping.workbook.write import write_workbook
from tests import factories
from tests.mapping.workbook.workbooks import address, compared, exported, in_grid, opened

pytestmark = pytest.mark.django_db


def test_a_section_has_its_two_tables_years_down_newest_first(exercise):
    sheet = opened(exported(exercise))["Immigration"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "Year")
    assert head[1:3] == ("Stock", "Stock by gender")
    years = [row[0] for row in rows if isinstance(row[0], int)]
    assert years == [2023, 2022, 2021, 2020, 2019, 2018]
    assert next(row for row in rows if row[0] == "Source")[:4] == (
        "Source", "Authors", "Institution", "Title / name of survey",
    )  # fmt: skip


def test_it_prints_on_a4_and_keeps_its_headings_in_sight(exercise):
    workbook = opened(exported(exercise))
    for sheet in workbook.worksheets[1:11]:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (
            9, "landscape", 0,
        )  # fmt: skip
        assert sheet.freeze_panes
        assert sheet.auto_filter.ref
        assert len(sheet.title) <= 31


def test_every_page_on_paper_begins_with_the_headings(exercise, consultant):
    factories.source(consultant, exercise)
    workbook = opened(exported(exercise))
    for name in ("Claims", "Cell notes", "Other sources", "Lists"):
        assert workbook[name].print_title_rows == "$1:$1"
    assert workbook["Immigration"].print_title_rows == "$1:$1"


def test_a_long_table_of_availability_takes_its_headings_along_a_short_one_would_head_the_sources_with_them(
    exercise, monkeypatch
):
    monkeypatch.setattr(sheets, "MANY_YEARS", 5)
    sheet = opened(write_workbook(content_of(exercise), by="Consultant"))["Immigration"]
    assert sheet.print_title_rows == "$1:$4"
    assert sheet["A4"].value == "Year"


def test_dropdowns_come_from_the_sheet_of_lists(exercise):
    workbook = opened(exported(exercise))
    rules = [rule for sheet in workbook.worksheets for rule in sheet.data_validations.dataValidation]
    lists = [rule for rule in rules if rule.type == "list"]
    assert lists
    assert all(rule.formula1.startswith("'Lists'!") for rule in lists)
    assert all(len(rule.prompt or "") <= 255 and len(rule.promptTitle or "") <= 32 for rule in rules)


def test_what_begins_like_a_formula_is_text(exercise, consultant):
    factories.source(consultant, exercise, sections=["immigration"], title="=1+1", institution="+7", note="@x\n-1")
    sheet = opened(exported(exercise))["Immigration"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value in {"=1+1", "+7", "@x\n-1"}]
    assert [(cell.data_type, cell.value) for cell in cells] == [("s", "+7"), ("s", "=1+1"), ("s", "@x\n-1")]


def test_a_partial_carries_its_reason_behind_a_colon_and_as_a_comment(exercise, consultant):
    factories.assess(consultant, factories.cell(exercise), "partially_available", partial_note="Women only")
    content = exported(exercise)
    cell = opened(content)["Immigration"][in_grid(content)]
    assert cell.value == "Partially available: survey or estimate"
    assert "Women only" in cell.comment.text


def test_the_stamps_are_hidden(exercise):
    assert opened(exported(exercise))["Stamps"].sheet_state == "hidden"


def test_a_claim_is_one_row_with_its_id(exercise, consultant):
    cell = factories.assess(consultant, factories.cell(exercise))
    content = exported(exercise)
    where = address(content, "Claims", row="IOM, 2024", column="Id")
    assert opened(content)["Claims"][where].value == cell.claims.get().pk


def test_names_of_sheets_are_what_excel_allows():
    titles = ["Claims", "A/B: c?", "Refugees hosted in the country and elsewhere", "Refugees hosted in the country and"]
    names = sheet_names(titles)
    assert names == ["Claims 2", "A B c", "Refugees hosted in the country", "Refugees hosted in the countr 2"]


def test_reading_an_exercise_takes_as_many_queries_however_much_it_holds(exercise, consultant):
    def queries():
        with CaptureQueriesContext(connection) as queries:
            content_of(exercise, consultant)
        return len(queries)

    content_of(exercise, consultant)  # the person's roles are read once
    empty = queries()
    for year in (2019, 2020, 2021):
        factories.assess(
            consultant,
            factories.cell(exercise, year=year),
            source=factories.source(consultant, exercise, author=f"Author {year}"),
        )
    assert queries() == empty <= 8
    with CaptureQueriesContext(connection) as comparing:
        content = exported(exercise)
        compared(consultant, exercise, content)
    assert len(comparing) <= 16
