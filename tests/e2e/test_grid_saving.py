"""The grid in a real browser: cells save themselves, and nothing typed is lost."""

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from mapping.comments import services as comments
from mapping.comments.models import About, Comment
from mapping.countries import services as countries
from tests import factories
from tests.e2e.browsing import sign_in
from tests.e2e.grids import PAGE, open_grid, press, saved, saved_as, td, values

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('grid:'))"


def test_a_section_is_filled_by_keyboard_only(grid, exercise):
    first = factories.cell(exercise, year=2018)
    td(grid, first).focus()
    keys = "12309"
    for number in range(18 * 6):
        grid.keyboard.press(keys[number % len(keys)])
        if number < 18 * 6 - 1:
            grid.keyboard.press("Tab")
    saved(grid)
    # The screen groups stock, flow and other: read the values in its order.
    words = ["available", "partially_available", "not_available", "", "not_applicable"]
    order = grid.evaluate("[...document.querySelectorAll('#grid .c')].map((cell) => Number(cell.id.slice(2)))")
    now = dict(exercise.cells.values_list("pk", "value"))
    assert [now[pk] for pk in order] == [words[number % len(words)] for number in range(18 * 6)]
    grid.keyboard.press("Tab")
    assert not grid.evaluate("document.activeElement.classList.contains('c')"), "Tab leaves after the last cell"


def test_one_act_of_a_selection_is_undone_and_redone_at_once(grid, exercise):
    press(grid, factories.cell(exercise, year=2018), "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowDown", "2")
    saved(grid)
    assert values(exercise).count("partially_available") == 6
    grid.keyboard.press("Control+z")
    saved(grid)
    assert values(exercise).count("partially_available") == 0
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    press(grid, factories.cell(exercise, year=2018), "Control+Shift+Z")
    saved(grid)
    assert values(exercise).count("partially_available") == 6


def test_a_reason_comes_back_with_the_value_that_is_undone(grid, exercise):
    cell = factories.cell(exercise, year=2020)
    press(grid, cell, "2", "Enter")
    grid.get_by_label("Why only partially").select_option("survey_or_estimate")
    saved(grid)
    press(grid, cell, "1")
    saved(grid)
    press(grid, cell, "Control+z")
    saved(grid)
    cell.refresh_from_db()
    assert (cell.value, cell.partial_reason) == ("partially_available", "survey_or_estimate")


def test_a_note_and_how_a_contradiction_is_resolved_are_undone_too(grid, exercise, consultant):
    cell = factories.cell(exercise, year=2020)
    factories.assess(consultant, factories.assess(consultant, cell), claim={"value": "not_available"})
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    press(grid, cell, "Enter")
    grid.get_by_label("Note", exact=True).fill(" Only citizens. ")
    grid.get_by_label("How it is resolved").fill("The register holds.")
    saved_as(grid, cell, note="Only citizens.", resolution="")
    grid.get_by_role("button", name="Close the details (Esc)").click()
    saved_as(grid, cell, note="Only citizens.", resolution="The register holds.")
    td(grid, cell).press("Control+z")
    saved_as(grid, cell, note="Only citizens.", resolution="")
    td(grid, cell).press("Control+z")
    saved_as(grid, cell, note="", resolution="")
    td(grid, cell).press("Control+y")
    saved_as(grid, cell, note="Only citizens.", resolution="")


def test_what_others_say_of_a_cell_is_marked_without_a_reload(grid, exercise, reviewer):
    cell = factories.cell(exercise, year=2020)
    comments.comment(actor=reviewer, exercise=exercise, about=About.CELL, row=cell, text="Which register?")
    grid.evaluate("document.getElementById('grid').grid.refresh()")
    expect(td(grid, cell)).to_have_accessible_name(re.compile("1 open comment"))
    expect(grid.locator("#grid-status")).to_contain_text(
        "Reviewer commented on Stock, 2020, or settled a comment there"
    )


def test_a_comment_is_said_in_the_details_of_a_cell(grid, exercise):
    cell = factories.cell(exercise, year=2020)
    press(grid, cell, "Enter")
    panel = grid.locator("#grid-panel")
    panel.get_by_label("New comment").fill("Only citizens?")
    panel.get_by_role("button", name="Comment", exact=True).click()
    expect(td(grid, cell)).to_have_accessible_name(re.compile("1 open comment"))
    assert Comment.objects.get().cell == cell


def test_a_comment_that_is_half_typed_stays_with_its_cell(grid, exercise):
    cell = factories.cell(exercise, year=2020)
    panel = grid.locator("#grid-panel")
    press(grid, cell, "Enter")
    panel.get_by_label("New comment").fill("Only citi")
    grid.keyboard.press("Escape")
    press(grid, factories.cell(exercise, year=2021), "Enter")
    expect(panel.get_by_role("heading", name="Stock, 2021")).to_be_visible()
    expect(panel.get_by_label("New comment")).to_have_value("")
    grid.keyboard.press("Escape")
    press(grid, cell, "Enter")
    expect(panel.get_by_role("heading", name="Stock, 2020")).to_be_visible()
    expect(panel.get_by_label("New comment")).to_have_value("Only citi")


