"""The page behind the secret link: one request, for whoever holds the link, until it is closed or withdrawn."""

import re

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from mapping.audit.models import Entry
from mapping.data_requests import answers, selectors, services
from mapping.data_requests.models import Answer, DataRequest
from tests import factories

AGENT = "203.0.113.7"


@pytest.fixture
def link(sent, mailoutbox):
    """The address in the mail."""
    return re.search(r"http://[^/]+(/answer/\S+/)", mailoutbox[0].body)[1]


@pytest.fixture
def official():
    """A browser without any cookie, that says nothing of where it comes from."""
    return Client(enforce_csrf_checks=True, headers={"origin": "null"}, REMOTE_ADDR=AGENT)


def typed(request, **values):
    indicator = request.items.first().cell.indicator_id
    return {f"q{indicator}-{name}": value for name, value in values.items()}


def said(request):
    return [(one.value, one.access, one.comment) for one in selectors.latest_item_answers(request).values()]


def test_it_shows_that_request_to_whoever_has_the_link(sent, link, official, coordinator):
    page = official.get(link)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    text = page.content.decode()
    assert "National Committee NSC" in text
    assert "we ask for data." in text
    assert "Stock, 2020–2021" in text
    assert coordinator.email in text
    assert "csrfmiddlewaretoken" not in text


def test_opening_it_changes_nothing(sent, link, official):
    """Scanners of mail open every link."""
    before = Entry.objects.count()
    for _time in range(3):
        official.get(link)
        official.head(link)
    sent.refresh_from_db()
    assert (sent.status, Answer.objects.count(), Entry.objects.count()) == ("sent", 0, before)


def test_an_answer_is_kept_and_thanked_for(sent, link, official):
    values = typed(sent, value="available", access="on_request", comment="Бишкек: по письму")
    response = official.post(link, {**values, "note": "Ask again in May"}, follow=True)
    assert "Your answer has arrived" in response.content.decode()
    sent.refresh_from_db()
    assert sent.status == "answered"
    answer = sent.answers.get()
    assert (answer.channel, answer.focal_point, answer.note) == ("link", sent.focal_point, "Ask again in May")
    assert said(sent) == [("available", "on_request", "Бишкек: по письму")] * 2
    assert Entry.objects.filter(verb="answered").get().actor.is_system


def test_a_year_that_differs_is_answered_by_itself(sent, link, official):
    later = sent.items.last()
    official.post(link, typed(sent, value="not_available", **{f"year_{later.pk}": "not_known"}))
    by_year = {item.cell.year: selectors.latest_item_answers(sent)[item.pk].value for item in sent.items.all()}
    assert by_year == {2020: "not_available", 2021: ""}


def test_answers_change_no_cell(sent, link, official):
    official.post(link, typed(sent, value="available"))
    cell = sent.items.first().cell
    assert (cell.value, cell.version, cell.claims.count()) == ("", 1, 0)


def test_an_answer_can_be_corrected_and_each_is_kept(sent, link, official):
    official.post(link, typed(sent, value="not_available"))
    page = official.get(link).content.decode()
    assert re.search(r'value="not_available"[^>]* checked', page)
    official.post(link, typed(sent, value="partially_available", access="public"))
    assert sent.answers.count() == 2
    assert said(sent) == [("partially_available", "public", "")] * 2


def test_the_same_answer_twice_is_one(sent, link, official):
    for _click in range(2):
        response = official.post(link, typed(sent, value="available", access="public"), follow=True)
        assert response.status_code == 200
    assert sent.answers.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"comment": "Only a comment"},
        {"value": "available", "comment": "x\0y"},
        {"value": "available", "comment": "ж" * 1_000_000},
        {"value": "excellent"},
        {"value": "not_applicable"},
        {"value": "available", "access": "secret"},
    ],
    ids=["nothing", "comment alone", "NUL", "1 MB", "unknown value", "not applicable", "unknown access"],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(sent, link, official, values):
    response = official.post(link, typed(sent, **values))
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    if values.get("comment"):
        assert values["comment"].replace("\0", "") in response.content.decode().replace("\0", "")
    assert sent.answers.count() == 0


