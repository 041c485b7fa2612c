"""The grid in a real browser: keys, what it looks like to a screen reader and on a phone."""

import gzip

import pytest
from playwright.sync_api import expect

from mapping.availability.models import Cell
from mapping.framework.models import Indicator
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in
from tests.e2e.grids import PAGE, open_grid, press, saved, td, values

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id")


# --- Keys --------------------------------------------------------------------


def test_keys_move_as_in_a_spreadsheet_and_leave_the_grid(grid, exercise):
    td(grid, factories.cell(exercise, year=2018)).focus()
    for key, title in (
        ("ArrowRight", "Stock, 2019"),
        ("End", "Stock, 2023"),
        ("ArrowRight", "Stock, 2023"),
        ("Tab", "Stock by gender, 2018"),
        ("Shift+Tab", "Stock, 2023"),
        ("Home", "Stock, 2018"),
        ("Control+End", "Flows by marital status, 2023"),
        ("PageUp", ", 2023"),
        ("Control+Home", "Stock, 2018"),
        ("ArrowDown", "Stock by gender, 2018"),
    ):
        grid.keyboard.press(key)
        assert title in focused(grid), key
    grid.keyboard.press("Escape")
    assert focused(grid) == "grid-status"


def test_enter_opens_the_panel_and_escape_returns_to_the_cell(grid, exercise):
    cell = factories.cell(exercise)
    press(grid, cell, "Enter")
    expect(grid.get_by_role("heading", name="Stock, 2020")).to_be_focused()
    grid.keyboard.press("2")
    saved(grid)
    expect(td(grid, cell)).to_contain_text("reason?")
    grid.get_by_role("button", name="1 partial has no reason yet").click()
    expect(grid.get_by_label("Why only partially")).to_be_focused()
    grid.get_by_label("Why only partially").select_option("provisional")
    grid.keyboard.press("Escape")
    expect(td(grid, cell)).to_be_focused()
    saved(grid)
    cell.refresh_from_db()
    assert (cell.value, cell.partial_reason) == ("partially_available", "provisional")


def test_an_indicator_is_found_and_keys_are_listed(grid, exercise):
    press(grid, factories.cell(exercise, year=2021), "/")
    grid.keyboard.type("marital")
    grid.keyboard.press("Enter")
    assert "Flows by marital status, 2021" in focused(grid)
    grid.keyboard.press("?")
    expect(grid.get_by_role("dialog", name="Keys of the grid")).to_be_visible()
    grid.keyboard.press("Escape")
    assert "Flows by marital status, 2021" in focused(grid)


def test_digits_act_only_in_the_grid(grid, exercise):
    press(grid, factories.cell(exercise), "Enter")
    grid.get_by_label("Note").fill("")
    grid.get_by_label("Note").press_sequentially("123")
    grid.keyboard.press("Escape")
    saved(grid)
    cell = factories.cell(exercise)
    assert (cell.note, cell.value) == ("123", "")


def test_a_key_held_down_sets_a_value_once(grid, exercise):
    cell = factories.cell(exercise)
    td(grid, cell).focus()
    for _again in range(20):
        grid.keyboard.down("1")
    grid.keyboard.up("1")
    saved(grid)
    cell.refresh_from_db()
    assert cell.version == 2


def test_keys_work_on_a_keyboard_of_another_script(grid, exercise):
    press(grid, factories.cell(exercise), "1")
    saved(grid)
    grid.evaluate(
        """document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", { key: "я", code: "KeyZ", ctrlKey: true, bubbles: true, cancelable: true }))"""
    )
    saved(grid)
    assert factories.cell(exercise).value == ""


def test_every_key_has_a_button(grid, exercise):
    press(grid, factories.cell(exercise, year=2018), "Shift+ArrowRight")
    tools = grid.get_by_role("toolbar", name="Grid")
    tools.get_by_role("button", name="Not available").click()
    saved(grid)
    assert values(exercise)[:2] == ["not_available"] * 2
    tools.get_by_role("button", name="Undo").click()
    saved(grid)
    assert values(exercise)[:2] == [""] * 2


# --- Rows, columns, many at once ----------------------------------------------


def test_a_row_and_a_column_are_selected_at_once(grid, exercise):
    press(grid, factories.cell(exercise, year=2020), "Shift+Space")
    expect(grid.locator("#grid-status")).to_contain_text("6 cells selected")
    grid.keyboard.press("1")
    saved(grid)
    assert values(exercise).count("available") == 6
    press(grid, factories.cell(exercise, year=2020), "Control+Space")
    expect(grid.locator("#grid-status")).to_contain_text("18 cells selected")
    grid.get_by_role("columnheader", name="2023").click()
    expect(grid.locator("#grid-status")).to_contain_text("18 cells selected")
    grid.get_by_role("rowheader", name="Stock", exact=True).click()
    expect(grid.locator("#grid-status")).to_contain_text("6 cells selected")


