"""The first page as each role, the lists with their views, and the page between choosing cells and acting on them."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from mapping.availability.models import Cell
from mapping.countries.models import Role
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1280, "light"), (360, "dark")]


@pytest.fixture
def busy(exercise, consultant, reviewer, coordinator, observer):
    """An exercise in which something waits for everybody, and a second one for the coordinator."""
    factories.assess(consultant, factories.cell(exercise, year=2018), "partially_available", partial_reason="")
    contradicted = factories.assess(consultant, factories.cell(exercise, year=2019))
    factories.assess(consultant, contradicted, claim={"value": "not_available"})
    returned = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=2020)))
    factories.return_with_reason(reviewer, returned, reason="Which register?")
    factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=2021)))
    factories.source(consultant, exercise)
    factories.data_request(consultant, exercise)
    factories.assign(coordinator, factories.exercise("UZB-2024", "UZB"), Role.COORDINATOR)
    return exercise


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
def test_what_is_folded_is_sound_too(open_page, live_server, busy, coordinator, width, scheme):
    page = open_page(width=width, scheme=scheme)
    sign_in(page, coordinator, live_server.url)
    page.goto(reverse("admin:index"))
    for summary in page.locator("summary").all():
        if summary.is_visible():  # one at a time: an open menu covers what is under it
            summary.click()
            assert_sound(page)
            summary.click()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_lists_are_sound_with_views_and_acts(open_page, live_server, busy, coordinator, width, scheme):
    page = open_page(width=width, scheme=scheme)
    sign_in(page, coordinator, live_server.url)
    for address in (
        reverse("exercise_cells", args=[busy.code]) + "?section=immigration&year=2020",
        reverse("sources", args=[busy.code]) + "?status=draft",
    ):
        page.goto(address)
        page.get_by_text("Save this view…").click()
        assert_sound(page)
    page.goto(reverse("exercise_cells", args=[busy.code]) + "?section=immigration")
    for act in ("Set a value", "Submit", "Return with a reason"):
        page.get_by_label("Which cells").select_option(label="all 108 found")
        page.get_by_label("With").select_option(label=act)
        page.get_by_role("button", name="Continue…").click()
        expect(page.get_by_role("heading", name=act, exact=True)).to_be_visible()
        assert_sound(page)
        page.get_by_role("link", name="Back to the list").click()


def test_cells_are_chosen_and_set_by_keyboard_and_mouse(page, live_server, busy, consultant):
    sign_in(page, consultant, live_server.url)
    page.goto(reverse("exercise_cells", args=[busy.code]) + "?section=emigration&year=2020")
    page.get_by_label("Choose all on this page").check()
    page.get_by_role("button", name="Continue…").click()
    page.get_by_label("Value").select_option(label="Not available")
    page.get_by_role("button", name="Set a value: 17 cells").click()
    expect(page.get_by_text("17 cells saved.")).to_be_visible()
    assert Cell.objects.filter(indicator__section__key="emigration", value="not_available").count() == 17


def test_the_menu_is_there_without_scripts(browser, live_server, busy, consultant):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, consultant, live_server.url)
    page.goto(reverse("exercise", args=[busy.code]))
    expect(page.locator("#nav-sidebar").get_by_role("link", name="Immigration")).to_be_visible()
    context.close()
