"""The demo, loaded once for each module that looks at it: loading takes seconds."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from mapping.countries.models import Exercise

PASSWORD = "correct horse battery"


def load(**options):
    """Run `load_demo` and return what it printed."""
    printed = StringIO()
    call_command("load_demo", stdout=printed, **options)
    return printed.getvalue()


def row_counts():
    """Return how many rows each table has."""
    return {model: model.objects.count() for model in apps.get_models() if model._meta.managed}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo in the database, for all tests of a module; what each of them changes is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        Exercise.objects.all().delete()
        load(password=PASSWORD)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def kyrgyzstan(loaded, db):
    return Exercise.objects.get(code="KGZ-2024")
