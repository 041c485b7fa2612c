"""What is not the demo's is never touched; a load is whole or not at all."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from mapping.countries.models import Agency, Exercise
from mapping.data_requests.models import DataRequest
from mapping.sources.models import Source
from tests import factories
from tests.mapping.demo.conftest import PASSWORD, load, row_counts


@pytest.mark.parametrize("code", ["KGZ-2024", "TJK-2024"])
def test_an_exercise_that_is_not_the_demos_is_never_touched(db, code):
    factories.exercise(code, code[:3])
    before = row_counts()
    with pytest.raises(CommandError, match=f"{code} is not the demo's exercise"):
        load(password=PASSWORD)
    assert row_counts() == before


def test_an_account_that_is_not_the_demos_is_never_touched(nothing_started):
    stranger = factories.person("reviewer")
    before = row_counts()
    with pytest.raises(CommandError, match=r"reviewer@example\.org"):
        load(password="another password")
    assert row_counts() == before
    assert User.objects.get(pk=stranger.pk).check_password(PASSWORD)


def test_an_agency_that_the_country_has_stays_as_it_is_and_is_not_asked(exercise, consultant):
    """A country's agencies are shared by its exercises: the official of this one is a real person."""
    Exercise.objects.filter(pk=exercise.pk).update(code="KGZ-2026")
    mine = Agency.objects.create(country=exercise.country, acronym="MoIA KR", name="Ours", kind="government")
    mine.focal_points.create(name="An official", email="official@example.com")
    consultant.delete()
    load()
    mine.refresh_from_db()
    assert mine.name == "Ours"
    assert [person.email for person in mine.focal_points.all()] == ["official@example.com"]
    assert not DataRequest.objects.exists()


def test_a_load_that_fails_half_way_leaves_no_half_exercise(nothing_started, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError

    monkeypatch.setattr("mapping.management.demo.reviewing.review", fail)
    with pytest.raises(RuntimeError):
        load()
    assert not Exercise.objects.exists()
    assert not Source.objects.exists()
    assert not Agency.objects.exists()


def test_the_shipped_methodology_is_loaded_by_its_command(db):
    printed = StringIO()
    call_command("load_methodology", stdout=printed)
    assert printed.getvalue() == "Migration Data Mapping Methodology 1.0 is loaded.\n"


def test_a_file_that_is_no_methodology_is_refused_in_a_sentence(db, tmp_path):
    path = tmp_path / "strange.json"
    path.write_text("{}")
    with pytest.raises(CommandError, match="is no methodology"):
        call_command("load_methodology", str(path))
