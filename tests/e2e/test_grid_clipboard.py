"""The grid in a real browser: copy and paste, from and to spreadsheets."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests import factories
from tests.e2e.grids import press, saved, td, values

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Stock by place of origin in home country"


def paste(page, cell, text):
    """Paste as the browser does at Ctrl+V, with what a spreadsheet puts on the clipboard."""
    td(page, cell).focus()
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


# Copied from LibreOffice Calc: a heading cell with a line break in it is quoted, rows end in CRLF, merged cells leave blanks.
FROM_CALC = (
    '"Indicator\nof the section"\t2018\t2019\t2020\r\n'
    f"{TITLE}\tYes\tчастично\tнет\r\n"
    "Flows by age\tAvailable\t\tnot applicable\r\n"
)


def test_a_block_with_headings_goes_where_they_say(grid, exercise):
    paste(grid, factories.cell(exercise, "flows", 2023), FROM_CALC)
    saved(grid)
    cells = exercise.cells.filter(indicator__section__key="immigration").exclude(value="")
    assert {(str(cell), cell.value) for cell in cells.select_related("indicator")} == {
        (f"{TITLE}, 2018", "available"),
        (f"{TITLE}, 2019", "partially_available"),
        (f"{TITLE}, 2020", "not_available"),
        ("Flows by age, 2018", "available"),
        ("Flows by age, 2020", "not_applicable"),
    }
    grid.keyboard.press("Control+z")
    saved(grid)
    assert not any(values(exercise))


def test_a_block_as_table_1_is_turned(grid, exercise):
    paste(grid, factories.cell(exercise), "Year\tStock\tFlows\r\n2023\t●\t✕\r\n2022\t1\t3\r\n")
    saved(grid)
    assert [factories.cell(exercise, key, year).value for key in ("stock", "flows") for year in (2022, 2023)] == [
        "available",
        "available",
        "not_available",
        "not_available",
    ]


@pytest.mark.parametrize("heads", ["2018 г.\t2019 г.", "2018.0\t2019,0", "2018*\t2019*"])
def test_years_are_understood_as_people_write_them(grid, exercise, heads):
    paste(grid, factories.cell(exercise, year=2021), f"\t{heads}\nStock\tнет\tда\n")
    saved(grid)
    now = [factories.cell(exercise, year=year).value for year in (2018, 2019, 2021, 2022)]
    assert now == ["not_available", "available", "", ""]


def test_headings_that_nobody_understands_are_told_and_place_nothing(grid, exercise):
    paste(grid, factories.cell(exercise, year=2021), "\tbefore\tafter\nStock\tнет\tда\n")
    dialog = grid.get_by_role("dialog", name="Paste")
    expect(dialog).to_contain_text("“before” is no year of this page")
    expect(dialog).to_contain_text("“after” is no year of this page")
    expect(dialog.get_by_role("button", name="Apply")).to_be_hidden()
    assert not any(values(exercise))


def test_one_row_with_its_title_goes_where_it_says(grid, exercise):
    paste(grid, factories.cell(exercise, year=2018), f"{TITLE}\tyes\tno")
    saved(grid)
    assert [values(exercise, indicator__title=TITLE)[at] for at in (0, 1)] == ["available", "not_available"]


def test_what_is_not_understood_is_shown_and_the_good_ones_wait_for_a_yes(grid, exercise):
    rows = ["Yes\tmaybe\t=A1", "no"] + ["Yes"] * 3
    paste(grid, factories.cell(exercise, "flows_by_marital_status", 2022), "\r\n".join(rows))
    dialog = grid.get_by_role("dialog", name="Paste")
    assert dialog.locator(".problems li").all_text_contents() == [
        "“maybe” is none of the values: Flows by marital status, 2023",
        (
            "5 values lie outside the grid: row 1, column 3 of the block; row 2, column 1 of the block; "
            "row 3, column 1 of the block; and 2 more"
        ),
    ]
    assert not any(values(exercise))
    dialog.get_by_role("button", name="Apply 1 cell").click()
    saved(grid)
    assert factories.cell(exercise, "flows_by_marital_status", 2022).value == "available"


def test_a_spelling_that_may_mean_several_things_is_asked_for(grid, exercise):
    paste(grid, factories.cell(exercise, year=2018), "Yes\tN/A\t-\tn/a\t=A1\t0")
    dialog = grid.get_by_role("dialog", name="Paste")
    expect(dialog).to_contain_text("“=A1” is a formula, not a value: Stock, 2022")
    expect(dialog.get_by_role("button", name="Apply 1 cell")).to_be_visible()
    expect(dialog.get_by_label("“N/A” (2 cells) may mean several things:")).to_be_focused()
    dialog.get_by_label("“N/A” (2 cells) may mean several things:").select_option("Not available")
    expect(dialog.get_by_role("button", name="Apply 3 cells")).to_be_visible()
    dialog.get_by_label("“-” (1 cell) may mean several things:").select_option("leave these cells as they are")
    expect(dialog.get_by_label("“0” (1 cell) may mean several things:")).to_be_visible()  # of 0 and 1, or the key 0
    dialog.get_by_role("button", name="Apply 3 cells").click()
    saved(grid)
    assert values(exercise)[:5] == ["available", "not_available", "", "not_available", ""]


def test_ten_megabytes_do_not_hang_it(grid, exercise):
    td(grid, factories.cell(exercise, year=2018)).focus()
    milliseconds = grid.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", ("Available\\t".repeat(20) + "\\r\\n").repeat(50_000));
          const start = performance.now();
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
          return performance.now() - start;
        }"""
    )
    assert milliseconds < 2000
    expect(grid.get_by_role("dialog", name="Paste")).to_contain_text("rows more do not fit the grid")


