"""The named actors, and what every test needs."""

from importlib import import_module

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase

from mapping.countries.models import Role
from tests import factories


@pytest.fixture
def exercise(db):
    """Kyrgyzstan, started, nothing assessed."""
    return factories.exercise()


@pytest.fixture
def consultant(exercise):
    return factories.member("consultant", exercise, Role.CONSULTANT)


@pytest.fixture
def reviewer(exercise):
    return factories.member("reviewer", exercise, Role.REVIEWER)


@pytest.fixture
def coordinator(exercise):
    """A coordinator of this exercise, exempt from the second factor so that tests sign in by password."""
    return factories.member("coordinator", exercise, Role.COORDINATOR)


@pytest.fixture
def regional_coordinator(exercise):
    return factories.member("regional", None, Role.COORDINATOR)


@pytest.fixture
def observer(exercise):
    return factories.member("observer", exercise, Role.OBSERVER)


@pytest.fixture
def outsider(exercise):
    """Consultant of another country: sees nothing of Kyrgyzstan."""
    return factories.member("outsider", factories.exercise("TJK-2024", "TJK"), Role.CONSULTANT)


@pytest.fixture
def sign_in():
    """Return a function that gives a browser-like client signed in as a person."""

    def client_of(user):
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture(scope="session", autouse=True)
def _empty_the_history_between_tests():
    """Tests that commit empty every table afterwards; the history refuses that, so its guard steps aside for it."""
    guard = import_module("mapping.migrations.0002_append_only_history")
    empty = TransactionTestCase._fixture_teardown

    def teardown(case):
        with connection.schema_editor() as editor:
            guard.unguard(None, editor)
        try:
            empty(case)
        finally:
            with connection.schema_editor() as editor:
                guard.guard(None, editor)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
    yield
    patch.undo()
