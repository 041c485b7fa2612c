"""Requests as they stand between draft and answer, and the mail server's side."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from mapping.data_requests import sending
from mapping.data_requests.models import DataRequest
from tests import factories

MONDAY = date(2030, 1, 7)


@pytest.fixture(autouse=True)
def _no_throttle_left(db):
    cache.clear()


@pytest.fixture
def draft(exercise, consultant):
    return factories.data_request(consultant, exercise)


@pytest.fixture
def queued(exercise, consultant, coordinator):
    return factories.approved_request(consultant, coordinator, exercise)


@pytest.fixture
def sent(exercise, consultant, coordinator):
    return factories.sent_request(consultant, coordinator, exercise)


@pytest.fixture
def on_day(monkeypatch):
    """Return a function that makes it a day, at noon."""

    def travel(day):
        monkeypatch.setattr(timezone, "now", lambda: datetime.combine(day, time(12), UTC))

    return travel


@pytest.fixture
def overdue(sent, on_day):
    """A sent request whose deadline was the Friday before a Monday that has come."""
    DataRequest.objects.filter(pk=sent.pk).update(due_on=MONDAY - timedelta(days=3))
    on_day(MONDAY)
    sent.refresh_from_db()
    return sent


def work_off():
    """Do the worker's part: a scan, then every mail that is due."""
    sending.scan()
    for message in sending.Message.objects.filter(state="queued"):
        sending.send_message(message.pk)
