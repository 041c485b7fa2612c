"""The first page: what waits for a person, what others did since their last visit, all exercises of a coordinator."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mapping.audit.models import Entry
from mapping.countries.models import Assignment, Role
from mapping.desk import home
from tests import factories

HOME = "/desk/"


def came_before(user, ago):
    """The person looked at their desk that long ago."""
    user.last_seen_at = timezone.now() - ago
    user.save()


@pytest.fixture
def client(consultant, sign_in):
    return sign_in(consultant)


def waiting(response):
    return [(line.kind.name, line.title, line.amount) for line in response.context["home"].waiting]


def news(response):
    return [(str(c.who), c.deed, c.count, c.title) for c in response.context["home"].changes]


# --- What waits --------------------------------------------------------------


def test_a_contradiction_waits_until_a_note_resolves_it(exercise, consultant, client):
    cell = factories.assess(consultant, factories.cell(exercise))
    factories.assess(consultant, cell, claim={"value": "not_available"})
    assert waiting(client.get(HOME)) == [("CONTRADICTED", "KGZ-2024: Immigration", "1 cell")]
    factories.assess(consultant, cell, resolution="The register is newer.")
    assert waiting(client.get(HOME)) == []


def test_partial_cells_without_a_reason_wait_and_lead_to_just_them(exercise, consultant, client):
    for year in (2020, 2021):
        factories.assess(consultant, factories.cell(exercise, year=year), "partially_available", partial_reason="")
    page = client.get(HOME)
    assert waiting(page) == [("NO_REASON", "KGZ-2024: Immigration", "2 cells")]
    address = page.context["home"].waiting[0].address
    assert client.get(address).context["page"].paginator.count == 2


def test_a_cell_waits_once_for_its_most_pressing_reason(exercise, consultant, reviewer, client):
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise)))
    factories.return_with_reason(reviewer, cell, reason="Which register?")
    factories.assess(consultant, cell, "partially_available", partial_reason="")
    page = client.get(HOME)
    assert [kind for kind, _title, _amount in waiting(page)] == ["RETURNED"]
    assert "Which register?" in page.content.decode()


def test_others_exercises_and_others_work_wait_for_nobody_else(exercise, consultant, outsider, observer, sign_in):
    factories.assess(consultant, factories.cell(exercise), "partially_available", partial_reason="")
    for person in (outsider, observer):
        assert waiting(sign_in(person).get(HOME)) == []


def test_in_a_frozen_exercise_nothing_waits(exercise, consultant, client):
    factories.assess(consultant, factories.cell(exercise), "partially_available", partial_reason="")
    exercise.frozen_at = timezone.now()
    exercise.save()
    assert waiting(client.get(HOME)) == []


def test_a_request_waits_for_approval_by_whoever_did_not_write_it(exercise, consultant, coordinator, client, sign_in):
    factories.data_request(consultant, exercise)
    assert [kind for kind, *_rest in waiting(sign_in(coordinator).get(HOME))] == ["REQUEST"]
    assert waiting(client.get(HOME)) == []


def test_a_request_past_its_day_waits_for_who_follows_it_up(exercise, consultant, coordinator, client):
    request = factories.sent_request(consultant, coordinator, exercise)
    assert waiting(client.get(HOME)) == []
    request.due_on = timezone.localdate() - timedelta(days=2)
    request.save()
    assert [(kind, amount) for kind, _title, amount in waiting(client.get(HOME))] == [("LATE", "2 cells")]


def test_sources_are_returned_and_reviewed_too(exercise, consultant, reviewer, client, sign_in):
    source = factories.submit(consultant, factories.source(consultant, exercise))
    page = sign_in(reviewer).get(HOME)
    assert waiting(page) == [("REVIEW", "KGZ-2024: Sources", "1 source")]
    assert source.citation_key in sign_in(reviewer).get(page.context["home"].waiting[0].address).content.decode()
    factories.return_with_reason(reviewer, source)
    page = client.get(HOME)
    assert waiting(page) == [("RETURNED", "KGZ-2024: Sources", "1 source")]
    assert source.citation_key in client.get(page.context["home"].waiting[0].address).content.decode()


def test_a_person_without_an_assignment_is_told_whom_to_ask(db, sign_in):
    assert "Ask your coordinator" in sign_in(factories.person("newcomer")).get(HOME).content.decode()


# --- What others did ---------------------------------------------------------


def test_home_groups_what_others_did_since_the_last_visit(exercise, consultant, coordinator, reviewer, client):
    came_before(consultant, timedelta(hours=2))
    cells = [factories.assess(coordinator, factories.cell(exercise, year=year)) for year in (2019, 2020, 2021)]
    factories.submit(coordinator, *cells[:2])
    factories.return_with_reason(reviewer, cells[0])
    factories.source(coordinator, exercise)
    factories.assess(consultant, factories.cell(exercise, year=2023))
    assert news(client.get(HOME)) == [
        ("Coordinator", "changed", 1, ""),
        ("Reviewer", "returned", 1, "Immigration"),
        ("Coordinator", "submitted", 2, "Immigration"),
        ("Coordinator", "changed", 3, "Immigration"),
    ]


def test_what_came_before_the_last_visit_is_not_news(exercise, consultant, coordinator, client):
    factories.assess(coordinator, factories.cell(exercise))
    consultant.last_seen_at = consultant.seen_before_at = timezone.now()
    consultant.save()
    assert news(client.get(HOME)) == []


def test_news_stay_for_one_visit_which_is_written_once(exercise, consultant, coordinator, client):
    came_before(consultant, timedelta(hours=2))
    before = consultant.last_seen_at
    factories.assess(coordinator, factories.cell(exercise))
    seen = []
    for _reload in range(2):
        assert len(news(client.get(HOME))) == 1
        consultant.refresh_from_db()
        assert consultant.seen_before_at == before
        seen.append(consultant.last_seen_at)
    assert seen[0] == seen[1] > before


def test_news_are_of_ones_own_exercises_only(exercise, consultant, outsider, sign_in):
    factories.assess(consultant, factories.cell(exercise))
    assert news(sign_in(outsider).get(HOME)) == []


def test_of_too_many_changes_the_newest_are_told_and_since_when(exercise, consultant, coordinator, client, monkeypatch):
    factories.assess(coordinator, factories.cell(exercise, year=2019))
    newer = factories.cell(exercise, year=2020)
    before = timezone.now()
    newer = factories.assess(coordinator, newer)
    factories.submit(coordinator, newer)
    assert [count for _who, _deed, count, _title in news(client.get(HOME))] == [1, 2]
    monkeypatch.setattr(home, "ENTRIES_READ", Entry.objects.filter(at__gt=before).exclude(actor=consultant).count())
    page = client.get(HOME)
    assert news(page) == [("Coordinator", "submitted", 1, "Immigration"), ("Coordinator", "changed", 1, "Immigration")]
    assert page.context["home"].since > before


# --- All exercises of a coordinator ------------------------------------------


@pytest.fixture
def many(exercise, consultant):
    factories.assess(consultant, factories.cell(exercise))
    for number, country in enumerate(("TJK", "UZB", "KAZ", "TKM", "MNG", "AFG")):
        factories.exercise(f"{country}-{number}", country)
    return exercise


def test_a_coordinator_of_several_sees_all_in_one_table_in_few_queries(
    many, regional_coordinator, sign_in, django_assert_max_num_queries
):
    client = sign_in(regional_coordinator)
    with django_assert_max_num_queries(15):
        page = client.get(HOME)
    overview = page.context["home"].overview
    assert [exercise.code for exercise, _shares, _total in overview.rows][:2] == ["AFG-5", "KAZ-2"]
    assert next(iter(overview.sections.values())) == "Immigration"
    assert '1<span class="of">/108</span>' in page.content.decode()
    assert 'role="region" aria-labelledby="overview"' in page.content.decode()


def test_of_many_exercises_the_table_shows_a_page(many, regional_coordinator, sign_in, monkeypatch):
    monkeypatch.setattr(home, "OVERVIEW_PAGE", 3)
    client = sign_in(regional_coordinator)

    def codes(page):
        return [exercise.code for exercise, _shares, _total in page.context["home"].overview.rows]

    first = client.get(HOME)
    assert codes(first) == ["AFG-5", "KAZ-2", "KGZ-2024"]
    assert "7 exercises; cells assessed" in first.content.decode()
    assert 'href="?page=2#overview"' in first.content.decode()
    assert codes(client.get(HOME, {"page": 3})) == ["UZB-1"]
    assert codes(client.get(HOME, {"page": "?"})) == codes(first)


def test_the_table_holds_what_one_coordinates_and_the_rest_follows(many, coordinator, sign_in):
    for code, role in (("TJK-0", Role.COORDINATOR), ("UZB-1", Role.OBSERVER)):
        factories.assign(coordinator, many.__class__.objects.get(code=code), role)
    page = sign_in(coordinator).get(HOME).context["home"]
    assert [exercise.code for exercise, _shares, _total in page.overview.rows] == ["KGZ-2024", "TJK-0"]
    assert [own.exercise.code for own in page.exercises] == ["UZB-1"]


def test_whoever_reads_many_sees_the_first_in_full_and_links_to_the_rest(many, observer, sign_in):
    Assignment.objects.filter(user=observer).delete()
    factories.assign(observer, None, Role.OBSERVER)
    page = sign_in(observer).get(HOME)
    assert page.context["home"].overview is None
    assert len(page.context["home"].exercises) == 5
    assert "Other exercises" in page.content.decode()
    assert 'href="/desk/exercises/UZB-1/"' in page.content.decode()


def test_of_very_many_others_the_first_are_linked_and_the_list_of_all(many, observer, sign_in, monkeypatch):
    monkeypatch.setattr(home, "OTHERS_SHOWN", 1)
    Assignment.objects.filter(user=observer).delete()
    factories.assign(observer, None, Role.OBSERVER)
    page = sign_in(observer).get(HOME)
    assert [exercise.code for exercise in page.context["home"].others] == ["TKM-3"]
    assert "all of them" in page.content.decode()


# --- Nothing yet ---------------------------------------------------------------


def test_where_no_exercise_is_who_may_start_one_is_led_there(nothing_started, sign_in):
    page = sign_in(factories.superuser()).get(HOME).content.decode()
    assert "There is no exercise yet." in page
    assert 'href="/desk/mapping/exercise/add/">Start an exercise</a>' in page


def test_who_may_start_none_is_told_whom_to_ask(exercise, observer, sign_in):
    Assignment.objects.filter(user=observer).delete()
    page = sign_in(observer).get(HOME).content.decode()
    assert "Ask your coordinator to assign you to an exercise." in page
    assert "Start an exercise" not in page