def test_without_a_line_each_cell_says_that_it_is_not_saved_yet(grid, exercise):
    cell = factories.cell(exercise, year=2020)
    grid.context.set_offline(True)
    press(grid, cell, "1")
    expect(td(grid, cell)).to_have_accessible_name(re.compile("saving"))
    grid.context.set_offline(False)
    saved(grid)
    expect(td(grid, cell)).not_to_have_accessible_name(re.compile("saving"))


def test_why_a_key_did_nothing_is_seen_too(grid, exercise, consultant):
    cell = factories.assess(consultant, factories.cell(exercise, year=2020))
    factories.submit(consultant, cell)
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    press(grid, cell, "3")
    expect(grid.locator("#grid-status")).to_contain_text(
        "It is submitted for review. Withdraw it first, then change it."
    )


def test_two_people_in_conflict_see_both_versions_and_choose(grid, open_page, live_server, exercise, coordinator):
    cell, other = factories.cell(exercise, year=2020), factories.cell(exercise, year=2021)
    theirs = open_page()
    sign_in(theirs, coordinator, live_server.url)
    open_grid(theirs)
    for changed, key in ((cell, "1"), (other, "1")):
        press(theirs, changed, key)
    saved(theirs)
    press(grid, cell, "3")
    press(grid, other, "3")
    strip = grid.locator("#grid-notices")
    expect(strip).to_contain_text("Stock, 2020 was changed while you worked on it.")
    expect(strip).to_contain_text("Coordinator")
    expect(td(grid, cell)).to_have_class(re.compile(r"\bconflict\b"))
    strip.get_by_role("button", name="Keep theirs").first.click()
    strip.get_by_role("button", name="Use mine").click()
    saved(grid)
    assert values(exercise, year__in=[2020, 2021])[:2] == ["available", "not_available"]
    expect(strip).to_be_hidden()


def test_what_others_change_appears_with_who(grid, exercise, coordinator):
    cell = factories.cell(exercise, year=2022)
    factories.assess(coordinator, cell, "not_available")
    expect(grid.locator("#grid-status")).to_contain_text("Coordinator changed Stock, 2022", timeout=60_000)
    expect(td(grid, cell)).to_have_class(re.compile(r"\bc-not_available\b"))


def test_the_line_is_cut_the_page_reloaded_and_no_change_is_lost(grid, exercise):
    one, two, three = (factories.cell(exercise, year=year) for year in (2018, 2019, 2020))
    grid.context.set_offline(True)
    for cell in (one, two, three):
        press(grid, cell, "1")
    expect(grid.locator("#grid-status")).to_contain_text("3 changes not saved yet: no connection, trying again.")
    assert len(grid.evaluate(KEPT)) == 1
    grid.route("**/cells/", lambda route: route.abort())  # the page comes back, saving does not yet
    grid.context.set_offline(False)
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    expect(grid.locator("#grid-status")).to_contain_text("3 changes not saved yet")
    grid.unroute("**/cells/")
    saved(grid)
    assert values(exercise)[:3] == ["available"] * 3
    assert grid.evaluate(KEPT) == []


def test_an_answer_lost_on_the_way_is_no_conflict_with_oneself(grid, exercise):
    cell = factories.cell(exercise, year=2018)

    def lose(route):
        route.fetch()
        route.abort()

    grid.route("**/cells/", lose, times=1)
    press(grid, cell, "1")
    saved(grid)
    cell.refresh_from_db()
    assert (cell.value, cell.version) == ("available", 2)
    expect(grid.locator("#grid-notices")).to_be_hidden()


def test_a_session_that_ended_is_taken_up_after_signing_in_again(grid, exercise, consultant):
    Session.objects.all().delete()
    cell = factories.cell(exercise, year=2018)
    press(grid, cell, "1")
    with grid.context.expect_page() as opened:
        grid.get_by_role("link", name="Sign in to send 1 change").click()
    tab = opened.value
    tab.get_by_label("E-mail").fill(consultant.email)
    tab.get_by_label("Password", exact=True).fill("correct horse battery")
    tab.get_by_role("button", name="Sign in").click()
    tab.locator("#grid[data-ready]").wait_for()
    expect(grid.locator("#grid-status")).to_contain_text("All changes saved", timeout=60_000)
    cell.refresh_from_db()
    assert cell.value == "available"


def test_a_frozen_exercise_refuses_in_words_and_the_grid_becomes_read_only(grid, exercise, coordinator):
    cell, other = factories.cell(exercise, year=2018), factories.cell(exercise, year=2019)
    countries.freeze(actor=coordinator, exercise=exercise, reason="Published")
    press(grid, cell, "1")
    notices = grid.locator("#grid-notices")
    expect(notices).to_contain_text("Stock, 2018 was refused: KGZ-2024 is frozen.")
    expect(td(grid, other)).to_have_attribute("aria-readonly", "true", timeout=60_000)
    countries.unfreeze(actor=coordinator, exercise=exercise, reason="A mistake")
    expect(td(grid, other)).not_to_have_attribute("aria-readonly", "true", timeout=60_000)
    notices.get_by_role("button", name="Try again").click()
    saved(grid)
    cell.refresh_from_db()
    assert cell.value == "available"


