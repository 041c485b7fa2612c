"""The desk's pages of requests: written, approved and answered by form, seen by those of the exercise alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from mapping.data_requests.models import DataRequest
from tests import factories

pytestmark = pytest.mark.django_db


def address(name, request, **more):
    return reverse(name, kwargs={"code": request.exercise.code, "number": request.number, **more})


def act(client, request, verb, **values):
    return client.post(address("data_request_act", request, act=verb), values, follow=True)


def fresh(request):
    return DataRequest.objects.get(pk=request.pk)


@pytest.fixture
def agency(exercise, consultant):
    return factories.agency(consultant, exercise)


@pytest.fixture
def new_page(exercise, agency):
    return f"{reverse('data_request_new', args=[exercise.code])}?agency={agency.pk}&section=immigration&language="


def letter(**values):
    due_on = timezone.localdate() + timedelta(days=10)
    return {"subject": "Stock", "letter": "We ask.", "language": "en", "due_on": due_on.isoformat()} | values


def test_what_is_missing_partial_or_not_assessed_is_offered(exercise, consultant, new_page, sign_in):
    factories.assess(consultant, factories.cell(exercise, year=2018), "available")
    factories.assess(consultant, factories.cell(exercise, year=2019), "not_available")
    form = sign_in(consultant).get(new_page).context["form"]
    years = [cell.year for cell in form.offered if cell.indicator.key == "stock"]
    assert years == [2019, 2020, 2021, 2022, 2023]
    assert {cell.indicator.section.key for cell in form.offered} == {"immigration"}


def test_the_letter_offered_speaks_the_language_of_the_focal_point(agency, consultant, new_page, sign_in):
    agency.focal_points.update(language="ru")
    client = sign_in(consultant)
    assert "миграционные данные" in client.get(new_page).content.decode()
    text = client.get(new_page + "en").content.decode()
    for word in ("Kyrgyzstan", "2018–2023", "Migration Data Mapping Methodology", "National Committee NSC"):
        assert word in text


def test_a_row_is_all_its_years_and_single_years_come_on_top(exercise, consultant, new_page, sign_in):
    stock = factories.cell(exercise)
    flows = factories.cell(exercise, "flows", 2021)
    response = sign_in(consultant).post(new_page, letter(rows=[stock.indicator_id], cells=[flows.pk]), follow=True)
    request = DataRequest.objects.get()
    assert response.redirect_chain == [(request.get_absolute_url(), 302)]
    assert request.items.filter(cell__indicator=stock.indicator).count() == 6
    assert request.items.count() == 7


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"subject": "x" * 300},
        {"letter": "a\0b"},
        {"letter": "ж" * 1_000_000},
        {"language": "xx"},
        {"due_on": "12/31/2030"},
        {"due_on": "2020-01-01"},
        {"due_on": ""},
        {"cells": ["no number"]},
        {"cells": ["999999999"]},
        {"rows": []},
    ],
    ids=str,
)
def test_bad_input_is_told_and_nothing_typed_is_lost(exercise, consultant, new_page, sign_in, wrong):
    values = letter(rows=[factories.cell(exercise).indicator_id]) | {"subject": "Keep me"} | wrong
    page = sign_in(consultant).post(new_page, values)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert wrong.get("subject", "Keep me") in page.content.decode()
    assert not DataRequest.objects.exists()


def test_a_cell_of_another_country_cannot_be_asked_for(exercise, outsider, consultant, new_page, sign_in):
    foreign = factories.cell(factories.Exercise.objects.get(code="TJK-2024"))
    page = sign_in(consultant).post(new_page, letter(cells=[foreign.pk]))
    assert 'role="alert"' in page.content.decode()
    assert not DataRequest.objects.exists()


def test_an_agency_of_another_country_is_not_found(exercise, outsider, consultant, sign_in):
    foreign = factories.agency(outsider, factories.Exercise.objects.get(code="TJK-2024"), "TJS")
    page = sign_in(consultant).get(f"{reverse('data_request_new', args=[exercise.code])}?agency={foreign.pk}")
    assert page.status_code == 404


def test_a_stale_draft_shows_both_versions_and_can_then_be_saved(draft, consultant, coordinator, sign_in):
    edit = address("data_request_edit", draft)
    cells = list(draft.items.values_list("cell_id", flat=True))
    sign_in(coordinator).post(edit, letter(subject="Theirs", cells=cells, seen_version=1))
    mine = sign_in(consultant)
    page = mine.post(edit, letter(subject="Mine", cells=cells, seen_version=1))
    text = page.content.decode()
    assert "Theirs" in text
    assert "Mine" in text
    assert fresh(draft).subject == "Theirs"
    seen = page.context["form"]["seen_version"].value()
    mine.post(edit, letter(subject="Mine", cells=cells, seen_version=seen))
    assert fresh(draft).subject == "Mine"


def test_a_draft_goes_all_the_way_by_its_buttons(draft, coordinator, sign_in):
    client = sign_in(coordinator)
    act(client, draft, "approve", version=draft.version)
    assert fresh(draft).status == "queued"
    act(client, draft, "recall")
    act(client, draft, "approve", version=draft.version)
    factories.send_message(draft.messages.order_by("-pk").first().pk)
    later = fresh(draft).due_on + timedelta(days=7)
    act(client, draft, "extend", due_on=later.isoformat())
    assert fresh(draft).due_on == later
    item = draft.items.first()
    paper = {f"q{item.cell.indicator_id}-value": "available", "note": "Call of 3 May"}
    client.post(address("data_request_register_answer", draft), paper)
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "Call of 3 May" in page
    assert "Answers are proposals" in page
    act(client, draft, "close")
    assert fresh(draft).status == "closed"


def test_who_may_not_sees_why_beside_the_button(draft, consultant, sign_in):
    page = sign_in(consultant).get(draft.get_absolute_url()).content.decode()
    assert "Only a coordinator of KGZ-2024 approves its requests." in page
    response = act(sign_in(consultant), draft, "approve", version=draft.version)
    assert "Only a coordinator of KGZ-2024 approves its requests." in response.content.decode()
    assert fresh(draft).status == "draft"


def test_a_wrong_address_is_corrected_on_the_page(sent, coordinator, sign_in):
    DataRequest.objects.filter(pk=sent.pk).update(status="bounced")
    client = sign_in(coordinator)
    page = act(client, sent, "reissue", name="Gulnara", email="no address")
    assert page.status_code == 422
    assert "no address" in page.content.decode()
    act(client, sent, "reissue", name="Gulnara", email="right@nsc.example")
    assert fresh(sent).status == "queued"
    assert fresh(sent).focal_point.email == "right@nsc.example"


def test_a_mail_of_unknown_fate_waits_for_a_person(queued, coordinator, consultant, sign_in):
    message = queued.messages.get()
    queued.messages.update(state="uncertain")
    assert "It was sent" not in sign_in(consultant).get(queued.get_absolute_url()).content.decode()
    client = sign_in(coordinator)
    assert "It was sent" in client.get(queued.get_absolute_url()).content.decode()
    client.post(address("data_request_settle_mail", queued, pk=message.pk), {"fate": "sent"})
    assert fresh(queued).status == "sent"


def test_nothing_of_it_is_found_by_those_of_another_country(sent, outsider, sign_in):
    client = sign_in(outsider)
    message = sent.messages.get()
    pages = [
        reverse("data_requests", args=[sent.exercise.code]),
        reverse("data_request_new", args=[sent.exercise.code]),
        sent.get_absolute_url(),
        address("data_request_edit", sent),
        address("data_request_register_answer", sent),
        reverse("admin:mapping_datarequest_change", args=[sent.pk]),
        reverse("admin:mapping_datarequest_history", args=[sent.pk]),
    ]
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 404)
    for name in ("approve", "recall", "extend", "withdraw", "close", "reissue"):
        assert client.post(address("data_request_act", sent, act=name)).status_code == 404
    assert client.post(address("data_request_settle_mail", sent, pk=message.pk)).status_code == 404
    listed = client.get(reverse("admin:mapping_datarequest_changelist"))
    assert "R-001" not in listed.content.decode()
    assert "KGZ-2024" not in listed.content.decode()


def test_the_admin_lists_and_finds_in_either_case_and_changes_nothing(exercise, consultant, sign_in):
    factories.data_request(consultant, exercise, subject="Бишкек: миграция")
    client = sign_in(consultant)
    listing = reverse("admin:mapping_datarequest_changelist")
    assert "KGZ-2024/R-001" in client.get(listing, {"q": "БИШКЕК"}).content.decode()
    assert "KGZ-2024/R-001" not in client.get(listing, {"q": "Ош"}).content.decode()
    assert client.get(reverse("admin:mapping_datarequest_add")).status_code == 403


def test_an_unknown_act_is_not_found_and_getting_one_does_nothing(draft, coordinator, sign_in):
    client = sign_in(coordinator)
    assert act(client, draft, "explode").status_code == 404
    assert client.get(address("data_request_act", draft, act="approve")).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_list(
    exercise, consultant, coordinator, sign_in, django_assert_max_num_queries
):
    agency = factories.agency(consultant, exercise)
    for _number in range(12):
        factories.data_request(consultant, exercise, agency)
    client = sign_in(coordinator)
    with django_assert_max_num_queries(15):
        client.get(reverse("data_requests", args=[exercise.code]))
    with django_assert_max_num_queries(15):
        client.get(reverse("admin:mapping_datarequest_changelist"))
    with django_assert_max_num_queries(20):
        client.get(DataRequest.objects.first().get_absolute_url())
