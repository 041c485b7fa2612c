"""Asking for a summary, and what becomes of it: queue, progress, crash, failure."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.refusals import Refused, Unchanged
from accounts.work import LEASE, claim, due
from mapping.audit.models import Entry, Verb
from mapping.countries.models import Role
from mapping.summaries import services
from mapping.summaries.models import Summary
from mapping.summaries.permissions import compilable_exercises, why_not_compile
from mapping.summaries.services import MAX_ATTEMPTS, compile_summary, request_compilation
from tests import factories


def ask(actor, exercise, basis="current"):
    return request_compilation(actor=actor, exercise=exercise, basis=basis, language="en")


@pytest.mark.parametrize(
    ("role", "basis", "allowed"),
    [
        (Role.CONSULTANT, "current", True),
        (Role.REVIEWER, "current", True),
        (Role.COORDINATOR, "current", True),
        (Role.OBSERVER, "current", False),
        (Role.CONSULTANT, "approved", False),
        (Role.REVIEWER, "approved", False),
        (Role.COORDINATOR, "approved", True),
        (Role.OBSERVER, "approved", False),
        (None, "current", False),
        (None, "approved", False),
    ],
)
def test_who_may_compile_on_what(exercise, outsider, role, basis, allowed):
    actor = factories.member("somebody", exercise, role) if role else outsider
    assert (not why_not_compile(actor, exercise, basis)) == allowed
    assert compilable_exercises(actor, basis).filter(pk=exercise.pk).exists() == allowed
    if allowed:
        assert ask(actor, exercise, basis).number == 1
    else:
        with pytest.raises(Refused):
            ask(actor, exercise, basis)
        assert not Summary.objects.exists()


def test_a_compiled_summary_keeps_its_snapshot_and_is_told_in_the_history(compiled):
    row = compiled()
    assert (row.state, row.number, row.step, row.steps) == ("done", 1, 12, 12)
    assert row.snapshot["snapshot"] == row.snapshot_hash
    verbs = Entry.objects.filter(target_type="summary", target_id=row.pk).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == [Verb.QUEUED, Verb.COMPILED]


def test_every_version_is_kept_under_its_number(compiled, consultant, assessed):
    first = compiled()
    factories.assess(consultant, factories.cell(assessed, year=2019), "available")
    second = compiled("current")
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert first.snapshot != second.snapshot


def test_the_same_summary_is_not_asked_for_twice_at_once(exercise, consultant):
    ask(consultant, exercise)
    with pytest.raises(Unchanged):
        ask(consultant, exercise)
    assert Summary.objects.count() == 1


def test_two_workers_compile_it_once(exercise, consultant):
    row = ask(consultant, exercise)
    assert compile_summary(summary_id=row.pk)
    assert not compile_summary(summary_id=row.pk)
    assert Entry.objects.filter(verb=Verb.COMPILED).count() == 1


def test_the_progress_of_each_step_is_written(exercise, consultant, monkeypatch):
    row = ask(consultant, exercise)
    seen = []
    write = services._progress_of

    def watched(summary):
        def progress(step, steps, title):
            write(summary)(step, steps, title)
            seen.append(Summary.objects.values_list("step", "steps", "step_title").get(pk=row.pk))

        return progress

    monkeypatch.setattr(services, "_progress_of", watched)
    compile_summary(summary_id=row.pk)
    assert [step for step, _steps, _title in seen] == list(range(1, 13))
    assert seen[1] == (2, 12, "Immigration")


def test_what_a_dead_worker_left_is_found_and_compiled_once(exercise, consultant):
    row = ask(consultant, exercise)
    assert claim(Summary, row.pk)  # by a worker that dies now
    assert not due(Summary.objects).exists()
    Summary.objects.update(claimed_at=timezone.now() - LEASE - timedelta(seconds=1))
    assert list(due(Summary.objects)) == [row]
    assert compile_summary(summary_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)


def test_a_worker_that_was_taken_for_dead_writes_nothing(exercise, consultant, monkeypatch):
    row = ask(consultant, exercise)

    def slow(*args, **kwargs):
        Summary.objects.update(attempts=2)  # another worker has it now
        return {"snapshot": "late"}

    monkeypatch.setattr(services, "compile_now", slow)
    assert not compile_summary(summary_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.snapshot) == ("claimed", None)


def test_a_summary_that_kills_its_workers_fails_in_the_end(exercise, consultant):
    row = ask(consultant, exercise)
    long_ago = timezone.now() - 2 * LEASE
    Summary.objects.update(state="claimed", claimed_at=long_ago, attempts=MAX_ATTEMPTS)
    compile_summary(summary_id=row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert "The worker stopped each time" in row.last_error


def test_a_mistake_becomes_a_sentence_on_the_row(exercise, consultant, monkeypatch):
    def broken(*args, **kwargs):
        raise ZeroDivisionError

    row = ask(consultant, exercise)
    monkeypatch.setattr(services, "compile_snapshot", broken)
    compile_summary(summary_id=row.pk)
    row.refresh_from_db()
    assert row.state == "failed"
    assert row.last_error.startswith("A mistake in the program")
    assert Entry.objects.filter(verb=Verb.FAILED).exists()


def test_the_scan_puts_due_summaries_on_the_queue(exercise, consultant, monkeypatch):
    row = ask(consultant, exercise)
    queued = []
    monkeypatch.setattr(services, "enqueue", lambda task, pk: queued.append((task, pk)))
    services.scan_summaries()
    assert queued == [("summaries.compile", row.pk)]
