"""Sections in people's hands: who may put them there, who is told, what the page and the history tell."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Entry
from mapping.countries import services as countries
from mapping.countries.models import Assignment, Role
from mapping.duties.models import SectionAssignment
from mapping.duties.permissions import assignable, why_not_assign
from mapping.duties.services import Wanted, assign_sections, tell_due
from mapping.notifications.models import Notification
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/assignments/"


def assign(actor, exercise, consultant=None, reviewer=None, due_on=None, key="immigration"):
    wanted = Wanted(key, consultant and consultant.pk, reviewer and reviewer.pk, due_on)
    return assign_sections(actor=actor, exercise=exercise, wanted=[wanted])


def told(person):
    return list(Notification.objects.filter(person=person, settled_at=None).values_list("kind", "title", "text"))


@pytest.mark.parametrize("who", ["consultant", "reviewer", "coordinator", "observer", "outsider"])
@pytest.mark.parametrize("frozen", [False, True], ids=["", "frozen"])
def test_only_a_coordinator_assigns(who, frozen, exercise, consultant, coordinator, request):
    person = request.getfixturevalue(who)
    if frozen:
        countries.freeze(actor=coordinator, exercise=exercise, reason="Published.")
    allowed = who == "coordinator" and not frozen
    assert (not why_not_assign(person, exercise)) == assignable(person).filter(pk=exercise.pk).exists() == allowed
    if allowed:
        assert assign(person, exercise, consultant) == 1
        return
    before = Entry.objects.count()
    with pytest.raises(Refused):
        assign(person, exercise, consultant)
    assert not SectionAssignment.objects.exists()
    assert Entry.objects.count() == before


def test_whoever_gets_a_section_is_told_and_whoever_gave_it_away_no_longer(exercise, consultant, reviewer, coordinator):
    other = factories.member("second", exercise, Role.CONSULTANT)
    assign(coordinator, exercise, consultant, reviewer)
    assert told(consultant) == [("assigned", "KGZ-2024: Immigration", "You enter it.")]
    assert told(reviewer) == [("assigned", "KGZ-2024: Immigration", "You review it.")]
    assign(coordinator, exercise, other, reviewer)
    assert told(consultant) == []
    assert len(told(other)) == len(told(reviewer)) == 1


def test_a_submission_is_told_to_the_sections_reviewer_while_they_review(exercise, consultant, reviewer, coordinator):
    other = factories.member("second", exercise, Role.REVIEWER)
    assign(coordinator, exercise, consultant, other)
    cells = [factories.assess(consultant, factories.cell(exercise, year=year)) for year in (2020, 2021)]
    factories.submit(consultant, cells[0])
    assert {kind for kind, *_rest in told(other)} == {"assigned", "submitted"}
    assert "submitted" not in [kind for kind, *_rest in told(reviewer)]
    countries.unassign(actor=coordinator, assignment=other.assignments.get())
    factories.submit(consultant, cells[1])
    assert [kind for kind, *_rest in told(reviewer)] == ["submitted"]


def test_the_history_tells_who_held_it(exercise, consultant, reviewer, coordinator, sign_in):
    other = factories.member("second", exercise, Role.CONSULTANT)
    assign(coordinator, exercise, consultant)
    since = SectionAssignment.objects.get().consultant_since
    assign(coordinator, exercise, consultant, reviewer)
    assert SectionAssignment.objects.get().consultant_since == since
    assign(coordinator, exercise, other, reviewer)
    assert SectionAssignment.objects.get().consultant_since > since
    page = sign_in(coordinator).get(PAGE).content.decode()
    assert "<del>Consultant</del> → " in page
    assert "<b>Second</b>" in page


def test_refusals_name_every_section_at_fault_and_assign_none(exercise, consultant, reviewer, coordinator, observer):
    both = factories.member("both", exercise, Role.CONSULTANT)
    factories.assign(both, exercise, Role.REVIEWER)
    wanted = [
        Wanted("immigration", observer.pk, reviewer.pk, None),
        Wanted("emigration", consultant.pk, consultant.pk, None),
        Wanted("remittances", both.pk, both.pk, None),
        Wanted("moon", consultant.pk, None, None),
        Wanted("big_data", consultant.pk, reviewer.pk, None),
    ]
    with pytest.raises(Refused) as refused:
        assign_sections(actor=coordinator, exercise=exercise, wanted=wanted)
    assert len(refused.value.problems) == 5
    assert not SectionAssignment.objects.exists()
    assert not Notification.objects.exists()


def test_the_database_holds_to_four_eyes(exercise, consultant):
    with pytest.raises(IntegrityError), transaction.atomic():
        SectionAssignment.objects.create(
            exercise=exercise, section_key="immigration", consultant=consultant, reviewer=consultant
        )


def test_nothing_new_is_told(exercise, consultant, coordinator):
    assign(coordinator, exercise, consultant)
    with pytest.raises(Unchanged):
        assign(coordinator, exercise, consultant)


def test_the_page_takes_it_without_a_script_and_keeps_what_was_refused(
    exercise, consultant, reviewer, coordinator, observer, sign_in
):
    client = sign_in(coordinator)
    data = {
        "consultant-immigration": consultant.pk,
        "reviewer-immigration": reviewer.pk,
        "due-immigration": "2030-05-01",
        "due-emigration": "",
    }
    assert client.post(PAGE, data).status_code == 302
    page = client.get(PAGE).content.decode()
    assert 'value="2030-05-01"' in page
    assert f'<option value="{consultant.pk}" selected>' in page
    for wrong in ("soon", "1025-01-01", "2024-13-01", "0"):
        refused = client.post(PAGE, data | {"due-immigration": wrong}).content.decode()
        assert f'value="{wrong}"' in refused
        assert "give the day as in" in refused
    assert (
        "choose people from the list" in client.post(PAGE, data | {"reviewer-immigration": "9" * 40}).content.decode()
    )
    read = sign_in(observer).get(PAGE).content.decode()
    assert "Only a coordinator of KGZ-2024 assigns its sections." in read
    assert "<select name=" not in read.partition("<form method")[2]


def test_the_page_takes_few_queries(exercise, coordinator, sign_in, django_assert_max_num_queries):
    client = sign_in(coordinator)
    with django_assert_max_num_queries(15):
        client.get(PAGE)


def test_the_page_says_how_long_and_who_lost_the_role_since(exercise, consultant, reviewer, coordinator, sign_in):
    assign(coordinator, exercise, consultant, reviewer)
    client = sign_in(coordinator)
    page = client.get(PAGE).content.decode()
    assert page.count("since today") == 2
    assert "has no longer this role here" not in page
    countries.unassign(actor=coordinator, assignment=Assignment.objects.get(user=consultant))
    SectionAssignment.objects.update(reviewer_since=timezone.now() - timedelta(days=9))
    page = client.get(PAGE).content.decode()
    assert page.count("has no longer this role here") == 1
    assert "for 1 week" in page


def test_what_is_due_soon_is_told_once(exercise, consultant, reviewer, coordinator):
    system, now = User.objects.system(), timezone.now()
    day = timezone.localdate(now)
    assign(coordinator, exercise, consultant, reviewer, due_on=day + timedelta(days=3))
    for _time in range(2):
        tell_due(actor=system, now=now)
    assert [kind for kind, *_rest in told(consultant)].count("due_soon") == 1
    assert [kind for kind, *_rest in told(reviewer)] == ["assigned"]  # nothing waits for review yet
    assign(coordinator, exercise, consultant, reviewer, due_on=day + timedelta(days=30))
    assert "due_soon" not in [kind for kind, *_rest in told(consultant)]
    tell_due(actor=system, now=now)
    tell_due(actor=system, now=now + timedelta(days=28))
    assert [kind for kind, *_rest in told(consultant)].count("due_soon") == 1
