"""The pages of a request in a real browser: those of the desk, and the one behind the link."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from mapping.data_requests.models import DataRequest
from mapping.data_requests.selectors import answer_token
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS = [(1280, "light"), (360, "dark")]


@pytest.fixture
def sent(exercise, consultant, coordinator):
    cache.clear()
    return factories.sent_request(consultant, coordinator, exercise)


@pytest.fixture
def link(sent):
    return reverse("answer", args=[answer_token(sent, sent.focal_point)])


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_its_pages_keep_the_policy_and_are_accessible(open_page, live_server, sent, link, coordinator, width, scheme):
    page = open_page(width=width, scheme=scheme)
    for address in (link, f"{link}?language=ru", f"{link}thanks/", "/answer/nonsense/"):
        page.goto(address)
        assert_sound(page)
    sign_in(page, coordinator, live_server.url)
    code = sent.exercise.code
    draft = factories.data_request(coordinator, sent.exercise, sent.agency)
    for address in (
        reverse("data_requests", args=[code]),
        f"{reverse('data_request_new', args=[code])}?agency={sent.agency_id}&section=immigration&language=en",
        sent.get_absolute_url(),
        draft.get_absolute_url(),
        reverse("data_request_edit", args=[code, draft.number]),
        reverse("data_request_register_answer", args=[code, sent.number]),
    ):
        assert page.goto(address).status == 200
        assert_sound(page)


def test_an_agency_answers_without_an_account_or_a_cookie(page, sent, link):
    """Under `no-referrer` a browser sends `Origin: null` with the form: only a real one shows whether that is borne."""
    page.goto(link)
    page.get_by_role("radio", name="They exist in part").check()
    page.get_by_label("Where they are, what is missing, who else may know").fill("In the archive")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="Thank you. Your answer has arrived.")).to_be_visible()
    page.get_by_role("link", name="Look at the answer again, or correct it").click()
    assert page.get_by_role("radio", name="They exist in part").is_checked()
    assert page.context.cookies() == []
    assert DataRequest.objects.get(pk=sent.pk).status == "answered"
