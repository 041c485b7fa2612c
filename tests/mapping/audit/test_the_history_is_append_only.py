"""Nobody alters the history: not in the admin, not by the ORM, superusers included."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from mapping.audit.models import Entry, Verb
from tests import factories


@pytest.fixture
def entry(exercise, consultant):
    factories.assess(consultant, factories.cell(exercise))
    return Entry.objects.first()


def test_an_entry_cannot_be_changed(entry):
    with pytest.raises(DatabaseError, match="cannot be altered"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(reason="Rewritten")


def test_an_entry_cannot_be_deleted(entry):
    with pytest.raises(DatabaseError, match="cannot be altered"), transaction.atomic():
        entry.delete()


def test_every_verb_has_a_sentence():
    assert all(verb.label for verb in Verb)


def test_a_rows_history_is_read_by_who_sees_the_row_and_nobody_else(exercise, consultant, outsider, sign_in):
    address = reverse("admin:mapping_exercise_history", args=[exercise.pk])
    assert "created" in sign_in(consultant).get(address).content.decode()
    assert sign_in(outsider).get(address).status_code == 404
