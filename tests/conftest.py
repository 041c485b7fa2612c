"""The named actors, and what every test needs."""

import os
from importlib import import_module

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, TransactionTestCase

from mapping.countries.models import Exercise, Role
from tests import factories, live, services
from tests import postman as mail_server


def pytest_runtest_setup(item):
    """Leave a test out where its ground is missing. A missing browser fails under CI instead."""
    if item.get_closest_marker("embedded") and not settings.EMBEDDED:
        pytest.skip("about SQLite and the embedded broker")
    if item.get_closest_marker("postgresql") and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("about PostgreSQL")
    if item.get_closest_marker("browser") and not services.chromium():
        leave_out = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        leave_out("there is no chromium")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Start Kyrgyzstan once: to start it for each test would take longer than the tests."""
    with django_db_blocker.unblock():
        factories.exercise()


@pytest.fixture
def exercise(db):
    """Kyrgyzstan, started, nothing assessed."""
    return factories.exercise()


@pytest.fixture
def nothing_started(db):
    """A site without an exercise."""
    Exercise.objects.all().delete()


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


@pytest.fixture
def postman(settings):
    """A real mail server on loopback, to which the site's mail goes."""
    with mail_server.on_duty() as handler:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = handler.host, handler.port, 5
        yield handler


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


@pytest.fixture
def empty_environment(tmp_path):
    """The environment of a site that was never started."""
    with live.own_environment(tmp_path) as environment:
        yield environment


@pytest.fixture(scope="session")
def _prepared_environment(tmp_path_factory):
    with live.own_environment(tmp_path_factory.mktemp("prepared")) as environment:
        live.prepare(environment)
        yield environment


@pytest.fixture
def live_environment(_prepared_environment, tmp_path):
    """The environment of a site that was prepared as by its first start: with the demo, and nothing running."""
    with live.own_environment(tmp_path, like=_prepared_environment) as environment:
        yield environment


@pytest.fixture
def workbench(live_environment):
    """The running site, as `make run` starts it, in a terminal of its own."""
    with live.Workbench(live_environment) as running:
        running.wait_until_it_answers()
        yield running
