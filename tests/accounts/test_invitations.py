"""People come by invitation: a mail with a link that works once."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.core import signing
from django.utils import timezone

from accounts import services
from accounts.models import AccountMail, Invitation, User
from accounts.refusals import Refused
from accounts.selectors import invitation_token
from tests.accounts.conftest import at_once, deliver_all, is_signed_in, link_in, sign_in

pytestmark = pytest.mark.django_db

FORM = {"name": "Grace Hopper", "password1": "a long enough one", "password2": "a long enough one"}


@pytest.fixture
def invitation(ada):
    return services.invite(actor=ada, email="Grace@Example.org", name="Grace", language="ru")


def link_of(invitation):
    return f"/accounts/invitation/{invitation_token(invitation)}/"


def test_the_link_in_the_mail_sets_name_and_password_and_signs_in(client, invitation):
    deliver_all()
    message = django_mail.outbox[0]
    assert message.to == ["grace@example.org"]
    link = link_in(message)
    assert client.get(link).status_code == 200
    response = client.post(link, FORM)
    grace = User.objects.get(email="grace@example.org")
    assert (response.status_code, response.url) == (302, "/desk/")
    assert is_signed_in(client, grace)
    assert grace.name == "Grace Hopper"
    assert grace.check_password(FORM["password1"])


def test_following_the_link_proves_the_address_so_that_a_second_factor_can_be_set_up(client, invitation):
    assert not EmailAddress.objects.filter(user=invitation.user).exists()
    client.post(link_of(invitation), FORM)
    address = EmailAddress.objects.get(user=invitation.user)
    assert (address.verified, address.primary) == (True, True)
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_person_invitation_and_mail_are_written_together_or_not_at_all(ada, monkeypatch):
    def fail(**values):
        raise RuntimeError

    monkeypatch.setattr(services, "queue_mail", fail)
    with pytest.raises(RuntimeError):
        services.invite(actor=ada, email="grace@example.org", name="Grace")
    assert not User.objects.filter(email="grace@example.org").exists()
    assert not Invitation.objects.exists()


def test_the_worker_is_nudged_when_the_invitation_is_committed(ada, monkeypatch, django_capture_on_commit_callbacks):
    queued = []
    monkeypatch.setattr("accounts.work.enqueue", lambda task, pk: queued.append((task, pk)))
    with django_capture_on_commit_callbacks(execute=True):
        invitation = services.invite(actor=ada, email="grace@example.org", name="Grace")
        assert queued == []
    assert queued == [("accounts.send_mail", invitation.mails.get().pk)]


def test_no_secret_lies_in_the_database(invitation):
    token = invitation_token(invitation)
    deliver_all()
    for model in (Invitation, AccountMail, User):
        for row in model.objects.values():
            assert token not in str(row)


def test_the_link_works_once(client, invitation):
    link = link_of(invitation)
    client.post(link, FORM)
    client.logout()
    response = client.get(link)
    assert response.status_code == 404
    assert "This invitation is not valid" in response.content.decode()
    assert client.post(link, FORM).status_code == 404
    assert not is_signed_in(client)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_follow_it_at_once_exactly_one_sets_the_password(invitation):
    def accept(password):
        services.accept_invitation(actor=invitation.user, invitation=invitation, name="Grace", password=password)
        return password

    outcomes = at_once(accept, ["the first password", "the other password"])
    accepted = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert [type(outcome) for outcome in outcomes if outcome not in accepted] == [Refused]
    assert User.objects.get(pk=invitation.user_id).check_password(accepted[0])


@pytest.mark.django_db(transaction=True)
def test_of_two_that_invite_the_same_person_at_once_neither_fails(ada):
    def invite(name):
        return services.invite(actor=ada, email="grace@example.org", name=name)

    outcomes = at_once(invite, ["Grace", "Grace Hopper"])
    assert [type(outcome) for outcome in outcomes] == [Invitation, Invitation], outcomes
    assert sorted(invitation.is_open for invitation in Invitation.objects.all()) == [False, True]


def test_opening_the_link_uses_nothing_up(client, invitation):
    link = link_of(invitation)
    client.head(link)
    client.get(link)
    invitation.refresh_from_db()
    assert invitation.is_open


def test_an_expired_link_says_what_to_do(client, invitation):
    Invitation.objects.update(expires_at=timezone.now())
    response = client.get(link_of(invitation))
    assert response.status_code == 404
    assert "ask whoever invited you" in response.content.decode()


def test_inviting_anew_replaces_the_former_link(client, ada, invitation):
    second = services.invite(actor=ada, email="grace@example.org", name="Grace Hopper")
    assert second.user == invitation.user
    assert client.get(link_of(invitation)).status_code == 404
    assert client.get(link_of(second)).status_code == 200


def test_a_mail_whose_invitation_was_replaced_is_not_sent(ada, invitation):
    second = services.invite(actor=ada, email="grace@example.org", name="Grace")
    deliver_all()
    assert [row.state for row in (invitation.mails.get(), second.mails.get())] == ["cancelled", "done"]


def test_an_invitation_taken_back_no_longer_works(client, ada, invitation):
    services.revoke_invitation(actor=ada, invitation=invitation)
    assert client.get(link_of(invitation)).status_code == 404
    with pytest.raises(Refused):
        services.revoke_invitation(actor=ada, invitation=invitation)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "MQ:abc:def",
        "%00",
        "a" * 5_000,
        "..%2F..",
        "MQ",
        "приглашение",
        signing.dumps(10**30, salt="accounts.invitation"),
    ],
)
def test_a_malformed_link_is_answered_with_a_page(client, db, token):
    response = client.get(f"/accounts/invitation/{token}/")
    assert response.status_code == 404
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"password2": "something else"}, "The two passwords differ."),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "Grace Hopper", "password2": "Grace Hopper"}, "too similar"),
        ({"name": ""}, "required"),
        ({"name": "x" * 10_000}, "at most 200"),
        ({"name": "\x00"}, "Null characters"),
        ({"password1": "\x00" * 12, "password2": "\x00" * 12}, "Null characters"),
    ],
)
def test_a_wrong_form_is_shown_again_and_leaves_the_link_open(client, invitation, change, message):
    response = client.post(link_of(invitation), FORM | change)
    assert response.status_code == 200
    assert message in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.is_open


def test_somebody_else_signed_in_at_the_machine_is_signed_out_first(client, ada, invitation):
    sign_in(client, ada.email)
    assert "ada@example.org" in client.get(link_of(invitation)).content.decode()
    client.post(link_of(invitation), FORM)
    assert is_signed_in(client, invitation.user)
    assert ada.sign_ins.first().outcome == "signed_out"


def test_whoever_has_an_account_is_not_invited_and_the_reason_said(ada):
    with pytest.raises(Refused, match=r"ada@example.org has an account already"):
        services.invite(actor=ada, email="ADA@example.org", name="Ada")
    assert not AccountMail.objects.exists()


def test_whoever_is_switched_off_is_not_invited(ada, invitation):
    User.objects.filter(pk=invitation.user_id).update(is_active=False)
    with pytest.raises(Refused, match="switched off"):
        services.invite(actor=ada, email="grace@example.org", name="Grace")


def test_the_system_is_not_invited(ada):
    User.objects.system()
    with pytest.raises(Refused, match="system itself"):
        services.invite(actor=ada, email="system@localhost", name="System")


@pytest.mark.parametrize("email", ["", "nobody", "a" * 10_000 + "@example.org", "\x00@example.org"])
def test_an_address_that_is_none_is_refused(ada, email):
    with pytest.raises(Refused):
        services.invite(actor=ada, email=email, name="Nobody")


def test_an_unknown_language_is_refused(ada):
    with pytest.raises(Refused):
        services.invite(actor=ada, email="grace@example.org", name="Grace", language="xx")


def test_the_mail_names_who_invites_but_not_the_system(ada, invitation):
    services.invite(actor=User.objects.system(), email="alan@example.org", name="Alan")
    deliver_all()
    by_ada, by_system = (message.body for message in django_mail.outbox)
    assert "Ada Lovelace" in by_ada
    assert "System" not in by_system
