"""What the grid's script asks: the good cells are saved, each refused one is told, whoever may not is told so in JSON."""

import json
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.comments import services as comments
from mapping.comments.models import About
from mapping.countries import services as countries
from mapping.countries.models import Assignment, Exercise
from tests import factories

PLACE = ["KGZ-2024", "immigration"]
PAGE = reverse("exercise_section", args=PLACE)
SAVE = reverse("grid_save", args=PLACE)
CHANGES = reverse("grid_changes", args=PLACE)


def edit(cell, **values):
    return {"id": cell.pk, "version": cell.version, **values}


def post(client, *edits, act=None, **more):
    body = {"act": str(act or uuid.uuid4()), "edits": list(edits), **more}
    return client.post(SAVE, json.dumps(body), content_type="application/json")


@pytest.fixture
def client(consultant, sign_in):
    return sign_in(consultant)


@pytest.fixture
def cell(exercise):
    return factories.cell(exercise)


# --- Saving ------------------------------------------------------------------


def test_a_save_answers_with_the_cells_as_they_are_now(client, cell):
    answer = post(client, edit(cell, value="partially_available", partial_reason="survey_or_estimate")).json()
    assert answer == {
        "saved": [
            {
                "id": cell.pk,
                "version": 2,
                "value": "partially_available",
                "partial_reason": "survey_or_estimate",
                "status": "draft",
            }
        ],
        "refused": [],
    }


def test_the_good_ones_are_saved_where_others_are_refused(client, exercise, coordinator, cell):
    stale, unknown, bad = factories.cell(exercise, year=2021), factories.cell(exercise, year=2022), None
    bad = factories.cell(exercise, year=2023)
    seen = edit(stale, value="not_available")
    factories.assess(coordinator, stale, "available")
    answer = post(
        client,
        edit(cell, value="available"),
        seen,
        {**edit(unknown, value="available"), "id": 10**9},
        edit(bad, value="perhaps"),
    ).json()
    assert [saved["id"] for saved in answer["saved"]] == [cell.pk]
    refused = {row["id"]: row for row in answer["refused"]}
    assert {pk: row["kind"] for pk, row in refused.items()} == {
        stale.pk: "stale",
        10**9: "gone",
        bad.pk: "refused",
    }
    theirs = refused[stale.pk]["theirs"]
    assert (theirs["value"], theirs["version"], theirs["who"]) == ("available", 2, "Coordinator")
    assert "Coordinator changed" in refused[stale.pk]["sentence"]
    assert "not a valid choice" in refused[bad.pk]["sentence"]
    cell.refresh_from_db()
    assert cell.value == "available"


def test_a_save_that_is_sent_again_is_no_conflict_with_itself(client, cell):
    again = edit(cell, value="available")
    post(client, again)
    answer = post(client, again).json()
    assert (answer["saved"][0]["version"], answer["refused"]) == (2, [])
    assert Entry.objects.filter(target_type="cell", target_id=cell.pk).count() == 1


def test_one_save_is_one_act_of_the_history(client, exercise, cell):
    act = uuid.uuid4()
    post(client, edit(cell, value="available"), edit(factories.cell(exercise, year=2021), value="available"), act=act)
    assert Entry.objects.filter(act=act).count() == 2


