"""What people are told of: in the app at once, by one mail a day of what still waits, or by a mail of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.refusals import Refused
from accounts.work import QueuedWork
from mapping.comments import services as comments
from mapping.countries import services as countries
from mapping.countries.models import Assignment
from mapping.notifications import permissions, selectors, sending, services, tasks
from mapping.notifications.models import Delivery, Kind, Notification, NotificationMail, Preference
from mapping.sources.models import Source
from mapping.sources.services import delete_source
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = datetime(2026, 3, 10, 9, tzinfo=UTC)
State = QueuedWork.State


@pytest.fixture
def cell(exercise, consultant):
    return factories.assess(consultant, factories.cell(exercise))


def kinds(person, **narrowed):
    return list(Notification.objects.filter(person=person, **narrowed).order_by("pk").values_list("kind", flat=True))


def waits(person):
    return kinds(person, settled_at=None)


def deliver():
    """Do what a worker does with every mail that waits."""
    for pk in NotificationMail.objects.filter(state=State.QUEUED).values_list("pk", flat=True):
        tasks.send_mail(pk)


# --- Causes ------------------------------------------------------------------


def test_a_submission_tells_the_reviewer_and_a_decision_settles_it(cell, consultant, reviewer, coordinator):
    factories.submit(consultant, cell)
    assert (waits(reviewer), waits(coordinator), waits(consultant)) == (["submitted"], [], [])
    factories.approve(reviewer, cell)
    assert waits(reviewer) == []


def test_a_return_tells_who_wrote_it_and_why_until_it_is_submitted_again(cell, consultant, reviewer):
    factories.return_with_reason(reviewer, factories.submit(consultant, cell), reason="Which year?")
    row = Notification.objects.get(person=consultant)
    assert (row.kind, row.title, row.text, row.count) == ("returned", "KGZ-2024: Immigration", "Which year?", 1)
    factories.submit(consultant, cell)
    assert waits(consultant) == []
    assert waits(reviewer) == ["submitted"]


def test_what_is_left_of_a_section_keeps_it_waiting(exercise, cell, consultant, reviewer):
    other = factories.assess(consultant, factories.cell(exercise, year=2021))
    factories.submit(consultant, cell, other)
    factories.approve(reviewer, cell)
    assert waits(reviewer) == ["submitted", "submitted"]
    factories.approve(reviewer, other)
    assert waits(reviewer) == []


def test_sources_are_told_as_sources(exercise, consultant, reviewer):
    source = factories.submit(consultant, factories.source(consultant, exercise))
    assert Notification.objects.get().address == "/desk/exercises/KGZ-2024/sources/"
    factories.return_with_reason(reviewer, source)
    assert (waits(reviewer), waits(consultant)) == ([], ["returned"])


def test_a_refused_step_tells_nobody(exercise, consultant, reviewer):
    with pytest.raises(Refused):
        factories.submit(consultant, factories.cell(exercise))
    assert not Notification.objects.exists()


def test_nobody_is_told_of_what_they_did_or_turned_off(cell, consultant, reviewer, coordinator):
    services.choose_deliveries(actor=consultant, deliveries={"mention": "off"})
    factories.comment(reviewer, cell, "@Consultant @Reviewer @Coordinator")
    assert list(Notification.objects.values_list("person", flat=True)) == [coordinator.pk]


# --- In the app --------------------------------------------------------------

PAGE = "/desk/notifications/"


def test_the_header_counts_new_ones_and_the_page_marks_them_read(cell, consultant, reviewer, sign_in):
    factories.comment(reviewer, cell, "@Consultant, look")
    factories.return_with_reason(reviewer, factories.submit(consultant, cell))
    client = sign_in(consultant)
    page = client.get(PAGE).content.decode()
    assert 'aria-label="Notifications, 2 new"' in page
    assert "@Consultant, look" in page
    mention = Notification.objects.get(kind="mention")
    assert client.post(f"{PAGE}{mention.pk}/read/").status_code == 302
    assert 'aria-label="Notifications, 1 new"' in client.get(PAGE).content.decode()
    client.post(f"{PAGE}read/")
    assert 'aria-label="Notifications"' in client.get(PAGE).content.decode()
    assert waits(consultant) == ["returned"]  # reading a return does not correct it


def test_anothers_is_neither_seen_nor_marked(cell, consultant, reviewer, coordinator, sign_in):
    factories.comment(reviewer, cell, "@Consultant, look")
    row = Notification.objects.get()
    client = sign_in(coordinator)
    assert "look" not in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{row.pk}/read/").status_code == 404
    with pytest.raises(Refused):
        services.mark_read(actor=coordinator, notification=row)
    for person in (consultant, coordinator):
        allowed = permissions.can_view(person, row)
        assert allowed == permissions.visible(person).filter(pk=row.pk).exists() == (person == consultant)


def test_preferences_are_kept_and_what_is_not_offered_is_refused(consultant, sign_in):
    client, page = sign_in(consultant), f"{PAGE}preferences/"
    client.post(page, {"mention": "at_once", "submitted": "off"})
    assert set(Preference.objects.values_list("kind", "delivery")) == {("mention", "at_once"), ("submitted", "off")}
    assert 'value="at_once" checked' in client.get(page).content.decode()
    answer = client.post(page, {"mention": "digest", "submitted": "at_once"}, follow=True).content.decode()
    assert "Only a mention or a return comes by mail at once." in answer
    assert Preference.objects.get(kind="mention").delivery == "at_once"
    with pytest.raises(IntegrityError), transaction.atomic():
        Preference.objects.create(person=consultant, kind=Kind.ASSIGNED, delivery=Delivery.AT_ONCE)


def test_of_a_source_that_is_deleted_nothing_waits_any_more(exercise, consultant, reviewer):
    source = factories.source(consultant, exercise)
    factories.return_with_reason(reviewer, factories.submit(consultant, source), reason="Which year?")
    assert waits(consultant) == ["returned"]
    factories.comment(reviewer, source, "@Consultant, look")
    assert waits(consultant) == ["returned", "mention"]
    delete_source(actor=consultant, source=source, version=Source.objects.get().version)
    assert waits(consultant) == []


def test_of_a_frozen_exercise_only_a_mention_waits(exercise, cell, consultant, reviewer, coordinator):
    factories.return_with_reason(reviewer, factories.submit(consultant, cell))
    factories.comment(reviewer, cell, "@Consultant, look")
    assert [row.kind for row in selectors.waiting(consultant)] == ["returned", "mention"]
    countries.freeze(actor=coordinator, exercise=exercise, reason="Published")
    assert [row.kind for row in selectors.waiting(consultant)] == ["mention"]
    countries.unfreeze(actor=coordinator, exercise=exercise, reason="A correction")
    assert [row.kind for row in selectors.waiting(consultant)] == ["returned", "mention"]


# --- The daily mail ----------------------------------------------------------


def test_a_digest_run_twice_is_one_mail_of_what_still_waits(exercise, cell, consultant, reviewer, postman):
    factories.comment(reviewer, cell, "@Consultant: settled meanwhile")
    comments.resolve(actor=reviewer, comment=cell.comments.get())
    factories.return_with_reason(reviewer, factories.submit(consultant, cell), reason="Which year — 2020?")
    for _time in range(2):
        sending.scan(MORNING)
        deliver()
    (mail,) = [mail for mail in postman.received if mail["To"] == consultant.email]
    text = mail.get_content()
    assert mail["Subject"] == "1 thing waits for you"
    assert "Which year — 2020?" in text
    assert "settled meanwhile" not in text
    assert "/desk/exercises/KGZ-2024/sections/immigration/" in text
    sending.scan(MORNING + timedelta(days=1))
    deliver()
    assert len(postman.received) == 2


def test_what_was_dealt_with_between_queueing_and_sending_is_not_told(cell, consultant, reviewer, postman):
    factories.return_with_reason(reviewer, factories.submit(consultant, cell))
    sending.scan(MORNING)
    factories.submit(consultant, cell)
    deliver()
    assert [mail for mail in postman.received if mail["To"] == consultant.email] == []
    assert NotificationMail.objects.get(person=consultant).state == State.CANCELLED


def test_it_comes_at_the_persons_hour_where_they_are_and_in_their_language(cell, consultant, reviewer, postman):
    consultant.time_zone, consultant.digest_hour, consultant.language = "Asia/Bishkek", 8, "ru"
    consultant.save()
    factories.comment(reviewer, cell, "@Consultant, өң ғұ")
    sending.scan(datetime(2026, 3, 10, 1, 59, tzinfo=UTC))  # 07:59 in Bishkek
    assert not NotificationMail.objects.exists()
    sending.scan(datetime(2026, 3, 9, 23, tzinfo=UTC))  # the 10th there, at five
    assert not NotificationMail.objects.exists()
    sending.scan(datetime(2026, 3, 10, 2, 0, tzinfo=UTC))
    assert str(NotificationMail.objects.get().digest_of) == "2026-03-10"
    sending.scan(datetime(2026, 3, 10, 17, 59, tzinfo=UTC))  # the same day there until midnight
    deliver()
    (mail,) = postman.received
    assert "өң ғұ" in mail.get_content()


def test_a_missed_night_is_caught_up_once(cell, consultant, reviewer):
    factories.comment(reviewer, cell, "@Consultant, look")
    for hour in (15, 16, 20):
        sending.scan(MORNING.replace(hour=hour))
    assert NotificationMail.objects.count() == 1


@pytest.mark.parametrize("why", ["turned off", "no longer theirs", "switched off"])
def test_nothing_is_mailed_of_what_is(why, cell, consultant, reviewer, postman):
    factories.comment(reviewer, cell, "@Consultant, look")
    sending.scan(MORNING)
    if why == "turned off":
        services.choose_deliveries(actor=consultant, deliveries={"mention": "off"})
    elif why == "no longer theirs":
        Assignment.objects.filter(user=consultant).delete()
    else:
        consultant.is_active = False
        consultant.save()
    deliver()
    assert postman.received == []


def test_the_database_holds_to_one_digest_a_day(consultant):
    NotificationMail.objects.create(person=consultant, digest_of=MORNING.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationMail.objects.create(person=consultant, digest_of=MORNING.date())


def test_a_mention_or_a_return_is_mailed_at_once_where_wanted(cell, consultant, reviewer, postman):
    services.choose_deliveries(actor=consultant, deliveries={"mention": "at_once", "returned": "at_once"})
    factories.comment(reviewer, cell, "@Consultant, look")
    factories.return_with_reason(reviewer, factories.submit(consultant, cell), reason="Which year?")
    deliver()
    deliver()
    assert sorted(mail["Subject"] for mail in postman.received) == [
        "KGZ-2024: Immigration: returned to you",
        "Reviewer mentioned you: KGZ-2024: Immigration",
    ]


def test_one_read_before_it_was_sent_is_not_mailed(cell, consultant, reviewer, postman):
    services.choose_deliveries(actor=consultant, deliveries={"mention": "at_once"})
    factories.comment(reviewer, cell, "@Consultant, look")
    services.mark_read(actor=consultant)
    deliver()
    assert postman.received == []


def test_the_scan_of_beat_takes_few_queries(exercise, cell, consultant, reviewer, django_assert_max_num_queries):
    factories.comment(reviewer, cell, "@Consultant, look")
    sending.scan(timezone.now())
    with django_assert_max_num_queries(8):
        tasks.scan()


def test_the_hour_is_kept_on_the_profile(consultant, sign_in):
    client = sign_in(consultant)
    data = {"name": "Consultant", "language": "en", "time_zone": "Asia/Bishkek", "digest_hour": "18"}
    client.post("/accounts/", data)
    consultant.refresh_from_db()
    assert (consultant.time_zone, consultant.digest_hour) == ("Asia/Bishkek", 18)
    assert client.post("/accounts/", data | {"digest_hour": "24"}).status_code == 200
