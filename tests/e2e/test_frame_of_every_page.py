"""What stands around every page: the colours a person chose, the way out."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from tests.e2e.browsing import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_theme_toggle_holds_on_both_frames(page, live_server):
    sign_in(page, factories.superuser(), live_server.url)
    page.goto(reverse("admin:index"))
    page.get_by_role("button", name="Toggle theme (current theme: auto)").click()
    page.goto(reverse("account_overview"))
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_signing_out_takes_one_form_in_the_persons_menu(page, live_server):
    sign_in(page, factories.superuser(), live_server.url)
    page.goto(reverse("admin:index"))
    page.get_by_text("Root", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(reverse("admin:index"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