def test_a_save_takes_few_queries_and_a_fill_of_a_hundred_not_many_more(
    client, exercise, cell, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        assert post(client, edit(cell, value="available")).status_code == 200
    cells = Cell.objects.filter(exercise=exercise, indicator__section__key="immigration").order_by("-pk")[:100]
    edits = [edit(cell, value="not_available") for cell in cells]
    with django_assert_max_num_queries(20):
        assert len(post(client, *edits).json()["saved"]) == 100


def test_a_hundred_conflicts_take_no_query_each(client, exercise, django_assert_max_num_queries):
    cells = list(Cell.objects.filter(exercise=exercise, indicator__section__key="immigration")[:100])
    post(client, *[edit(cell, value="available") for cell in cells])
    with django_assert_max_num_queries(20):
        answer = post(client, *[edit(cell, value="not_available") for cell in cells]).json()
    assert {row["kind"] for row in answer["refused"]} == {"stale"}


def test_a_save_weighs_little_each_way(client, exercise, cell):
    request = {"act": str(uuid.uuid4()), "by": 1, "edits": [edit(cell, value="partially_available", note="n" * 500)]}
    answer = post(client, *request["edits"])
    assert len(json.dumps(request)) <= 2048
    assert len(answer.content) <= 2048


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '{"act": "x", "edits": []}',
        '{"edits": []}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [1]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": "1", "version": 1, "value": ""}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": true, "version": 1, "value": ""}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": 1, "version": 1}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": 1, "version": 1, "status": "approved"}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": 1, "version": 1, "value": null}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": 1, "version": 1, "note": "\\ud800"}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": 99999999999999999999, "version": 1, "value": ""}]}',
        '{"act": "6f1e5c1e-98a4-4f0e-9d0e-0d6d5b1f0c11", "edits": [{"id": 1, "version": 1, "value": ""}, {"id": 1, "version": 1, "value": ""}]}',
        "[" * 100_000,
        '"' + "x" * (1024 * 1024) + '"',
        '"' + "x" * (11 * 1024 * 1024) + '"',
    ],
)
def test_a_damaged_save_is_a_bad_request_with_a_sentence(client, body):
    answer = client.post(SAVE, body, content_type="application/json")
    assert answer.status_code == 400
    assert "Load it again" in answer.json()["sentence"]


def test_a_character_that_cannot_be_stored_is_refused_at_its_cell(client, cell):
    answer = post(client, edit(cell, note="a\0b")).json()
    assert "NUL" in answer["refused"][0]["sentence"]


# --- Who may -----------------------------------------------------------------


def test_who_only_reads_is_refused_in_a_sentence(observer, reviewer, sign_in, cell):
    for person in (observer, reviewer):
        answer = post(sign_in(person), edit(cell, value="available")).json()
        assert answer["refused"][0]["kind"] == "refused"
        assert "Only the consultants and coordinators of KGZ-2024" in answer["refused"][0]["sentence"]


def test_to_an_outsider_nothing_is_there(outsider, sign_in, cell):
    client = sign_in(outsider)
    for answer in (
        post(client, edit(cell, value="available")),
        client.get(CHANGES),
        client.get(reverse("grid_panel", args=[*PLACE, cell.pk])),
    ):
        assert answer.status_code == 404
        assert answer.json()["sentence"]


