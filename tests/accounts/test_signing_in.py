"""The one sign-in page, and what leads to it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import SignIn, User
from tests.accounts.conftest import PASSWORD, code_of, give_second_factor, is_signed_in, sign_in

pytestmark = pytest.mark.django_db


def test_e_mail_and_password_sign_in_and_lead_to_the_desk(client, ada):
    response = sign_in(client, "Ada@Example.org")
    assert response.url == reverse("admin:index")
    assert is_signed_in(client, ada)


def test_a_signed_out_visit_to_the_desk_leads_to_the_sign_in_page_and_back(client, ada):
    response = client.get("/desk/", follow=True)
    assert response.redirect_chain[-1][0] == "/accounts/login/?next=/desk/"
    response = client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD, "next": "/desk/"})
    assert response.url == "/desk/"


def test_the_bare_address_leads_to_the_desk(client):
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/accounts/login/?next=/desk/"


def test_the_page_shows_labels_and_no_placeholders(client):
    page = client.get("/accounts/login/").content.decode()
    assert '<label for="id_login">E-mail' in page
    assert "placeholder" not in page
    assert "style=" not in page


def test_a_wrong_password_is_told_in_a_sentence_above_the_form(client, ada):
    response = sign_in(client, ada.email, "wrong")
    assert response.status_code == 200
    assert "This e-mail and password do not match." in response.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_desks_own_login_only_ever_redirects(client, ada, method):
    other = User.objects.create_user("other@example.org", PASSWORD)
    sign_in(client, ada.email)
    values = {"username": other.email, "email": other.email, "password": PASSWORD, "this_is_the_login_form": "1"}
    response = getattr(client, method)("/desk/login/", values)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")
    assert is_signed_in(client, ada)


def test_the_desks_own_login_signs_nobody_in(client, ada):
    response = client.post("/desk/login/?next=/desk/", {"username": ada.email, "password": PASSWORD})
    assert response.url == "/accounts/login/?next=/desk/"
    assert not is_signed_in(client)


def test_who_may_not_open_the_desk_is_refused_and_not_sent_in_circles(client, ada):
    User.objects.filter(pk=ada.pk).update(is_staff=False)
    sign_in(client, ada.email)
    assert client.get("/desk/", follow=True).status_code == 403


def test_a_signed_in_visit_to_the_sign_in_page_leads_to_the_desk(client, ada):
    sign_in(client, ada.email)
    assert client.get("/accounts/login/").url == "/desk/"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "javascript:alert(1)", "/\x00"])
def test_next_never_leads_elsewhere(client, ada, target):
    response = client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD, "next": target})
    assert "evil" not in response.url
    assert "javascript" not in response.url


def test_nobody_signs_up_by_themselves(client):
    values = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/accounts/signup/", values)
    assert "Accounts are made by invitation" in response.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize("path", ["/accounts/logout/", "/desk/logout/"])
def test_signing_out_takes_a_post_and_is_logged(client, ada, path):
    sign_in(client, ada.email)
    client.get(path)
    assert is_signed_in(client, ada)
    client.post(path)
    assert not is_signed_in(client)
    assert ada.sign_ins.first().outcome == SignIn.Outcome.SIGNED_OUT


def test_the_desks_own_password_page_leads_to_the_one_there_is(client, ada):
    sign_in(client, ada.email)
    assert client.get("/desk/password_change/").url == "/accounts/password/change/"


def test_a_switched_off_account_is_told_so_only_with_its_password(client, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert "do not match" in sign_in(client, ada.email, "wrong").content.decode()
    response = sign_in(client, ada.email, follow=True)
    assert "switched off" in response.content.decode()
    assert not is_signed_in(client)


def test_the_system_itself_cannot_sign_in_be_invited_or_reset(client):
    system = User.objects.system()
    assert User.objects.system() == system
    assert not system.has_usable_password()
    assert system not in User.objects.people()
    assert not is_signed_in(client)
    sign_in(client, system.email, "!")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "login", ["\x00", "a" * 10_000 + "@example.org", "", "\u202e@example.org", "ada", "Ада@пример.орг"]
)
@pytest.mark.parametrize("password", ["\x00", "x" * 10_000])
def test_bad_input_is_answered_with_the_form(client, login, password):
    assert sign_in(client, login, password).status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing(client, ada):
    secret = give_second_factor(ada)
    response = sign_in(client, ada.email)
    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.get("/desk/").status_code == 302
    assert client.get(response.url).status_code == 200
    client.post(response.url, {"code": code_of(secret)})
    assert is_signed_in(client, ada)


class TestTheLog:
    def test_it_keeps_successes_and_refusals_with_their_address(self, client, ada):
        sign_in(client, ada.email, "wrong", REMOTE_ADDR="192.0.2.7")
        sign_in(client, ada.email)
        assert [(row.outcome, row.address) for row in ada.sign_ins.all()] == [
            ("signed_in", "127.0.0.1"),
            ("refused", "192.0.2.7"),
        ]

    def test_it_keeps_nothing_of_an_unknown_address(self, client, ada):
        sign_in(client, "stranger@example.org", "wrong")
        assert list(SignIn.objects.values_list("user", "outcome")) == [(None, "refused")]

    def test_it_keeps_a_wrong_code(self, client, ada):
        give_second_factor(ada)
        sign_in(client, ada.email)
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert ada.sign_ins.get().outcome == SignIn.Outcome.REFUSED

    def test_behind_the_proxy_it_keeps_the_clients_address(self, client, ada, settings):
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        sign_in(client, ada.email, HTTP_X_FORWARDED_FOR="10.9.9.9, 198.51.100.4")
        assert ada.sign_ins.get().address == "198.51.100.4"

    def test_without_a_proxy_nobodys_word_is_taken(self, client, ada):
        sign_in(client, ada.email, HTTP_X_FORWARDED_FOR="198.51.100.4")
        assert ada.sign_ins.get().address == "127.0.0.1"

    def test_ones_own_is_on_the_account_page(self, client, ada):
        sign_in(client, ada.email, "wrong", REMOTE_ADDR="192.0.2.7")
        sign_in(client, ada.email)
        assert "192.0.2.7" in client.get("/accounts/").content.decode()


class TestThrottle:
    def test_after_five_wrong_tries_even_the_right_password_waits(self, client, ada):
        for _try in range(5):
            sign_in(client, ada.email, "wrong")
        response = sign_in(client, ada.email)
        assert "Too many wrong tries. Wait 10 minutes" in response.content.decode()
        assert not is_signed_in(client)

    def test_it_counts_tries_from_everywhere_together(self, ada):
        for number in range(5):
            sign_in(Client(), ada.email, "wrong", REMOTE_ADDR=f"192.0.2.{number}")
        client = Client()
        sign_in(client, ada.email, REMOTE_ADDR="192.0.2.99")
        assert not is_signed_in(client)

    def test_other_people_are_not_kept_waiting(self, client, ada):
        User.objects.create_user("other@example.org", PASSWORD)
        for _try in range(5):
            sign_in(Client(), "other@example.org", "wrong", REMOTE_ADDR="192.0.2.7")
        sign_in(client, ada.email)
        assert is_signed_in(client, ada)

    def test_a_page_asked_for_too_often_says_so_in_a_sentence(self, client):
        for number in range(31):
            response = sign_in(client, f"nobody{number}@example.org", "wrong")
        assert response.status_code == 429
        assert "Wait a few minutes" in response.content.decode()
