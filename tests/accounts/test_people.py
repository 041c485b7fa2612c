"""People on the desk, one's own profile, and erasing a person."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import services
from accounts.models import AccountMail, SignIn, User
from accounts.refusals import Refused, Unchanged
from tests.accounts.conftest import PASSWORD, give_second_factor, is_signed_in, sign_in

pytestmark = pytest.mark.django_db

PEOPLE = "/desk/accounts/user/"
PROFILE = {"name": "Ada", "language": "en", "time_zone": "UTC", "is_active": "on"}
NO_INVITATIONS = {f"invitations-{name}_FORMS": "0" for name in ("TOTAL", "INITIAL", "MIN_NUM", "MAX_NUM")}


def act(client, action, *people, **values):
    return client.post(PEOPLE, {"action": action, "_selected_action": [person.pk for person in people], **values})


def change(client, person, **values):
    return client.post(f"{PEOPLE}{person.pk}/change/", PROFILE | NO_INVITATIONS | values, follow=True)


class TestTheDesk:
    @pytest.mark.parametrize("path", [PEOPLE, f"{PEOPLE}add/", "/desk/accounts/signin/", "/desk/accounts/accountmail/"])
    def test_it_is_for_superusers(self, client, admin_client, ada, path):
        assert admin_client.get(path).status_code == 200
        sign_in(client, ada.email)
        assert client.get(path).status_code == 403

    def test_the_list_leaves_out_the_system_and_the_erased(self, admin_client, admin, ada):
        User.objects.system()
        services.erase_person(actor=admin, user=ada)
        page = admin_client.get(PEOPLE).content.decode()
        assert "admin@example.org" in page
        assert "system@localhost" not in page
        assert "Erased person" not in page

    def test_adding_a_person_invites_them(self, admin_client, admin):
        values = {"email": "Grace@example.org", "name": "Grace", "language": "ru"}
        page = admin_client.post(f"{PEOPLE}add/", values, follow=True)
        assert page.status_code == 200
        grace = User.objects.get(email="grace@example.org")
        assert not grace.has_usable_password()
        assert grace.invitations.get().invited_by == admin
        assert grace.language == "ru"

    @pytest.mark.parametrize(
        "email", ["ada@example.org", "system@localhost", "nobody", "\x00", "a" * 10_000 + "@a.org"]
    )
    def test_who_cannot_be_invited_is_told_in_the_form(self, admin_client, ada, email):
        page = admin_client.post(f"{PEOPLE}add/", {"email": email, "name": "X", "language": "en"})
        assert page.status_code == 200
        assert page.context["errors"]
        assert not AccountMail.objects.exists()

    def test_whoever_has_not_come_yet_can_be_invited_anew(self, admin_client, ada):
        first = services.invite(actor=ada, email="grace@example.org", name="Grace")
        admin_client.post(f"{PEOPLE}add/", {"email": "grace@example.org", "name": "Grace H", "language": "en"})
        act(admin_client, "invite_anew", first.user)
        assert first.user.invitations.count() == 3
        assert [invitation.is_open for invitation in first.user.invitations.all()] == [True, False, False]
        act(admin_client, "take_back_invitation", first.user)
        assert not any(invitation.is_open for invitation in first.user.invitations.all())

    def test_a_change_goes_through_the_services(self, admin_client, ada):
        page = change(admin_client, ada, name="Ada L.", time_zone="Asia/Bishkek", needs_second_factor="on")
        assert page.status_code == 200
        ada.refresh_from_db()
        assert (ada.name, ada.time_zone, ada.needs_second_factor) == ("Ada L.", "Asia/Bishkek", True)

    def test_flags_are_given_and_taken(self, admin_client, ada):
        change(admin_client, ada, is_superuser="on")
        assert User.objects.get(pk=ada.pk).is_superuser
        change(admin_client, ada, is_active="")
        ada.refresh_from_db()
        assert (ada.is_superuser, ada.is_active) == (False, False)

    def test_nobody_shuts_themselves_out(self, admin_client, admin):
        page = change(admin_client, admin, name="Admin")
        assert "You cannot do this to your own account" in page.content.decode()
        assert User.objects.get(pk=admin.pk).is_superuser

    def test_there_is_no_password_to_edit_and_nothing_to_delete(self, admin_client, ada):
        page = admin_client.get(f"{PEOPLE}{ada.pk}/change/").content.decode()
        assert "password" not in page.split('id="main"')[-1].lower().replace("/accounts/password", "")
        assert admin_client.post(f"{PEOPLE}{ada.pk}/delete/").status_code == 403
        assert "delete_selected" not in admin_client.get(PEOPLE).content.decode()

    @pytest.mark.parametrize("path", ["signin", "accountmail"])
    def test_logs_are_read_only(self, admin_client, ada, path):
        row = services.record_sign_in(actor=ada, outcome=SignIn.Outcome.REFUSED, address=None)
        if path == "accountmail":
            row = services.queue_mail(actor=ada, user=ada, kind=AccountMail.Kind.NOTICE, event="password_changed")
        address = f"/desk/accounts/{path}/"
        assert admin_client.get(f"{address}{row.pk}/change/").status_code == 200
        assert admin_client.post(f"{address}{row.pk}/change/", {}).status_code == 403
        assert admin_client.post(f"{address}{row.pk}/delete/").status_code == 403
        assert admin_client.get(f"{address}add/").status_code == 403

    def test_libraries_pages_that_would_go_around_the_services_are_gone(self, admin_client):
        page = admin_client.get("/desk/").content.decode()
        for path in ("emailaddress", "authenticator", "usersession", "auth/group"):
            assert path not in page

    def test_an_action_tells_each_refusal(self, admin_client, ada):
        page = act(admin_client, "remove_second_factor", ada)
        page = admin_client.get(page.url)
        assert "has no second factor" in page.content.decode()


class TestOnesOwnProfile:
    def test_language_and_time_zone_are_followed_by_every_page(self, client, ada):
        sign_in(client, ada.email)
        values = {"name": "Ада", "language": "ru", "time_zone": "Asia/Bishkek"}
        assert client.post("/accounts/", values).url == "/accounts/"
        response = client.get("/accounts/")
        assert '<html lang="ru"' in response.content.decode()
        assert response["Content-Language"] == "ru"
        at = ada.sign_ins.get().at
        from zoneinfo import ZoneInfo

        hour = at.astimezone(ZoneInfo("Asia/Bishkek")).strftime("%H:%M").lstrip("0")
        assert hour in response.content.decode()

    def test_a_signed_out_visitor_is_not_left_with_it(self, client, ada):
        services.update_person(actor=ada, user=ada, name="Ada", language="ru", time_zone="Asia/Bishkek")
        sign_in(client, ada.email)
        client.get("/accounts/")
        assert '<html lang="en"' in Client().get("/accounts/login/").content.decode()

    @pytest.mark.parametrize(
        "change", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"name": "\x00"}, {"name": "x" * 10_000}]
    )
    def test_bad_values_are_refused_in_the_form(self, client, ada, change):
        sign_in(client, ada.email)
        page = client.post("/accounts/", {"name": "Ada", "language": "en", "time_zone": "UTC"} | change)
        assert page.status_code == 200
        assert "errbox" in page.content.decode()

    def test_a_time_zone_the_machine_has_forgotten_is_read_as_utc(self, client, ada):
        User.objects.filter(pk=ada.pk).update(time_zone="Soviet/Frunze")
        sign_in(client, ada.email)
        assert client.get("/accounts/").status_code == 200

    def test_the_services_refuse_them_too(self, ada):
        with pytest.raises(Refused):
            services.update_person(actor=ada, user=ada, name="Ada", language="en", time_zone="../../etc/passwd")
        with pytest.raises(ValidationError):
            User(email="x@example.org", time_zone="Mars/Olympus").full_clean()

    def test_nothing_changed_is_said_and_nothing_written(self, client, ada):
        with pytest.raises(Unchanged):
            services.update_person(actor=ada, user=ada, name=ada.name, language="en", time_zone="UTC")
        sign_in(client, ada.email)
        page = client.post("/accounts/", {"name": ada.name, "language": "en", "time_zone": "UTC"}, follow=True)
        assert "Nothing was changed" in page.content.decode()


class TestErasing:
    def test_it_takes_a_confirmation_and_leaves_only_a_number(self, admin_client, ada):
        give_second_factor(ada)
        browser = Client()
        browser.force_login(ada)
        change(admin_client, ada, name="Ada Lovelace, Countess")
        sign_in(Client(), ada.email, "wrong")
        services.queue_mail(actor=ada, user=ada, kind=AccountMail.Kind.NOTICE, event="password_changed")

        page = act(admin_client, "erase", ada)
        assert "Erase for good" in page.content.decode()
        assert User.objects.get(pk=ada.pk).email == "ada@example.org"

        act(admin_client, "erase", ada, confirmed="1")
        ada.refresh_from_db()
        assert str(ada) == f"Erased person {ada.pk}"
        assert not ada.is_active
        for model in (SignIn, EmailAddress, Authenticator, AccountMail):
            assert not model.objects.filter(user=ada).exists()
        assert browser.get("/accounts/").status_code == 302
        told = [str(row) for model in (User, LogEntry) for row in model.objects.values()]
        assert not [row for row in told if "Lovelace" in row or "ada@" in row]

    def test_what_was_erased_cannot_be_changed_or_signed_in_to(self, client, admin, ada):
        erased = services.erase_person(actor=admin, user=ada)
        with pytest.raises(Refused):
            services.set_active(actor=admin, user=erased, active=True)
        sign_in(client, "ada@example.org")
        assert not is_signed_in(client)

    def test_the_address_can_be_invited_again(self, admin, ada):
        services.erase_person(actor=admin, user=ada)
        assert services.invite(actor=admin, email="ada@example.org", name="Ada").user.pk != ada.pk

    def test_the_system_oneself_and_the_last_superuser_stay(self, admin, ada):
        User.objects.exclude(pk=admin.pk).update(is_superuser=False)
        for actor, user in [(admin, User.objects.system()), (admin, admin), (ada, admin)]:
            with pytest.raises(Refused):
                services.erase_person(actor=actor, user=user)


def test_an_address_is_one_persons_in_either_case(ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ADA@example.org")


def test_the_command_line_makes_a_superuser_who_can_set_up_a_second_factor(client):
    user = User.objects.create_superuser("root@example.org", PASSWORD)
    sign_in(client, user.email)
    assert client.get("/desk/", follow=True).redirect_chain == [("/accounts/2fa/totp/activate/", 302)]
