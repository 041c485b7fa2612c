"""A section goes to review and back: the consultant submits, the reviewer returns two cells, then sees only those two."""

import re

import pytest
from playwright.sync_api import expect

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.comments.models import Comment
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"
REVIEW = f"{SECTION}review/"


@pytest.fixture
def cells(exercise, consultant):
    """Five assessed cells, of which one rests on a source."""
    source = factories.source(consultant, exercise, sections=["immigration"])
    years = range(2018, 2023)
    return [
        factories.assess(consultant, factories.cell(exercise, year=year), source=source if year == 2018 else None)
        for year in years
    ]


@pytest.fixture
def signed_in(open_page, live_server):
    """Return a function that gives the browser of one person."""

    def person(user, **looks):
        page = open_page(**looks)
        sign_in(page, user, live_server.url)
        return page

    return person


def on(page, cell):
    return page.locator(f"#cell-{cell.pk}")


def submit(page):
    page.goto(SECTION)
    page.get_by_role("link", name="Submit section").click()
    page.get_by_role("button", name=re.compile("^Submit")).click()
    expect(page.get_by_text(re.compile("rows? submitted."))).to_be_visible()


def test_two_cells_go_back_and_only_those_two_come_again(exercise, cells, consultant, reviewer, signed_in):
    first, second = cells[1], cells[3]
    consulting, reviewing = signed_in(consultant), signed_in(reviewer)
    submit(consulting)

    reviewing.goto(SECTION)
    reviewing.get_by_role("link", name="See what changed, and decide").click()
    reviewing.locator("#changes[data-ready]").wait_for()
    assert_sound(reviewing)
    return_by_keys(reviewing, first, "Which register?")
    return_by_keys(reviewing, second, "Whose residence permits?")
    reviewing.get_by_role("button", name="Approve all but those marked").click()
    expect(reviewing.get_by_text("6 rows decided on.")).to_be_visible()
    expect(reviewing.get_by_text("Nothing waits here.")).to_be_visible()

    correct(consulting, first, "Register of the Ministry of Labour")
    correct(consulting, second, "Permits of foreign workers")
    submit(consulting)

    reviewing.goto(f"{REVIEW}?show=changed")
    expect(reviewing.locator(".change")).to_have_count(2)
    expect(on(reviewing, first)).to_contain_text("Register of the Ministry of Labour")
    expect(on(reviewing, first)).to_contain_text("Which register?")
    expect(on(reviewing, second)).to_contain_text("Permits of foreign workers")
    assert_sound(reviewing)
    reviewing.get_by_role("button", name="Approve all but those marked").click()
    expect(reviewing.get_by_text("2 rows decided on.")).to_be_visible()
    assert set(Cell.objects.exclude(value="").values_list("status", flat=True)) == {"approved"}
    assert_the_history_tells_it(first)


def return_by_keys(page, cell, why):
    on(page, cell).focus()
    page.keyboard.press("r")
    page.keyboard.type(why)
    page.keyboard.press("Enter")
    expect(on(page, cell)).to_be_focused()


def correct(page, cell, note):
    page.goto("/desk/")  # where it is told what came back
    expect(page.get_by_text("Returned").first).to_be_visible()
    page.goto(f"{SECTION}#c-{cell.pk}")
    page.locator("#grid[data-ready]").wait_for()
    page.locator(f"#c-{cell.pk}").press("Enter")
    field = page.locator("#panel-note")
    field.fill(note)
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/cells/")):
        field.blur()
    expect(page.locator("#grid-status")).to_contain_text("All changes saved")


def assert_the_history_tells_it(cell):
    told = Entry.objects.filter(target_type="cell", target_id=cell.pk, part="").order_by("at", "pk")
    assert [(entry.verb, str(entry.actor), entry.reason) for entry in told] == [
        ("changed", "Consultant", ""),
        ("submitted", "Consultant", ""),
        ("returned", "Reviewer", "Which register?"),
        ("changed", "Consultant", ""),
        ("submitted", "Consultant", ""),
        ("approved", "Reviewer", ""),
    ]


def test_the_keys_of_the_review(exercise, cells, consultant, reviewer, signed_in):
    submit(signed_in(consultant))
    page = signed_in(reviewer)
    page.goto(REVIEW)
    page.locator("#changes[data-ready]").wait_for()
    changes = page.locator(".change")
    expect(changes.nth(0)).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(changes.nth(2)).to_be_focused()
    page.keyboard.press("p")
    expect(changes.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(changes.nth(1).locator("details")).to_have_attribute("open", "")
    page.keyboard.press("n")
    page.keyboard.press("a")
    expect(changes.nth(2).get_by_label("Approve")).to_be_checked()
    expect(changes.nth(3)).to_be_focused()
    page.keyboard.press("l")
    expect(changes.nth(3).get_by_label("Leave")).to_be_checked()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys of the review")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Decide only on those marked").click()
    expect(page.get_by_text("1 row decided on.")).to_be_visible()


def test_a_comment_is_said_by_a_key_and_what_was_marked_stays(exercise, cells, consultant, reviewer, signed_in):
    submit(signed_in(consultant))
    page = signed_in(reviewer)
    page.goto(REVIEW)
    page.locator("#changes[data-ready]").wait_for()
    changes = page.locator(".change")
    page.keyboard.press("r")
    page.keyboard.type("Which years?")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.get_by_label("New comment").fill("Ask @nobody@example.org.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("nobody@example.org")
    page.get_by_label("New comment").fill("Which register is it?")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(changes.nth(0)).to_contain_text("You commented: Which register is it?")
    expect(changes.nth(0)).to_be_focused()
    expect(changes.nth(0).get_by_label("Why it goes back")).to_have_value("Which years?")
    assert Comment.objects.get().text == "Which register is it?"
    assert not page.script_errors


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_the_pages_of_the_review_are_sound(exercise, cells, consultant, reviewer, signed_in, width, scheme):
    page = signed_in(consultant, width=width, scheme=scheme)
    page.goto(f"{SECTION}submit/")
    assert_sound(page)
    submit(page)
    page = signed_in(reviewer, width=width, scheme=scheme)
    page.goto(REVIEW)
    for summary in page.locator(".behind summary").all():
        summary.click()
    assert_sound(page)


def test_the_review_works_without_a_script(exercise, cells, consultant, reviewer, browser, live_server):
    factories.submit(consultant, *cells)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, reviewer, live_server.url)
    page.goto(REVIEW)
    on(page, cells[2]).get_by_label("Return").check()
    on(page, cells[2]).get_by_label("Why it goes back").fill("Which register?")
    page.get_by_role("button", name="Decide only on those marked").click()
    expect(page.get_by_text("1 row decided on.")).to_be_visible()
    context.close()
    assert Cell.objects.get(status="returned").return_reason == "Which register?"
