"""Written by one, approved by another, sent, answered, closed: each step by who may, from where it may."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Entry
from mapping.content.errors import StaleVersion
from mapping.countries.services import freeze
from mapping.data_requests import answers, services
from mapping.data_requests.models import DataRequest
from mapping.data_requests.permissions import ACTS, allowed, can_view, visible, why_not
from tests import factories

ROLES = ("consultant", "reviewer", "coordinator", "regional_coordinator", "observer", "outsider")
ALLOWED = {
    # status: {act: who}; the consultant wrote it
    "draft": {
        "change": {"consultant", "coordinator", "regional_coordinator"},
        "approve": {"coordinator", "regional_coordinator"},
        "withdraw": {"coordinator", "regional_coordinator"},
    },
    "queued": {
        "recall": {"coordinator", "regional_coordinator"},
        "settle_mail": {"coordinator", "regional_coordinator"},
    },
    "sent": {
        "extend": {"coordinator", "regional_coordinator"},
        "withdraw": {"coordinator", "regional_coordinator"},
        "register_answer": {"consultant", "coordinator", "regional_coordinator"},
        "settle_mail": {"coordinator", "regional_coordinator"},
    },
    "bounced": {
        "reissue": {"coordinator", "regional_coordinator"},
        "extend": {"coordinator", "regional_coordinator"},
        "withdraw": {"coordinator", "regional_coordinator"},
        "register_answer": {"consultant", "coordinator", "regional_coordinator"},
    },
    "answered": {
        "close": {"coordinator", "regional_coordinator"},
        "register_answer": {"consultant", "coordinator", "regional_coordinator"},
        "settle_mail": {"coordinator", "regional_coordinator"},
    },
    "closed": {},
    "withdrawn": {},
}


@pytest.mark.parametrize("status", ALLOWED)
def test_every_role_may_do_what_the_table_says_and_nothing_else(request, sent, status):
    DataRequest.objects.filter(pk=sent.pk).update(
        status=status,
        answered_at=timezone.now(),
        **({"approved_by": None} if status == "draft" else {}),
    )
    sent.refresh_from_db()
    for role in ROLES:
        person = request.getfixturevalue(role)
        for act in ACTS:
            expected = role in ALLOWED[status].get(act, set())
            assert (why_not(person, sent, act) == "") is expected, (role, status, act)
            assert allowed(person, act).filter(pk=sent.pk).exists() is expected, (role, status, act)
        assert can_view(person, sent) is visible(person).filter(pk=sent.pk).exists() is (role != "outsider")


def test_a_refused_act_writes_nothing(sent, reviewer, coordinator):
    before = Entry.objects.count()
    acts = [
        lambda: services.recall(actor=coordinator, request=sent),
        lambda: services.approve_request(actor=coordinator, request=sent, version=1),
        lambda: services.close(actor=coordinator, request=sent),
        lambda: services.withdraw(actor=reviewer, request=sent),
        lambda: services.extend(actor=coordinator, request=sent, due_on=sent.due_on),
        lambda: services.reissue(actor=coordinator, request=sent, name="A", email="a@example.org"),
        lambda: answers.register_answer(actor=reviewer, request=sent, said=[], note="x"),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    sent.refresh_from_db()
    assert sent.status == "sent"
    assert Entry.objects.count() == before


def test_who_wrote_it_does_not_approve_it(exercise, coordinator, regional_coordinator):
    draft = factories.data_request(coordinator, exercise)
    with pytest.raises(Refused, match="Another coordinator approves it"):
        services.approve_request(actor=coordinator, request=draft, version=draft.version)
    approved = services.approve_request(actor=regional_coordinator, request=draft, version=draft.version)
    assert approved.status == "queued"
    assert approved.messages.get().state == "queued"


def test_the_database_refuses_self_approval_by_anybody(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.filter(pk=draft.pk).update(status="queued", approved_by=draft.last_author_id)


def test_what_is_approved_is_what_was_seen(draft, consultant, coordinator):
    change(draft, consultant, subject="Another subject")
    with pytest.raises(StaleVersion):
        services.approve_request(actor=coordinator, request=draft, version=draft.version)


def test_nobody_overwrites_anybody(draft, consultant, coordinator):
    change(draft, coordinator, subject="Theirs")
    with pytest.raises(StaleVersion) as stale:
        change(draft, consultant, subject="Mine")
    assert stale.value.row.subject == "Theirs"


def test_saving_the_same_changes_nothing(draft, consultant):
    with pytest.raises(Unchanged):
        change(draft, consultant)
    assert draft.version == 1


def test_recalling_makes_it_a_draft_that_must_be_approved_anew(queued, consultant, coordinator, mailoutbox):
    recalled = services.recall(actor=coordinator, request=queued)
    assert (recalled.status, recalled.approved_by) == ("draft", None)
    assert queued.messages.get().state == "cancelled"
    changed = change(recalled, consultant, subject="Second thoughts")
    again = services.approve_request(actor=coordinator, request=changed, version=changed.version)
    assert [message.number for message in again.messages.order_by("pk")] == [1, 2]


def test_a_request_needs_a_focal_point_only_to_be_approved(exercise, consultant, coordinator):
    agency = factories.agency(consultant, exercise, "STS", focal_point=False)
    draft = factories.data_request(consultant, exercise, agency)
    with pytest.raises(Refused, match="no focal point"):
        services.approve_request(actor=coordinator, request=draft, version=1)


def test_nothing_of_another_country_comes_in(exercise, consultant, outsider, regional_coordinator):
    other = factories.exercise("UZB-2024", "UZB")
    foreign = factories.agency(regional_coordinator, other, "UZS")
    with pytest.raises(Refused, match="another country"):
        factories.data_request(consultant, exercise, foreign)
    with pytest.raises(Refused, match="not of KGZ-2024"):
        factories.data_request(consultant, exercise, cells=[factories.cell(other)])


def test_a_frozen_exercise_takes_no_new_request_but_late_answers(exercise, sent, consultant, coordinator):
    freeze(actor=coordinator, exercise=exercise)
    with pytest.raises(Refused, match="frozen"):
        factories.data_request(consultant, exercise, sent.agency)
    item = sent.items.first()
    answers.answer_by_link(
        request=sent, focal_point=sent.focal_point, said=[answers.Said(item.pk, "available", "public")]
    )
    sent.refresh_from_db()
    assert sent.status == "answered"


def test_an_answer_on_paper_counts_as_one(sent, consultant, coordinator):
    item = sent.items.first()
    answers.register_answer(
        actor=consultant, request=sent, said=[answers.Said(item.pk, "", "unknown", "By telephone")], note="Call, 3 May"
    )
    sent.refresh_from_db()
    assert sent.status == "answered"
    services.close(actor=coordinator, request=sent)
    with pytest.raises(Refused):
        answers.register_answer(actor=consultant, request=sent, said=[], note="Too late")


def test_the_history_tells_who_did_what_without_personal_data(sent, coordinator):
    entries = Entry.objects.filter(target_type="datarequest", target_id=sent.pk).order_by("pk")
    assert [entry.verb for entry in entries] == ["created", "approved", "sent"]
    for entry in entries:
        assert "@" not in str(entry.old) + str(entry.new) + entry.reason
        assert sent.focal_point.name not in str(entry.new)


def change(request, actor, **values):
    told = {
        "subject": request.subject,
        "letter": request.letter,
        "language": request.language,
        "due_on": request.due_on,
        "cells": list(request.items.values_list("cell_id", flat=True)),
    }
    return services.change_request(actor=actor, request=request, version=request.version, **(told | values))