def test_one_value_fills_the_selection_and_a_copy_comes_back_the_same(grid, exercise):
    press(grid, factories.cell(exercise, year=2018), "Shift+ArrowRight", "Shift+ArrowDown")
    grid.evaluate(
        "window.copied = null; document.addEventListener('copy', (e) => { window.copied = e.clipboardData.getData('text/plain') })"
    )
    grid.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "partial");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    saved(grid)
    assert values(exercise).count("partially_available") == 4
    grid.keyboard.press("Control+c")
    grid.wait_for_function("window.copied !== null")
    assert grid.evaluate("window.copied") == "\r\n".join(["Partially available\tPartially available"] * 2)


def test_a_cell_copied_here_brings_its_reason_along(grid, exercise, consultant):
    factories.assess(
        consultant, factories.cell(exercise, year=2018), "partially_available", partial_reason="provisional"
    )
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    press(grid, factories.cell(exercise, year=2018))
    grid.evaluate("document.addEventListener('copy', (e) => { window.copied = e.clipboardData.getData('text/plain') })")
    grid.keyboard.press("Control+c")
    grid.wait_for_function("window.copied")
    paste(grid, factories.cell(exercise, year=2020), grid.evaluate("window.copied"))
    saved(grid)
    cell = factories.cell(exercise, year=2020)
    assert (cell.value, cell.partial_reason) == ("partially_available", "provisional")
    paste(grid, cell, grid.evaluate("window.copied"))
    expect(grid.locator("#grid-status")).to_contain_text("these cells have these values already")


# --- Pure parts --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\nc", [["a", "b"], ["c"]]),
        ('"a\r\nb"\tc', [["a\r\nb", "c"]]),
        ('"say ""no"""\tx', [['say "no"', "x"]]),
        ('"lone\tx', [['"lone', "x"]]),
        ("\t\r\n", [["", ""]]),
        ("", []),
    ],
)
def test_tab_separated_text_is_read_as_spreadsheets_write_it(grid, text, rows):
    module = f"{settings.STATIC_URL}js/grid/clipboard.js"
    read = grid.evaluate("([module, text]) => import(module).then(({ parse }) => parse(text, 50, 50))", [module, text])
    assert read == {"rows": rows, "more": 0}