def test_what_was_undone_is_selected_again(grid, exercise):
    press(grid, factories.cell(exercise, year=2018), "Shift+ArrowRight", "Shift+ArrowDown", "1", "Home", "Control+z")
    expect(grid.locator("#grid-status")).to_contain_text("4 cells selected")


def test_one_reason_is_given_to_all_selected_partials(grid, exercise):
    press(grid, factories.cell(exercise, year=2018), "Shift+ArrowRight", "Shift+ArrowRight", "2", "Enter")
    everywhere = grid.get_by_role("button", name="Same reason for all selected cells")
    grid.get_by_label("Why only partially").select_option("provisional")
    everywhere.click()
    saved(grid)
    assert exercise.cells.filter(value="partially_available", partial_reason="provisional").count() == 3
    grid.keyboard.press("Escape")
    grid.keyboard.press("ArrowLeft")
    grid.keyboard.press("Enter")
    expect(grid.get_by_role("heading", name="Stock, 2019")).to_be_visible()
    expect(everywhere).to_be_hidden()


def test_how_much_is_assessed_is_counted_as_one_goes(grid, exercise):
    group = grid.locator(".grp", has_text="Stock")
    expect(group).to_contain_text("0 of 48 assessed")
    press(grid, factories.cell(exercise, year=2018), "1", "ArrowRight", "9")
    expect(group).to_contain_text("1 of 47 assessed")


def test_the_grid_is_reached_and_searched_from_the_top_of_the_page(grid):
    grid.keyboard.press("/")
    expect(grid.get_by_label("Find an indicator")).to_be_focused()
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    grid.get_by_role("link", name="Skip to the grid").press("Enter")
    assert focused(grid).startswith("Stock, 2018")


# --- What everybody can use --------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (640, "dark")])
@pytest.mark.parametrize("query", ["", "?layout=years"])
def test_the_grid_keeps_the_policy_and_is_accessible(
    open_page, live_server, exercise, consultant, coordinator, width, scheme, query
):
    cell, refused = factories.cell(exercise), factories.cell(exercise, year=2019)
    factories.assess(consultant, cell, "available", claim={"value": "not_available"})
    factories.assess(consultant, cell, "partially_available", partial_reason="")
    page = open_page(width=width, scheme=scheme)
    sign_in(page, consultant, live_server.url)
    open_grid(page, PAGE + query)
    assert_sound(page)
    factories.assess(coordinator, refused)
    press(page, refused, "3")
    expect(page.locator("#grid-notices")).to_be_visible()
    press(page, cell, "Enter")
    expect(page.get_by_role("heading", name="Stock, 2020")).to_be_visible()
    assert_sound(page)
    name = td(page, cell).get_attribute("aria-label")
    assert (
        name
        == "Stock, 2020, partially available, without a reason, public, claims contradict, draft, 2 claims".replace(
            "public, ", ""
        )
    )


def test_an_observer_reads_the_grid_and_changes_nothing(page, live_server, exercise, observer):
    sign_in(page, observer, live_server.url)
    open_grid(page)
    cell = factories.cell(exercise)
    press(page, cell, "1")
    expect(page.locator("#grid-says")).to_contain_text("Only the consultants and coordinators of KGZ-2024 change it.")
    expect(td(page, cell)).to_contain_text("Not assessed")
    assert_sound(page)


@pytest.mark.parametrize("who", ["observer", "reviewer"])
def test_who_cannot_change_the_grid_is_told_of_nothing_saved(page, live_server, exercise, who, request):
    sign_in(page, request.getfixturevalue(who), live_server.url)
    open_grid(page)
    expect(page.locator("#grid-status [data-part=saving]")).to_be_empty()


def test_why_a_cell_was_returned_is_heard_in_the_grid_and_read_in_its_details(
    page, live_server, exercise, consultant, reviewer
):
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise)))
    factories.return_with_reason(reviewer, cell, reason="Which register?")
    sign_in(page, consultant, live_server.url)
    open_grid(page)
    assert "returned because: Which register?" in td(page, cell).get_attribute("aria-label")
    press(page, cell, "Enter")
    expect(page.locator("#grid-panel")).to_contain_text("Returned: Which register?")


