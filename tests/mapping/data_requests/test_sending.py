"""Every mail of a request leaves once, whatever fails: against a real mail server."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused
from accounts.work import LEASE, claim
from mapping.data_requests import sending, services, tasks
from mapping.data_requests.models import Message
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def send(request):
    sending.send_message(request.messages.order_by("-pk").first().pk)
    return fresh(request)


def fresh(request):
    request.refresh_from_db()
    return request


def make_due(request):
    request.messages.update(not_before=timezone.now(), claimed_at=timezone.now() - LEASE * 2)


def test_the_mail_says_who_asks_what_and_where_to_answer(queued, coordinator, postman):
    assert send(queued).status == "sent"
    (mail,) = postman.received
    text = mail.get_content()
    assert mail["To"] == "data@nsc.example"
    assert mail["Reply-To"] == coordinator.email
    assert mail["Subject"] == "KGZ-2024/R-001: Migrant stock"
    assert "Dear Data Desk" in text
    assert "Stock: 2020–2021" in text
    assert "/answer/" in text
    assert str(coordinator) in text
    assert mail["Message-ID"] == queued.messages.get().message_id
    assert mail["Auto-Submitted"] is None


def test_it_is_written_in_the_language_of_the_letter(exercise, consultant, coordinator, postman):
    send(factories.approved_request(consultant, coordinator, exercise, language="ru", subject="Миграция: өң ғұ"))
    (mail,) = postman.received
    assert mail["Subject"].strip() == "KGZ-2024/R-001: Миграция: өң ғұ"
    assert "Просим" in mail.get_content()


def test_of_two_workers_one_sends(queued, postman):
    pk = queued.messages.get().pk
    gate = Barrier(4)

    def work(_number):
        gate.wait()
        try:
            return sending.send_message(pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [False, False, False, True]
    assert len(postman.received) == 1
    assert fresh(queued).status == "sent"


def die(message):
    raise SystemExit


def test_a_worker_that_dies_before_the_hand_over_delays_the_mail_and_no_more(queued, postman, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("mapping.data_requests.letters.build", die)
        with pytest.raises(SystemExit):
            send(queued)
    assert not sending.send_message(queued.messages.get().pk)  # the lease still runs
    make_due(queued)
    assert send(queued).status == "sent"
    assert len(postman.received) == 1


def test_a_crash_after_the_hand_over_never_sends_twice_by_itself(queued, postman):
    message = queued.messages.get()
    claim(Message, message.pk)
    Message.objects.filter(pk=message.pk).update(handed_over_at=timezone.now())
    make_due(queued)
    assert send(queued).status == "queued"
    assert queued.messages.get().state == "uncertain"
    sending.scan()
    assert not sending.send_message(message.pk)
    assert postman.received == []


def test_a_line_cut_after_data_leaves_the_mail_to_a_person(queued, coordinator, consultant, postman):
    postman.drops_the_line = True
    assert send(queued).status == "queued"
    message = queued.messages.get()
    assert message.state == "uncertain"
    with pytest.raises(Refused, match="coordinator"):
        sending.mark_as_sent(actor=consultant, message=message)
    with pytest.raises(Refused, match="cannot be recalled"):
        services.recall(actor=coordinator, request=queued)
    sending.mark_as_sent(actor=coordinator, message=message)
    assert fresh(queued).status == "sent"
    assert queued.sent_at
    with pytest.raises(Refused, match="is known"):
        sending.send_again(actor=coordinator, message=message)


def test_a_person_may_have_an_uncertain_mail_sent_again_under_the_same_id(queued, coordinator, postman):
    postman.drops_the_line = True
    send(queued)
    former = queued.messages.get().message_id
    postman.drops_the_line = False
    sending.send_again(actor=coordinator, message=queued.messages.get())
    assert send(queued).status == "sent"
    assert {mail["Message-ID"] for mail in postman.received} == {former}


def test_a_server_that_says_later_is_asked_later(queued, postman):
    postman.at_data = "451 Greylisted"
    assert send(queued).status == "queued"
    assert queued.messages.get().state == "queued"
    postman.at_data = None
    make_due(queued)
    assert send(queued).status == "sent"


def test_a_refused_recipient_is_corrected_and_written_to_anew(queued, coordinator, postman):
    postman.at_recipient = "550 No such person"
    assert send(queued).status == "bounced"
    postman.at_recipient = None
    services.reissue(actor=coordinator, request=queued, name="Data Desk", email="right@nsc.example")
    assert fresh(queued).link_generation == 2
    assert send(queued).status == "sent"
    assert [mail["To"] for mail in postman.received] == ["right@nsc.example"]
    assert [message.number for message in queued.messages.order_by("pk")] == [1, 2]


def test_a_recalled_mail_is_not_sent_even_by_a_worker_that_has_it(queued, coordinator, postman, monkeypatch):
    build = sending.letters.build

    def recall_meanwhile(message):
        built = build(message)
        services.recall(actor=coordinator, request=queued)
        return built

    monkeypatch.setattr("mapping.data_requests.letters.build", recall_meanwhile)
    assert send(queued).status == "draft"
    assert postman.received == []
    assert queued.messages.get().state == "cancelled"


def test_sent_is_written_with_the_mail_or_not_at_all(queued, postman, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("mapping.data_requests.sending._record", fail)
        with pytest.raises(RuntimeError):
            send(queued)
    assert fresh(queued).status == "queued"
    assert queued.messages.get().state == "claimed"
    make_due(queued)
    assert send(queued).status == "queued"
    assert queued.messages.get().state == "uncertain"
    assert len(postman.received) == 1


def test_a_lost_nudge_is_found_by_the_scan(queued, monkeypatch):
    found = []
    monkeypatch.setattr("accounts.mail.enqueue", lambda task, pk: found.append((task, pk)))
    tasks.scan()
    assert found == [("data_requests.send_message", queued.messages.get().pk)]


def test_the_task_forgives_a_mail_that_is_gone(queued):
    tasks.send_message(queued.messages.get().pk + 100)


def test_who_approved_it_and_left_gets_no_replies(queued, coordinator, postman):
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    send(queued)
    assert postman.received[0]["Reply-To"] is None


def test_a_withdrawn_request_is_out_of_the_scan(sent, coordinator):
    services.withdraw(actor=coordinator, request=sent, reason="Found it")
    sent.messages.update(state="queued", handed_over_at=None)
    sending.send_message(sent.messages.get().pk)
    assert sent.messages.get().state == "cancelled"
