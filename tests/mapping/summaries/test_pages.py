"""The list, the page of a version, its downloads."""

import json

import pytest
from django.urls import reverse

from mapping.summaries.models import Summary
from mapping.summaries.services import request_compilation

LIST = "/desk/exercises/KGZ-2024/summaries/"


def test_a_coordinator_asks_for_a_summary_and_watches_it(exercise, coordinator, sign_in):
    client = sign_in(coordinator)
    page = client.post(LIST, {"basis": "approved", "language": "en"}, follow=True)
    assert page.redirect_chain == [(f"{LIST}1/", 302)]
    assert page["Refresh"] == "2"
    assert "Waiting for a worker" in page.content.decode()
    Summary.objects.update(state="claimed", step=3, steps=12, step_title="Emigration")
    assert "Step 3 of 12: Emigration." in client.get(f"{LIST}1/").content.decode()


def test_a_finished_summary_is_read_and_does_not_load_itself_again(compiled, observer, sign_in):
    compiled()
    page = sign_in(observer).get(f"{LIST}1/")
    text = page.content.decode()
    assert "Refresh" not in page
    assert "(2018–2023, some indicators from 1991), 2 were assessed: for 1 the data exist, for 0 in part" in text
    assert "Миграция &lt;b&gt;#1&lt;/b&gt;" in text
    assert "watermark" not in text


def test_a_summary_of_current_content_is_marked_as_a_draft(compiled, observer, sign_in):
    compiled("current")
    text = sign_in(observer).get(f"{LIST}1/").content.decode()
    assert "Draft: current content, not reviewed" in text
    assert "watermark" in text


def test_a_failed_summary_says_why(exercise, consultant, sign_in):
    request_compilation(actor=consultant, exercise=exercise, basis="current", language="en")
    Summary.objects.update(state="failed", last_error="The worker stopped each time.")
    page = sign_in(consultant).get(f"{LIST}1/")
    assert "Refresh" not in page
    assert "The worker stopped each time." in page.content.decode()


def test_who_may_not_compile_reads_why(exercise, observer, sign_in):
    client = sign_in(observer)
    text = client.get(LIST).content.decode()
    assert "Only the consultants, reviewers and coordinators of KGZ-2024 compile" in text
    assert "Compile a summary" not in text
    client.post(LIST, {"basis": "current", "language": "en"})
    assert not Summary.objects.exists()


@pytest.mark.parametrize("data", [{}, {"basis": "approved", "language": "xx"}, {"basis": "other", "language": "en"}])
def test_a_forged_choice_is_told_at_its_field(exercise, coordinator, sign_in, data):
    page = sign_in(coordinator).post(LIST, data)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()


def test_a_second_request_while_one_waits_is_told(exercise, consultant, sign_in):
    client = sign_in(consultant)
    client.post(LIST, {"basis": "current", "language": "en"})
    assert (
        "is being compiled on this basis already"
        in client.post(LIST, {"basis": "current", "language": "en"}).content.decode()
    )


def test_downloads_are_attachments(compiled, observer, sign_in):
    row = compiled()
    client = sign_in(observer)
    as_json, as_pdf = client.get(f"{LIST}1/json"), client.get(f"{LIST}1/pdf")
    assert as_json["Content-Disposition"] == 'attachment; filename="KGZ-2024-summary-1.json"'
    assert json.loads(as_json.content) == row.snapshot
    assert as_pdf["Content-Type"] == "application/pdf"
    assert as_pdf.content.startswith(b"%PDF")


def test_what_is_not_compiled_yet_cannot_be_downloaded(exercise, consultant, sign_in):
    request_compilation(actor=consultant, exercise=exercise, basis="current", language="en")
    assert sign_in(consultant).get(f"{LIST}1/pdf").status_code == 404


@pytest.mark.parametrize("path", ["", "1/", "1/json", "1/pdf"])
def test_an_outsider_finds_nothing(compiled, outsider, sign_in, path):
    row = compiled()
    client = sign_in(outsider)
    assert client.get(f"{LIST}{path}").status_code == 404
    assert client.get(reverse("admin:mapping_summary_change", args=[row.pk])).status_code in {403, 404}


def test_the_desk_lists_the_summaries_a_person_may_read(compiled, observer, sign_in):
    row = compiled()
    client = sign_in(observer)
    assert "KGZ-2024, 1" in client.get(reverse("admin:mapping_summary_changelist")).content.decode()
    assert client.get(reverse("admin:mapping_summary_change", args=[row.pk])).url == f"{LIST}1/"


def test_the_pages_ask_a_number_of_queries_that_does_not_grow(
    compiled, observer, sign_in, django_assert_max_num_queries
):
    for _number in range(4):
        compiled()
    client = sign_in(observer)
    for path in ("", "1/"):
        with django_assert_max_num_queries(15):
            client.get(f"{LIST}{path}")