def test_the_selected_cells_are_chosen_on_the_page_of_bulk_claims(grid, exercise, consultant):
    factories.source(consultant, exercise)
    first = factories.cell(exercise, year=2018)
    press(grid, first, "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown")
    grid.locator("#grid-claims").click()
    grid.wait_for_url("**/claims/?cells=*")
    grid.get_by_label("Source", exact=True).select_option(label="NSC KR, 2023")
    grid.get_by_label("Value").select_option("available")
    grid.get_by_role("button", name="Preview").click()
    chosen = grid.locator("input[name=chosen]:checked").evaluate_all(
        "boxes => boxes.map((box) => +box.value.split(':')[0])"
    )
    titles = ("Stock", "Stock by gender")
    cells = exercise.cells.filter(indicator__section__key="immigration", indicator__title__in=titles, year__lte=2020)
    assert sorted(chosen) == sorted(cells.values_list("pk", flat=True))


def test_what_a_filter_found_is_marked_in_the_grid_and_stays_marked_when_it_changes(grid, exercise):
    press(grid, factories.cell(exercise, year=2019), "2")
    saved(grid)
    open_grid(grid, f"{PAGE}?open=reason")
    found = grid.locator("#grid td.hit")
    assert found.get_attribute("aria-label").endswith(
        "2019, partially available, without a reason, draft, 0 claims, found"
    )
    assert grid.locator("#grid [data-indicator]").count() == 1
    found.press("1")
    saved(grid)
    expect(grid.locator("#grid td.hit")).to_contain_text("Available")
    grid.get_by_role("link", name="Show all").click()
    expect(grid.locator("#grid [data-indicator]")).to_have_count(18)


def test_without_a_script_it_is_a_plain_form(browser, live_server, exercise, consultant):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, consultant, live_server.url)
    page.goto(PAGE)
    page.get_by_label("Stock, 2020", exact=True).select_option("available")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 cell saved.")).to_be_visible()
    assert factories.cell(exercise).value == "available"
    expect(page.get_by_role("toolbar", name="Grid")).to_be_hidden()
    context.close()


def test_the_plain_form_comes_back_where_the_script_does_not_arrive(page, live_server, exercise, consultant):
    sign_in(page, consultant, live_server.url)
    page.route("**/js/grid/main*.js", lambda route: route.abort())
    page.goto(PAGE)
    page.get_by_label("Stock, 2020", exact=True).select_option("available")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("1 cell saved.")).to_be_visible()


def test_on_a_phone_a_tap_opens_the_details_as_a_sheet(open_page, live_server, exercise, consultant):
    page = open_page(width=360)
    sign_in(page, consultant, live_server.url)
    open_grid(page)
    cell = factories.cell(exercise, "flows_by_age", 2021)
    td(page, cell).dispatch_event("click", {"pointerType": "touch"})
    page.get_by_label("Available", exact=False).first.check()
    saved(page)
    cell.refresh_from_db()
    assert cell.value == "available"
    sheet = page.locator("#grid-panel").bounding_box()
    shown = td(page, cell).bounding_box()
    assert shown["y"] >= 0
    assert shown["y"] + shown["height"] <= sheet["y"], "the sheet covers the cell it is about"


def test_sixty_indicators_and_thirty_three_years_keep_their_heads(open_page, live_server, exercise, consultant):
    section = exercise.methodology.sections.get(key="big_data")
    Indicator.objects.bulk_create(
        Indicator(
            section=section, key=f"long-{n}", title=f"{n} " + "долгий заголовок " * 11, order=100 + n, group="other",
            measure=f"m{n}", breakdown="total", first_year=1991,
        )
        for n in range(60)
    )  # fmt: skip
    indicators = section.indicators.filter(key__startswith="long")
    Cell.objects.bulk_create(
        Cell(exercise=exercise, indicator=indicator, year=year)
        for indicator in indicators
        for year in range(1991, 2024)
    )
    page = open_page()
    sign_in(page, consultant, live_server.url)
    open_grid(page, "/desk/exercises/KGZ-2024/sections/big_data/?years=all")
    page.locator("#grid .c[id]").first.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("1")
    last = Cell.objects.get(indicator__key="long-59", year=2023)
    saved(page)
    shown, head = td(page, last).bounding_box(), page.locator("#grid thead th").last.bounding_box()
    row = td(page, last).locator("xpath=preceding-sibling::th").bounding_box()
    assert head["y"] > -1  # a fraction of a pixel is rounding
    assert shown["y"] >= head["y"] + head["height"] - 1, "the years cover the cell"
    assert shown["x"] >= row["x"] + row["width"] - 1, "the titles cover the cell"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_first_view_weighs_little(page, live_server, exercise, consultant):
    """Compressed as the site serves it: here static files are served as they are, so they are compressed to be weighed."""
    responses = []
    page.on("response", lambda response: responses.append(response))  # noqa: PLW0108 - Playwright marks its listeners
    sign_in(page, consultant, live_server.url)
    open_grid(page)
    page.wait_for_load_state("networkidle")
    weights = {response.url: len(gzip.compress(response.body())) for response in responses}
    assert sum(weights.values()) <= 150_000, weights
    assert responses[0].headers["content-encoding"] == "gzip"
