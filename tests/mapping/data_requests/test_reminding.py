"""One reminder for a request past its day: on a working day, while an answer is awaited, and never a second one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from mapping.data_requests import answers, sending, services
from mapping.data_requests.models import DataRequest, Message
from tests.mapping.data_requests.conftest import MONDAY, work_off

SATURDAY, SUNDAY, TUESDAY = (MONDAY + timedelta(days=days) for days in (-2, -1, 1))


def reminders(request):
    return list(request.messages.filter(kind="reminder"))


def test_a_request_past_its_day_is_reminded_once(overdue, mailoutbox):
    mailoutbox.clear()
    for _night in range(3):
        work_off()
    (mail,) = mailoutbox
    assert mail.subject == "Reminder: KGZ-2024/R-001: Migrant stock"
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mail.extra_headers["In-Reply-To"] == overdue.messages.get(kind="request").message_id
    assert "/answer/" in mail.body
    assert [message.number for message in reminders(overdue)] == [1]


@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_queue_one_reminder(sent, on_day):
    DataRequest.objects.filter(pk=sent.pk).update(due_on=MONDAY - timedelta(days=3))
    on_day(MONDAY)
    gate = Barrier(4)

    def scan(_number):
        gate.wait()
        try:
            sending.scan()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(scan, range(4)))
    assert len(reminders(sent)) == 1


def test_the_day_itself_is_no_delay(sent, on_day):
    DataRequest.objects.filter(pk=sent.pk).update(due_on=MONDAY)
    on_day(MONDAY)
    work_off()
    assert reminders(sent) == []


@pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
def test_no_reminder_goes_out_on_a_weekend(overdue, on_day, day, mailoutbox):
    mailoutbox.clear()
    on_day(day)
    work_off()
    assert reminders(overdue) == []
    Message.objects.create(request=overdue, kind="reminder", focal_point=overdue.focal_point)  # left from Friday
    work_off()
    assert mailoutbox == []
    on_day(MONDAY)
    work_off()
    assert len(mailoutbox) == 1


def test_missed_nights_are_caught_up_with_one_reminder(overdue, on_day, mailoutbox):
    mailoutbox.clear()
    on_day(MONDAY + timedelta(days=9))
    work_off()
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("status", ["answered", "withdrawn", "bounced", "closed"])
def test_nobody_is_reminded_of_what_is_not_awaited(overdue, status, mailoutbox):
    mailoutbox.clear()
    DataRequest.objects.filter(pk=overdue.pk).update(status=status, answered_at=overdue.sent_at)
    work_off()
    assert mailoutbox == []


def test_an_answer_that_comes_first_calls_the_queued_reminder_off(overdue, consultant, mailoutbox):
    mailoutbox.clear()
    sending.scan()
    answers.register_answer(actor=consultant, request=overdue, said=[], note="They called.")
    work_off()
    assert mailoutbox == []
    assert reminders(overdue)[0].state == "cancelled"


def test_an_extension_calls_the_reminder_off_until_the_new_day_has_passed(overdue, coordinator, on_day, mailoutbox):
    mailoutbox.clear()
    sending.scan()
    services.extend(actor=coordinator, request=overdue, due_on=TUESDAY)
    work_off()
    assert mailoutbox == []
    on_day(TUESDAY + timedelta(days=1))
    work_off()
    work_off()
    assert len(mailoutbox) == 1


def test_an_extension_after_the_reminder_brings_no_second_one(overdue, coordinator, on_day, mailoutbox):
    mailoutbox.clear()
    work_off()
    services.extend(actor=coordinator, request=overdue, due_on=TUESDAY)
    on_day(TUESDAY + timedelta(days=1))
    work_off()
    assert len(mailoutbox) == 1
