"""The review's queues in the admin: what waits, decided by actions that ask first and tell every refusal."""

import re

import pytest

from mapping.audit.models import Entry
from tests import factories

CELLS = "/desk/mapping/cellunderreview/"
SOURCES = "/desk/mapping/sourceunderreview/"


def act(client, address, action, *rows, **typed):
    """Choose rows in the list, take an action, confirm what it shows."""
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    asked = client.post(address + "?status=all", chosen).content.decode()
    seen = re.findall(r'name="rows" value="([^"]+)"', asked)
    confirmed = chosen | {"confirmed": "yes", "rows": seen, **typed}
    return client.post(address + "?status=all", confirmed, follow=True).content.decode()


def states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


@pytest.fixture
def cells(exercise, consultant):
    return [factories.assess(consultant, factories.cell(exercise, year=year)) for year in (2020, 2021)]


def test_the_queue_shows_what_is_submitted_unless_asked_otherwise(
    exercise, consultant, reviewer, cells, sign_in, django_assert_max_num_queries
):
    factories.submit(consultant, cells[0])
    client = sign_in(reviewer)
    with django_assert_max_num_queries(15):
        page = client.get(CELLS).content.decode()
    assert f"{cells[0].pk}/change" in page
    assert f"{cells[1].pk}/change" not in page
    assert f"{cells[1].pk}/change" in client.get(CELLS + "?status=draft").content.decode()


def test_actions_take_rows_through_the_whole_review(exercise, consultant, reviewer, cells, sign_in):
    consult, review = sign_in(consultant), sign_in(reviewer)
    assert "2 rows submitted" in act(consult, CELLS, "submit_rows", *cells)
    assert "2 rows withdrawn" in act(consult, CELLS, "withdraw_rows", *cells)
    act(consult, CELLS, "submit_rows", *cells)
    assert "1 row approved" in act(review, CELLS, "approve_rows", cells[0])
    assert "1 row returned" in act(review, CELLS, "return_rows", cells[1], reason="Which agency?")
    assert states(*cells) == ["approved", "returned"]


def test_sources_have_a_queue_of_their_own(exercise, consultant, reviewer, sign_in):
    source = factories.submit(consultant, factories.source(consultant, exercise))
    client = sign_in(reviewer)
    assert "NSC KR, 2023" in client.get(SOURCES + "?q=nsc").content.decode()
    assert "1 row approved" in act(client, SOURCES, "approve_rows", source)
    assert states(source) == ["approved"]


def test_every_refusal_is_told_in_words_and_nothing_is_done(exercise, consultant, reviewer, cells, sign_in):
    factories.submit(consultant, cells[0])
    page = act(sign_in(reviewer), CELLS, "approve_rows", *cells)
    assert "Stock, 2021: It is draft: only a submitted row is approved." in page
    assert states(*cells) == ["submitted", "draft"]
    page = act(sign_in(consultant), CELLS, "approve_rows", cells[0])
    assert "Only the reviewers and coordinators of KGZ-2024 approve." in page


def test_a_return_without_a_reason_is_refused(exercise, consultant, reviewer, cells, sign_in):
    factories.submit(consultant, *cells)
    assert "Say why" in act(sign_in(reviewer), CELLS, "return_rows", *cells, reason="  ")
    assert states(*cells) == ["submitted", "submitted"]


def test_only_what_was_shown_is_decided(exercise, consultant, coordinator, reviewer, cells, sign_in):
    client = sign_in(consultant)
    asked = client.post(CELLS + "?status=all", {"action": "submit_rows", "_selected_action": [cells[0].pk]})
    seen = re.findall(r'name="rows" value="([^"]+)"', asked.content.decode())
    factories.assess(coordinator, cells[0], "not_available")
    confirmed = {"action": "submit_rows", "_selected_action": [cells[0].pk], "confirmed": "yes", "rows": seen}
    page = client.post(CELLS + "?status=all", confirmed, follow=True).content.decode()
    assert "Coordinator changed" in page
    assert states(cells[0]) == ["draft"]


def test_a_row_opens_in_its_own_form(exercise, reviewer, cells, sign_in):
    answer = sign_in(reviewer).get(f"{CELLS}{cells[0].pk}/change/")
    assert answer["Location"] == f"/desk/mapping/cell/{cells[0].pk}/change/"


def test_outsiders_find_nothing_in_the_queues(exercise, consultant, outsider, cells, sign_in):
    client = sign_in(outsider)
    assert f"review/{cells[0].pk}/change" not in client.get(CELLS + "?status=all").content.decode()
    act(client, CELLS, "submit_rows", *cells)
    assert states(*cells) == ["draft", "draft"]


def test_the_history_is_read_by_those_of_the_exercise_and_altered_by_nobody(
    exercise, consultant, outsider, regional_coordinator, cells, sign_in, django_assert_max_num_queries
):
    entry = Entry.objects.filter(target_type="cell").first()
    client = sign_in(consultant)
    with django_assert_max_num_queries(15):
        page = client.get("/desk/mapping/entry/").content.decode()
    assert "KGZ-2024" in page
    assert f"Availability cell: {cells[0]}" in page
    assert "methodology" not in re.sub(
        r"<nav.*?</nav>",
        "",
        client.get("/desk/mapping/entry/?kind=methodology").content.decode().partition("result_list")[2],
    )
    assert client.get(f"/desk/mapping/entry/{entry.pk}/change/").status_code == 200
    assert f"entry/{entry.pk}/change" not in sign_in(outsider).get("/desk/mapping/entry/").content.decode()
    for person in (consultant, regional_coordinator, factories.superuser()):
        client = sign_in(person)
        assert client.post(f"/desk/mapping/entry/{entry.pk}/change/", {"reason": "x"}).status_code in {302, 403}
        assert client.post(f"/desk/mapping/entry/{entry.pk}/delete/", {"post": "yes"}).status_code in {302, 403}
        assert client.get("/desk/mapping/entry/add/").status_code in {302, 403}
    entry.refresh_from_db()
    assert entry.reason == ""
