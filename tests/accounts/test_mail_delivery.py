"""A mail is a row: what becomes of it when the server, the worker or the network fails. Against a real server."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from accounts import letters, mail, services, tasks
from accounts.models import AccountMail, User
from accounts.work import LEASE, QueuedWork, claim, due
from tests.accounts.conftest import at_once

pytestmark = pytest.mark.django_db(transaction=True)

State = QueuedWork.State
Kind = AccountMail.Kind


@pytest.fixture
def notice(ada):
    """A mail of which a second copy would be a nuisance."""
    return services.queue_mail(actor=ada, user=ada, kind=Kind.NOTICE, event="password_changed")


@pytest.fixture
def reset(ada):
    """A mail of which a second copy does no harm."""
    return services.queue_mail(actor=ada, user=ada, kind=Kind.PASSWORD_RESET)


def after(row, *, build=letters.build, **options):
    mail.deliver(row, build=build, **options)
    row.refresh_from_db()
    return row


def make_due(row):
    type(row).objects.filter(pk=row.pk).update(not_before=timezone.now(), claimed_at=timezone.now() - LEASE * 2)
    row.refresh_from_db()
    return row


def test_a_mail_is_sent_once_and_its_number_kept(postman, notice):
    assert after(notice).state == State.DONE
    assert notice.handed_over_at
    assert postman.received[0]["Message-ID"] == notice.message_id
    assert postman.received[0]["To"] == "ada@example.org"
    assert not mail.deliver(notice, build=letters.build)
    assert len(postman.received) == 1


def test_no_connection_means_later(settings, postman, notice):
    settings.EMAIL_PORT = 1
    row = after(notice)
    assert (row.state, row.attempts, row.handed_over_at) == (State.QUEUED, 1, None)
    assert row.not_before > timezone.now()
    assert "refused" in row.last_error
    assert not due(AccountMail.objects)


def test_each_try_waits_longer_and_the_last_one_fails(settings, postman, notice):
    settings.EMAIL_PORT = 1
    waits = []
    while after(make_due(notice)).state == State.QUEUED:
        waits.append(notice.not_before - timezone.now())
    assert len(waits) == len(mail.DELAYS)
    assert waits == sorted(waits)
    assert notice.state == State.FAILED


@pytest.mark.parametrize("stage", ["at_recipient", "at_data"])
@pytest.mark.parametrize(
    ("answer", "state"), [("451 Come back later", State.QUEUED), ("550 No such person", State.FAILED)]
)
def test_the_servers_own_refusal_proves_that_nothing_was_sent(postman, notice, stage, answer, state):
    setattr(postman, stage, answer)
    row = after(notice)
    assert row.state == state
    assert answer[4:] in row.last_error
    if state == State.QUEUED:
        assert (row.handed_over_at, row.message_id) == (None, "")


def test_a_line_that_breaks_after_the_hand_over_leaves_the_mail_uncertain(postman, notice):
    postman.drops_the_line = True
    assert after(notice).state == State.UNCERTAIN
    assert not due(AccountMail.objects)
    assert not mail.deliver(notice, build=letters.build)


def test_what_does_no_harm_twice_is_tried_again(postman, reset):
    postman.drops_the_line = True
    assert after(reset).state == State.QUEUED
    postman.drops_the_line = False
    assert after(make_due(reset)).state == State.DONE


def test_a_worker_that_dies_before_the_hand_over_loses_nothing(postman, notice):
    def die(row):
        raise SystemExit

    with pytest.raises(SystemExit):
        mail.deliver(notice, build=die)
    notice.refresh_from_db()
    assert notice.state == State.CLAIMED
    assert not due(AccountMail.objects)
    assert list(due(AccountMail.objects, now=timezone.now() + LEASE * 2)) == [notice]
    assert after(make_due(notice)).state == State.DONE


def test_a_worker_that_dies_after_the_hand_over_sends_nothing_twice(postman, notice):
    claim(AccountMail, notice.pk)
    AccountMail.objects.filter(pk=notice.pk).update(handed_over_at=timezone.now())
    assert after(make_due(notice)).state == State.UNCERTAIN
    assert postman.received == []


def test_a_worker_that_was_taken_for_dead_keeps_its_hands_off(postman, notice):
    def build_slowly(row):
        make_due(row)
        assert claim(AccountMail, row.pk)  # another worker, meanwhile
        return letters.build(row)

    assert after(notice, build=build_slowly).state == State.CLAIMED
    assert postman.received == []


def test_what_cannot_be_written_is_not_handed_over(postman, notice):
    row = after(notice, build=lambda _row: EmailMessage("two\nlines", "", to=["ada@example.org"]))
    assert (row.state, row.handed_over_at) == (State.QUEUED, None)
    AccountMail.objects.filter(pk=row.pk).update(event="unheard of")
    assert after(make_due(notice)).state == State.FAILED


def test_a_mail_nobody_wants_any_more_is_cancelled(postman, ada, notice):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    notice.refresh_from_db()
    assert after(notice).state == State.CANCELLED


def test_what_hangs_on_a_mail_changes_with_it_or_not_at_all(postman, notice):
    seen = []
    after(notice, settled=lambda row: seen.append((row.state, connection.in_atomic_block)))
    assert seen == [(State.DONE, True)]


def test_a_mail_is_written_in_the_language_of_its_reader(postman, ada):
    services.update_person(actor=ada, user=ada, name="Ада", language="ru", time_zone="Asia/Bishkek")
    row = services.queue_mail(
        actor=ada, user=ada, kind=Kind.NOTICE, event="password_changed", context={"at": "2024-01-31T22:30:00+00:00"}
    )
    row.refresh_from_db()
    text = letters.build(row).body
    assert "1 февраля 2024" in text
    assert "4:30" in text


def test_of_two_workers_exactly_one_has_the_row(notice):
    assert sorted(at_once(lambda _worker: claim(AccountMail, notice.pk), range(8))) == [False] * 7 + [True]


def test_the_scan_finds_what_a_lost_message_left_behind(notice, monkeypatch):
    queued = []
    monkeypatch.setattr("accounts.mail.enqueue", lambda task, pk: queued.append((task, pk)))
    later = services.queue_mail(actor=notice.user, user=notice.user, kind=Kind.NOTICE, event="password_reset")
    AccountMail.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(hours=1))
    tasks.scan_mail()
    assert queued == [("accounts.send_mail", notice.pk)]


def test_a_broker_that_is_down_does_not_cost_the_row(ada, settings, monkeypatch):
    def fail(*args):
        raise ConnectionError

    monkeypatch.setattr("accounts.work.enqueue", fail)
    row = services.queue_mail(actor=ada, user=ada, kind=Kind.NOTICE, event="password_changed")
    assert list(due(AccountMail.objects)) == [row]


def test_the_task_sends_the_row_it_is_given_and_forgives_one_that_is_gone(postman, notice):
    tasks.send_mail(notice.pk)
    tasks.send_mail(notice.pk + 1000)
    assert len(postman.received) == 1