def test_a_cell_of_another_exercise_is_gone_and_stays(client, outsider):
    foreign = factories.cell(Exercise.objects.get(code="TJK-2024"))
    assert post(client, edit(foreign, value="available")).json()["refused"][0]["kind"] == "gone"
    assert client.get(reverse("grid_panel", args=[*PLACE, foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.version == 1


def test_who_is_signed_out_is_told_where_to_sign_in(cell):
    for answer in (post(Client(), edit(cell, value="available")), Client().get(CHANGES)):
        assert answer.status_code == 401
        assert answer.json()["sign_in"] == f"/accounts/login/?next={PAGE}"


def test_what_one_person_typed_is_not_saved_as_another(client, cell, coordinator):
    answer = post(client, edit(cell, value="available"), by=coordinator.pk)
    assert answer.status_code == 401
    cell.refresh_from_db()
    assert cell.version == 1


def test_a_save_without_the_pages_token_is_refused(consultant, cell):
    client = Client(enforce_csrf_checks=True)
    client.force_login(consultant)
    assert post(client, edit(cell, value="available")).status_code == 403
    token = client.get(f"{CHANGES}?token").json()["token"]
    body = json.dumps({"act": str(uuid.uuid4()), "edits": [edit(cell, value="available")]})
    headers = {"X-CSRFToken": token}
    assert client.post(SAVE, body, content_type="application/json", headers=headers).status_code == 200


def test_an_unknown_section_is_not_found(client):
    assert client.get(reverse("grid_changes", args=["KGZ-2024", "nonsense"])).status_code == 404


# --- What others changed -----------------------------------------------------


def test_changes_are_told_with_who_and_when_in_few_queries(
    client, coordinator, exercise, cell, django_assert_max_num_queries
):
    cursor = client.get(CHANGES).json()["cursor"]
    factories.assess(coordinator, cell, "available")
    factories.assess(coordinator, factories.cell(exercise, section="emigration"), "available")
    with django_assert_max_num_queries(8):
        told = client.get(CHANGES, {"since": cursor}).json()
    assert [(row["id"], row["value"], row["claims"], row["who"]) for row in told["cells"]] == [
        (cell.pk, "available", 1, "Coordinator")
    ]
    assert told["cells"][0]["by"] == coordinator.pk


def test_what_is_said_of_a_cell_is_told_and_so_is_that_it_is_settled(client, reviewer, exercise, cell):
    cursor = client.get(CHANGES).json()["cursor"]
    said = comments.comment(actor=reviewer, exercise=exercise, about=About.CELL, row=cell, text="Which register?")
    elsewhere = factories.cell(exercise, section="emigration")
    comments.comment(actor=reviewer, exercise=exercise, about=About.CELL, row=elsewhere, text="And here?")
    (told,) = client.get(CHANGES, {"since": cursor}).json()["cells"]
    assert (told["id"], told["comments"], told["who"], told["talk"]) == (cell.pk, 1, "Reviewer", True)
    comments.resolve(actor=reviewer, comment=said)
    (told,) = client.get(CHANGES, {"since": cursor}).json()["cells"]
    assert "comments" not in told


def test_a_change_of_review_is_told_too(client, consultant, reviewer, cell):
    factories.submit(consultant, factories.assess(consultant, cell, "available"))
    assert client.get(CHANGES).json()["cells"][0]["status"] == "submitted"


def test_freezing_and_losing_the_role_are_told(client, consultant, coordinator, exercise):
    assert client.get(CHANGES).json()["why_not"] == ""
    countries.freeze(actor=coordinator, exercise=exercise, reason="Published")
    assert "is frozen" in client.get(CHANGES).json()["why_not"]
    Assignment.objects.filter(user=consultant).delete()
    assert client.get(CHANGES).status_code == 404


@pytest.mark.parametrize("since", ["", "x", "2024-13-45T00:00:00Z", "2024-01-01T00:00:00", "0001-01-01T00:00:00+00:00"])
def test_a_damaged_cursor_asks_from_now_on(client, since):
    assert client.get(CHANGES, {"since": since}).status_code == 200


# --- The panel ---------------------------------------------------------------


def test_the_panel_shows_the_cell_in_full(client, consultant, exercise, cell):
    source = factories.source(consultant, exercise)
    factories.assess(consultant, cell, "partially_available", source=source, claim={"value": "available"})
    page = client.get(reverse("grid_panel", args=[*PLACE, cell.pk])).content.decode()
    for told in ("Stock, 2020", "survey or estimate", "NSC KR, 2023", "Its claims suggest", "All immigrants living"):
        assert told in page
    assert 'data-value="available"' in page


def test_the_panel_of_who_only_reads_has_no_form(observer, sign_in, cell):
    page = sign_in(observer).get(reverse("grid_panel", args=[*PLACE, cell.pk])).content.decode()
    assert "<form" not in page


# --- The page ----------------------------------------------------------------


def test_the_page_holds_every_cell_once_for_its_script(client, exercise, cell, consultant):
    factories.assess(consultant, cell, "available", claim={"access": "on_request"})
    data = client.get(PAGE).context["grid"]["data"]
    kinds = {pk: data["kinds"][kind] for pk, _version, kind in data["cells"]}
    assert len(kinds) == exercise.cells.filter(indicator__section__key="immigration").count()
    assert kinds[cell.pk] == {"value": "available", "status": "draft", "access": "on_request", "claims": 1}


def test_the_table_is_turned_by_its_address(client):
    page = client.get(f"{PAGE}?layout=years").content.decode()
    assert page.index('data-year="2023"') < page.index('data-year="2018"')
    assert "vh" in page


def test_hostile_titles_and_notes_stay_text(client, exercise, consultant, cell):
    indicator = cell.indicator
    type(indicator).objects.filter(pk=indicator.pk).update(title='<script>alert(1)</script>"')
    factories.assess(consultant, cell, "partially_available", partial_note="</script><b>")
    for address in (PAGE, f"{PAGE}?layout=years", reverse("grid_panel", args=[*PLACE, cell.pk])):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "</script><b>" not in page
