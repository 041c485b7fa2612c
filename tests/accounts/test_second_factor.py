"""A second factor: offered to all, demanded of some, and in nobody's way otherwise."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import mail as django_mail
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.refusals import Refused
from tests.accounts.conftest import (
    PASSWORD,
    code_of,
    deliver_all,
    give_second_factor,
    is_signed_in,
    move_clock,
    sign_in,
)

pytestmark = pytest.mark.django_db

SET_UP = "/accounts/2fa/totp/activate/"


@pytest.fixture
def kim(ada):
    """Somebody whose role needs a second factor, and who has none yet."""
    return services.require_second_factor(actor=ada, user=User.objects.create_user("kim@example.org", PASSWORD))


def set_up(client):
    page = client.get(SET_UP)
    secret = page.context["form"].secret
    return secret, client.post(SET_UP, {"code": code_of(secret)})


@pytest.mark.parametrize("path", ["/desk/", "/accounts/", "/accounts/2fa/", "/accounts/sessions/", "/"])
def test_whoever_must_have_one_meets_the_set_up_page_before_anything_else(client, kim, path):
    sign_in(client, kim.email)
    response = client.get(path)
    if response.status_code != 404:  # nothing is there to be kept from
        assert (response.status_code, response.url) == (302, SET_UP)


def test_health_sign_out_and_the_set_up_page_itself_are_open(client, kim):
    sign_in(client, kim.email)
    assert client.get("/healthz").status_code == 200
    assert client.get(SET_UP).status_code == 200
    client.post("/accounts/logout/")
    assert not is_signed_in(client)


def test_once_set_up_the_desk_opens(client, kim, django_capture_on_commit_callbacks):
    sign_in(client, kim.email)
    with django_capture_on_commit_callbacks(execute=True):
        _secret, response = set_up(client)
    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get("/desk/").status_code == 200
    deliver_all()
    assert django_mail.outbox[0].subject == "A second factor was set up for your account"


def test_a_wrong_code_is_told_beside_the_same_key(client, kim):
    sign_in(client, kim.email)
    secret = client.get(SET_UP).context["form"].secret
    page = client.post(SET_UP, {"code": "000000"})
    assert "This code is not right" in page.content.decode()
    assert page.context["form"].secret == secret


def test_the_picture_of_the_key_may_be_shown_there_and_nowhere_else(client, kim):
    sign_in(client, kim.email)
    assert "img-src 'self' data:" in client.get(SET_UP)["Content-Security-Policy"]
    assert "data:" not in client.get("/accounts/login/", follow=True).redirect_chain[0][0]
    assert "data:" not in client.get("/healthz")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("person", "everyone", "embedded", "must"),
    [
        ({}, False, True, False),
        ({}, True, True, True),
        ({"is_superuser": True}, False, True, True),
        ({"needs_second_factor": True}, False, True, True),
        ({"needs_second_factor": True, "is_demo": True}, False, True, False),
        ({"needs_second_factor": True, "is_demo": True}, False, False, True),
        ({"is_superuser": True, "is_demo": True}, True, True, False),
        ({"is_superuser": True, "is_demo": True}, True, False, True),
    ],
)
def test_who_must(settings, person, everyone, embedded, must):
    settings.SECOND_FACTOR_FOR_ALL, settings.EMBEDDED = everyone, embedded
    assert User(**person).must_use_second_factor is must


def test_everybody_is_offered_one_and_may_switch_it_off_again(client, ada):
    sign_in(client, ada.email)
    assert SET_UP in client.get("/accounts/").content.decode()
    set_up(client)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=ada).exists()


def test_whoever_must_have_one_cannot_switch_it_off(client, kim):
    sign_in(client, kim.email)
    set_up(client)
    page = client.post("/accounts/2fa/totp/deactivate/")
    assert "cannot be switched off" in page.content.decode()
    assert Authenticator.objects.filter(user=kim, type="totp").exists()


def test_a_code_works_once(client, ada):
    secret = give_second_factor(ada)
    code = code_of(secret)
    sign_in(client, ada.email)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    sign_in(client, ada.email)
    page = client.post("/accounts/2fa/authenticate/", {"code": code})
    assert "it was used already" in page.content.decode()
    assert not is_signed_in(client)


def test_the_next_code_works(client, ada, monkeypatch):
    secret = give_second_factor(ada)
    client.get("/accounts/login/")
    for steps in (0, 1):
        code = code_of(secret, steps=steps)
        sign_in(client, ada.email)
        with monkeypatch.context() as clock:
            move_clock(clock, totp.time.time() + 30 * steps)
            client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(client)
        client.post("/accounts/logout/")


def test_a_recovery_code_works_once(client, ada):
    give_second_factor(ada)
    code = Authenticator.objects.get(user=ada, type="recovery_codes").wrap().get_unused_codes()[0]
    for works in (True, False):
        sign_in(client, ada.email)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is works
        client.post("/accounts/logout/")


def test_recovery_codes_are_shown_downloaded_and_made_anew(client, ada):
    sign_in(client, ada.email)
    set_up(client)
    codes = Authenticator.objects.get(user=ada, type="recovery_codes").wrap().get_unused_codes()
    assert codes[0] in client.get("/accounts/2fa/recovery-codes/").content.decode()
    download = client.get("/accounts/2fa/recovery-codes/download/")
    assert download.content.decode().split() == codes
    assert "attachment" in download["Content-Disposition"]
    client.post("/accounts/2fa/recovery-codes/generate/")
    assert codes[0] not in client.get("/accounts/2fa/recovery-codes/").content.decode()


def test_long_after_signing_in_the_password_is_asked_for_once_more(client, ada):
    sign_in(client, ada.email)
    session = client.session
    session["signed_in_at"] -= 901
    session.save()
    page = client.get(SET_UP, follow=True)
    assert "Confirm that it is you" in page.content.decode()
    response = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": SET_UP})
    assert response.url == SET_UP


@pytest.mark.parametrize("code", ["", "\x00", "1" * 10_000, "абвгде"])
def test_bad_input_is_answered_with_the_form(client, ada, code):
    give_second_factor(ada)
    sign_in(client, ada.email)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


def test_guessing_codes_is_throttled(client, ada):
    secret = give_second_factor(ada)
    sign_in(client, ada.email)
    for _try in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    page = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert "Too many wrong tries" in page.content.decode()


def test_a_lost_one_is_removed_by_a_superuser_and_its_owner_told(client, admin, ada):
    give_second_factor(ada)
    services.remove_second_factor(actor=admin, user=ada)
    sign_in(client, ada.email)
    assert is_signed_in(client)
    deliver_all()
    assert django_mail.outbox[0].subject == "The second factor of your account was removed"
    with pytest.raises(Refused):
        services.remove_second_factor(actor=admin, user=ada)


def test_requiring_it_twice_is_no_mistake(ada, kim):
    services.require_second_factor(actor=ada, user=kim)
    assert User.objects.get(pk=kim.pk).needs_second_factor
    services.require_second_factor(actor=ada, user=kim, required=False)
    assert not User.objects.get(pk=kim.pk).needs_second_factor
