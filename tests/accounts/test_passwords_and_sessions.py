"""A forgotten password, a changed one, and what becomes of one's other sessions."""

import pytest
from django.core import mail as django_mail
from django.core.cache import caches
from django.test import Client

from accounts import services
from accounts.models import AccountMail, User
from tests.accounts.conftest import PASSWORD, deliver_all, is_signed_in, link_in, sign_in

pytestmark = pytest.mark.django_db

NEW = "another fine password"


@pytest.fixture
def elsewhere(ada):
    """Ada's browser at another place, signed in."""
    browser = Client(headers={"user-agent": "Browser elsewhere"})
    sign_in(browser, ada.email)
    return browser


def has_ended(browser):
    return browser.get("/accounts/").status_code == 302


def told(response):
    """Return what a page says, without the tokens of its forms."""
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


class TestForgotten:
    def test_a_mail_brings_a_link_that_sets_a_new_password_once(self, client, ada, elsewhere):
        response = client.post("/accounts/password/reset/", {"email": "Ada@example.org"})
        assert response.url == "/accounts/password/reset/done/"
        assert django_mail.outbox == [], "nothing is sent inside a request"
        deliver_all()
        link = link_in(django_mail.outbox[0])
        page = client.get(link, follow=True)
        form = page.redirect_chain[-1][0]
        client.post(form, {"password1": NEW, "password2": NEW})
        assert has_ended(elsewhere)
        sign_in(client, ada.email, NEW)
        assert is_signed_in(client, ada)
        again = Client().get(link, follow=True)
        assert "This link no longer works" in again.content.decode()

    @pytest.mark.parametrize(
        "email", ["stranger@example.org", "system@localhost", "off@example.org", "new@example.org"]
    )
    def test_the_page_does_not_tell_who_has_an_account(self, client, ada, email):
        User.objects.system()
        User.objects.create_user("off@example.org", PASSWORD, is_active=False)
        services.invite(actor=ada, email="new@example.org", name="New")
        AccountMail.objects.all().delete()
        known = client.post("/accounts/password/reset/", {"email": ada.email}, follow=True)
        AccountMail.objects.all().delete()
        other = client.post("/accounts/password/reset/", {"email": email}, follow=True)
        assert told(other) == told(known)
        assert not AccountMail.objects.exists()

    def test_asking_again_and_again_is_throttled(self, client, ada):
        for _time in range(4):
            response = client.post("/accounts/password/reset/", {"email": ada.email})
        assert response.status_code == 429
        assert AccountMail.objects.count() == 3

    @pytest.mark.parametrize("email", ["", "\x00", "nobody", "a" * 10_000 + "@example.org"])
    def test_bad_input_is_answered_with_the_form(self, client, db, email):
        assert client.post("/accounts/password/reset/", {"email": email}).status_code == 200

    @pytest.mark.parametrize("key", ["1-x", "1-%00", "zzzzzzzzzzzzzzzzzzzzzzzzzzzz-x", "1-" + "a" * 5_000])
    def test_a_malformed_link_is_answered_with_a_page(self, client, ada, key):
        response = client.get(f"/accounts/password/reset/key/{key}/")
        assert response.status_code == 200
        assert "This link no longer works" in response.content.decode()

    def test_a_link_made_for_a_password_that_changed_since_is_refused(self, client, ada):
        services.queue_mail(actor=ada, user=ada, kind=AccountMail.Kind.PASSWORD_RESET)
        deliver_all()
        ada.set_password(NEW)
        ada.save()
        page = client.get(link_in(django_mail.outbox[0]), follow=True)
        assert "This link no longer works" in page.content.decode()


class TestChanged:
    def test_it_keeps_this_session_ends_the_others_and_tells_by_mail(self, client, ada, elsewhere):
        sign_in(client, ada.email)
        values = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
        assert client.post("/accounts/password/change/", values).url == "/accounts/"
        assert is_signed_in(client, ada)
        assert not has_ended(client)
        assert has_ended(elsewhere)
        deliver_all()
        assert django_mail.outbox[0].subject == "Your password was changed"
        assert "127.0.0.1" in django_mail.outbox[0].body

    def test_it_takes_the_present_one(self, client, ada):
        sign_in(client, ada.email)
        values = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
        page = client.post("/accounts/password/change/", values).content.decode()
        assert "This is not your present password." in page
        assert 'href="#id_oldpassword"' in page


class TestSessions:
    def test_the_page_lists_them_and_signs_out_everywhere_else(self, client, ada, elsewhere):
        sign_in(client, ada.email)
        assert "Browser elsewhere" in client.get("/accounts/sessions/").content.decode()
        client.post("/accounts/sessions/")
        assert has_ended(elsewhere)
        assert not has_ended(client)

    def test_switching_an_account_off_ends_its_sessions(self, admin, ada, elsewhere):
        services.set_active(actor=admin, user=ada, active=False)
        assert has_ended(elsewhere)
        services.set_active(actor=admin, user=ada, active=True)
        assert has_ended(elsewhere), "switching it on again does not revive them"

    def test_a_superuser_can_end_them(self, admin, ada, elsewhere):
        services.end_sessions(actor=admin, user=ada)
        assert has_ended(elsewhere)


def test_throttles_are_kept_where_all_processes_see_them(settings):
    first, second = caches.create_connection("default"), caches.create_connection("default")
    first.set("tries", 5)
    assert second.get("tries") == 5
    assert "locmem" not in settings.CACHES["default"]["BACKEND"].lower()
