"""Claims for many cells and suggested values in a real browser: by its policy, for everybody, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from mapping.availability.models import Claim
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1280, "light"), (360, "dark")]
SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_its_pages_keep_the_policy_and_are_accessible(
    open_page, live_server, exercise, consultant, reviewer, width, scheme
):
    source = factories.source(consultant, exercise)
    factories.assess(consultant, factories.cell(exercise, year=2019), "not_available", claim={"value": "available"})
    factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=2021)))
    approved = factories.assess(consultant, factories.cell(exercise, year=2022), "not_available")
    factories.approve(reviewer, factories.submit(consultant, approved))
    page = open_page(width=width, scheme=scheme)
    sign_in(page, consultant, live_server.url)
    for address in (
        f"/desk/exercises/KGZ-2024/claims/?source={source.pk}",
        f"{SECTION}claims/?cells={approved.pk}",
        f"{SECTION}suggestions/",
        f"{SECTION}claims/?source={source.pk}",
    ):
        assert page.goto(address).status == 200
        assert_sound(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_sound(page)
    page.get_by_label("indicators, Stock").check()
    page.get_by_label("All, 2018–2023").check()
    page.get_by_label("Value").select_option("partially_available")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Enter claims: preview")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Enter the claims").click()
    expect(page.get_by_role("button", name="Undo this act")).to_be_visible()
    assert_sound(page)
    page.goto(f"{SECTION}suggestions/")
    assert_sound(page)


def test_claims_are_entered_and_undone_without_javascript(browser, live_server, exercise, consultant):
    factories.source(consultant, exercise)
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, consultant, live_server.url)
    page.goto(SECTION)
    page.get_by_role("link", name="Enter claims…").click()
    page.get_by_label("Source", exact=True).select_option(label="NSC KR, 2023")
    page.get_by_label("Stock by gender").check()
    page.get_by_label("2020").check()
    page.get_by_label("Value").select_option("available")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Enter the claims").click()
    expect(page.get_by_text("Claim entered for 1 cell.")).to_be_visible()
    assert Claim.objects.count() == 1
    page.get_by_role("button", name="Undo this act").click()
    expect(page.get_by_text("Undone: 1 cell is as it was.")).to_be_visible()
    assert not Claim.objects.exists()
    context.close()
