import pytest
from django.urls import reverse

from tests import factories
from tests.e2e.browsing import assert_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_for_everybody_keep_the_policy_and_are_accessible(open_page, width, scheme):
    page = open_page(width=width, scheme=scheme)
    for address in (reverse("account_login"), "/no/such/page"):
        page.goto(address)
        assert_sound(page)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_desk_list_and_form_keep_the_policy_and_are_accessible(open_page, live_server, width, scheme):
    root = factories.superuser()
    page = open_page(width=width, scheme=scheme)
    sign_in(page, root, live_server.url)
    for address in (
        reverse("admin:index"),
        reverse("admin:accounts_user_changelist"),
        reverse("admin:accounts_user_change", args=[root.pk]),
        reverse("admin:accounts_user_add"),
    ):
        assert page.goto(address).status == 200
        assert_sound(page)


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
    assert page.get_by_role("heading", name="Sign in").is_visible()