def test_a_note_that_was_not_left_yet_is_sent_when_the_page_closes(grid, exercise):
    cell = factories.cell(exercise, year=2018)
    press(grid, cell, "Enter")
    grid.get_by_label("Note").fill("Half a sentence")
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    saved(grid)
    cell.refresh_from_db()
    assert cell.note == "Half a sentence"


def test_without_a_line_a_reason_and_a_note_can_be_written_and_the_details_come_with_the_line(grid, exercise):
    cell = factories.cell(exercise, year=2020)
    grid.context.set_offline(True)
    press(grid, cell, "2", "Enter")
    panel = grid.locator("#grid-panel")
    expect(panel.get_by_role("heading", name="Stock, 2020")).to_be_visible()
    expect(panel).to_contain_text("The details cannot be loaded now.")
    panel.get_by_label("Why only partially").select_option("provisional")
    panel.get_by_label("Note", exact=True).fill("By telephone.")
    panel.get_by_role("radio", name="Partially available").focus()
    grid.context.set_offline(False)
    saved_as(grid, cell, value="partially_available", partial_reason="provisional", note="By telephone.")
    expect(panel.get_by_role("heading", name="Claims")).to_be_visible()


def test_without_a_line_a_note_that_is_there_is_not_written_over(grid, exercise, consultant):
    cell = factories.assess(consultant, factories.cell(exercise, year=2020), note="Only citizens.")
    grid.reload()
    grid.locator("#grid[data-ready]").wait_for()
    grid.context.set_offline(True)
    press(grid, cell, "Enter")
    panel = grid.locator("#grid-panel")
    expect(panel).to_contain_text("The cell has a note.")
    expect(panel.get_by_label("Note", exact=True)).to_have_count(0)


def test_a_screen_reader_hears_each_of_several_messages(grid, exercise):
    press(grid, factories.cell(exercise, year=2018), "1", "ArrowRight", "3", "Shift+ArrowRight")
    says = grid.locator("#grid-says p")
    expect(says).to_have_text(["Stock, 2018: Available", "Stock, 2019: Not available", "2 cells selected"])


def test_what_a_frozen_exercise_does_not_allow_is_not_offered(grid, exercise, coordinator):
    tools = grid.get_by_role("toolbar", name="Grid")
    expect(tools.get_by_role("button", name="Undo")).to_be_visible()
    countries.freeze(actor=coordinator, exercise=exercise, reason="Published")
    grid.evaluate("document.getElementById('grid').grid.refresh()")
    expect(tools.get_by_role("button", name="Undo")).to_be_hidden()
    expect(tools.get_by_role("button", name="Not available")).to_be_hidden()
    expect(tools.get_by_role("button", name="Copy")).to_be_visible()


def test_cells_refused_for_one_reason_are_told_at_once(grid, exercise, coordinator):
    one, two = factories.cell(exercise, year=2018), factories.cell(exercise, year=2019)
    countries.freeze(actor=coordinator, exercise=exercise, reason="Published")
    press(grid, one, "Shift+ArrowRight", "1")
    notices = grid.locator("#grid-notices")
    expect(notices).to_contain_text("2 cells were refused: KGZ-2024 is frozen.")
    expect(notices).to_contain_text("Stock, 2018; Stock, 2019")
    notices.get_by_role("button", name="Discard mine").click()
    expect(notices).to_be_hidden()
    two.refresh_from_db()
    assert two.value == ""


def test_the_value_of_the_current_cell_is_told_in_words_in_table_1_too(grid, exercise, consultant):
    cell = factories.assess(
        consultant, factories.cell(exercise, year=2020), "partially_available", partial_reason="provisional"
    )
    open_grid(grid, f"{PAGE}?layout=years")
    press(grid, cell)
    expect(grid.locator("#grid-status")).to_contain_text("Stock, 2020: Partially available (provisional)")


def test_what_was_not_sent_is_told_on_other_pages_and_sent_once_its_section_is_open(grid, exercise):
    grid.route("**/cells/", lambda route: route.abort())
    press(grid, factories.cell(exercise, year=2018), "1")
    expect(grid.locator("#grid-status")).to_contain_text("1 change not saved yet")
    grid.goto("/desk/work/")
    told = grid.locator("#unsent")
    expect(told).to_contain_text("Some of what you typed is not saved yet.")
    grid.unroute("**/cells/")
    told.get_by_role("link", name="KGZ-2024, 1 Immigration (1)").click()
    cell = factories.cell(exercise, year=2018)
    expect(td(grid, cell)).to_have_class(re.compile(r"\bc-available\b"))  # taken over, and so no more told as saved
    saved_as(grid, cell, value="available")
    grid.goto("/desk/work/")
    expect(grid.locator("#unsent")).to_be_hidden()