def test_items_of_another_request_cannot_be_answered(exercise, sent, link, consultant, coordinator):
    other = factories.data_request(consultant, exercise, sent.agency)
    with pytest.raises(services.Refused, match="not part of the request"):
        answers.answer_by_link(
            request=sent,
            focal_point=sent.focal_point,
            said=[answers.Said(other.items.first().pk, "available", "public")],
        )
    assert sent.answers.count() == 0


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "өң:1:2", signing.dumps([1, 1, 1], salt="another"), "x" * 5000])
def test_a_link_that_is_none_of_ours_is_not_found(sent, official, token):
    page = official.get(f"/answer/{token}/")
    assert page.status_code == 404
    assert "This link does not work" in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def test_a_link_sent_to_a_wrong_address_stops_working(sent, link, official, coordinator):
    DataRequest.objects.filter(pk=sent.pk).update(status="bounced")
    services.reissue(actor=coordinator, request=sent, name="Right Person", email="right@nsc.example")
    assert official.get(link).status_code == 404
    assert official.post(link, typed(sent, value="available")).status_code == 404


def test_a_link_expires(sent, link, official, monkeypatch):
    monkeypatch.setattr(selectors, "LINK_VALID_SECONDS", -1)
    page = official.get(link)
    assert page.status_code == 404
    assert "expired" in page.content.decode()


@pytest.mark.parametrize(("status", "words"), [("withdrawn", "was withdrawn"), ("closed", "is closed")])
def test_a_request_that_is_over_says_so_and_takes_no_answer(sent, link, official, status, words):
    DataRequest.objects.filter(pk=sent.pk).update(status=status)
    for response in (official.get(link), official.post(link, typed(sent, value="available"))):
        assert response.status_code == 410
        assert words in response.content.decode()
    assert sent.answers.count() == 0


def test_an_answer_proves_that_a_mail_of_unknown_fate_arrived(sent, link, official):
    DataRequest.objects.filter(pk=sent.pk).update(status="queued", sent_at=None)
    sent.messages.update(state="uncertain")
    official.post(link, typed(sent, value="available"))
    sent.refresh_from_db()
    assert sent.status == "answered"
    assert sent.sent_at


def test_a_late_answer_is_welcome(sent, link, official):
    DataRequest.objects.filter(pk=sent.pk).update(due_on=timezone.localdate() - timezone.timedelta(days=30))
    assert "It is still welcome" in official.get(link).content.decode()
    official.post(link, typed(sent, value="available"))
    assert sent.answers.count() == 1


def test_it_speaks_the_language_of_the_letter_or_the_one_chosen(sent, link, official):
    assert 'lang="ru"' in official.get(f"{link}?language=ru").content.decode()
    assert "Отправить ответ" in official.get(f"{link}?language=ru").content.decode()
    DataRequest.objects.filter(pk=sent.pk).update(language="ru")
    assert "Отправить ответ" in official.get(link).content.decode()
    assert "Send the answer" in official.get(f"{link}?language=en").content.decode()
    assert official.get(f"{link}?language=xx").status_code == 200


def statuses_of(link, values, addresses):
    return [Client(REMOTE_ADDR=address).post(link, values).status_code for address in addresses]


def test_answering_is_slowed_down_by_link_whatever_the_address(settings, sent, link):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"answer_data_request": "2/h/key"}
    addresses = [f"203.0.113.{number}" for number in range(3)]
    assert statuses_of(link, typed(sent, value="available"), addresses) == [302, 302, 429]


def test_posting_to_any_link_is_slowed_down_by_address(settings, sent, official):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"answer_data_request": "2/h/ip"}
    statuses = [official.post(f"/answer/guess-{number}/").status_code for number in range(3)]
    assert statuses == [404, 404, 429]
    assert statuses_of("/answer/guess-4/", {}, ["203.0.113.8"]) == [404]
