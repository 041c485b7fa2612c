"""People as they are met at the door, and mail as it leaves."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import AccountMail, User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_throttle_left(db, request):
    """Throttles live in the cache, which is a table: each test begins with none."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _standing_half_minute(monkeypatch):
    """Codes are made and checked at one moment: between the two a password is hashed, and a half-minute may end."""
    move_clock(monkeypatch, int(time.time()))


def move_clock(patch, moment):
    """Let codes be made and checked at a moment, in seconds."""
    patch.setattr(totp, "time", SimpleNamespace(time=lambda: moment))


@pytest.fixture
def ada(db):
    """Return somebody with an account and no special rights."""
    return User.objects.create_user("ada@example.org", PASSWORD, name="Ada Lovelace")


@pytest.fixture
def admin(db):
    """Return a superuser who has a second factor."""
    user = User.objects.create_superuser("admin@example.org", PASSWORD, name="Admin")
    give_second_factor(user)
    return user


@pytest.fixture
def admin_client(admin):
    client = Client()
    client.force_login(admin)
    return client


def give_second_factor(user):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret, *, steps=0):
    """Return the code an app shows now, or `steps` half-minutes from now."""
    return totp.format_hotp_value(totp.hotp_value(secret, totp.time.time() // 30 + steps))


def sign_in(client, email, password=PASSWORD, *, follow=False, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, follow=follow, **extra)


def is_signed_in(client, user=None):
    signed_in = client.session.get("_auth_user_id")
    return signed_in == str(user.pk) if user else signed_in is not None


def deliver_all():
    """Do the worker's part for every queued mail."""
    for pk in list(AccountMail.objects.filter(state="queued").values_list("pk", flat=True)):
        services.send_mail(pk)


def link_in(message):
    """Return the path of the first link in a mail."""
    line = next(line for line in message.body.splitlines() if line.startswith("http"))
    return "/" + line.split("/", 3)[3]


def at_once(act, values):
    """Call `act` with each value in a thread of its own, all at the same moment; return what came of each."""
    gate = Barrier(len(values))

    def attempt(value):
        gate.wait()
        try:
            return act(value)
        except Exception as error:  # noqa: BLE001 - what came of it is for the test to judge
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(attempt, values))
