"""`load_demo` brings a demo worth looking at, once, and touches nothing else."""

import stat

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, save_cell
from mapping.comments.models import Comment
from mapping.countries.models import Exercise
from mapping.countries.permissions import roles
from mapping.data_requests.models import DataRequest
from mapping.data_requests.sending import send_message
from mapping.duties.models import SectionAssignment
from mapping.harmonisation.models import DecisionLogEntry
from mapping.management.demo import facts
from mapping.management.demo.people import NAMES, ROLES
from mapping.summaries.models import Summary
from tests import factories
from tests.mapping.demo.conftest import PASSWORD, load, row_counts


def test_loading_twice_changes_nothing(kyrgyzstan):
    before = row_counts()
    versions = list(Cell.objects.order_by("pk").values_list("pk", "version", "changed_at"))
    printed = load()
    assert "sign in as before" in printed
    assert row_counts() == before
    assert list(Cell.objects.order_by("pk").values_list("pk", "version", "changed_at")) == versions


def test_loading_again_keeps_what_people_changed(kyrgyzstan):
    consultant = User.objects.get(email="consultant@example.org")
    cell = factories.cell(kyrgyzstan, "flows", 2023)
    save_cell(actor=consultant, exercise=kyrgyzstan, edit=CellEdit(cell.pk, cell.version, {"value": "not_available"}))
    load()
    cell.refresh_from_db()
    assert cell.value == "not_available"


def test_everybody_signs_in_with_the_given_password(kyrgyzstan):
    for email in NAMES:
        answer = Client().post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert answer.status_code == 302, email
    assert EmailAddress.objects.filter(email__in=NAMES, verified=True, primary=True).count() == len(NAMES)
    assert not User.objects.filter(is_superuser=True, is_demo=True).exists()


def test_each_person_has_one_role_and_only_where_it_is_theirs(kyrgyzstan):
    people = {user.email: user for user in User.objects.filter(is_demo=True)}
    assert people.keys() == NAMES.keys()
    for exercise in Exercise.objects.all():
        held = {email: roles(user, exercise) for email, user in people.items()}
        assert {email: held[email].pop() for email in held if held[email]} == ROLES[exercise.code]


def test_the_sign_ins_are_written_for_the_owner_alone(kyrgyzstan):
    path = settings.VAR_DIR / "demo-sign-ins.txt"
    path.unlink(missing_ok=True)
    printed = load(password="another password")
    assert path.read_text() == printed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {email for email in NAMES if f"{email} " in printed} == set(NAMES)
    assert printed.count("another password") == len(NAMES)


def test_who_is_missing_comes_back_with_a_random_password_and_the_others_keep_theirs(kyrgyzstan):
    load(password="another password")
    observer = User.objects.get(email="observer@example.org")
    observer.assignments.all().delete()
    observer.delete()
    lines = load().splitlines()
    sign_ins = dict(line.split(maxsplit=1) for line in lines[1:])
    back = User.objects.get(email="observer@example.org")
    assert back.check_password(sign_ins.pop("observer@example.org"))
    assert roles(back, kyrgyzstan) == {"observer"}
    assert set(sign_ins.values()) == {"another password"}


def test_tajikistan_is_started_and_empty(kyrgyzstan):
    tajikistan = Exercise.objects.get(code="TJK-2024")
    assert tajikistan.is_demo
    assert tajikistan.cells.exists()
    assert not tajikistan.cells.exclude(value="", version=1).exists()
    assert not tajikistan.sources.exists()


def test_most_sections_are_approved_one_is_submitted_one_is_a_draft(kyrgyzstan):
    statuses = {}
    for key, status in (
        kyrgyzstan.cells.exclude(value="").order_by().values_list("indicator__section__key", "status").distinct()
    ):
        statuses.setdefault(key, set()).add(status)
    assert statuses.pop("return_migration") == {"submitted", "draft"}  # a contradicted cell waits for its note
    assert statuses.pop("big_data") == {"draft", "returned"}
    assert len(statuses) == 8
    assert all("approved" in found and found <= {"approved", "draft"} for found in statuses.values())
    returned = kyrgyzstan.cells.filter(status="returned")
    assert [(cell.year, bool(cell.return_reason)) for cell in returned.order_by("year")] == [(2019, True), (2020, True)]


def test_people_talk_hold_sections_and_agreed_on_something(kyrgyzstan):
    said = Comment.objects.filter(exercise=kyrgyzstan, parent=None).order_by("pk")
    assert [(comment.is_open, comment.blocks, comment.mentioned.count()) for comment in said] == [
        (False, False, 0),
        (True, False, 1),
        (True, True, 0),
    ]
    held = SectionAssignment.objects.filter(exercise=kyrgyzstan)
    assert {(row.consultant.email, row.reviewer.email) for row in held} == {
        ("consultant@example.org", "reviewer@example.org")
    }
    assert all(row.due_on > timezone.localdate() for row in held)
    assert DecisionLogEntry.objects.filter(methodology_key=kyrgyzstan.methodology.key).count() == 3


def test_only_contradicted_cells_of_an_approved_section_are_not_approved(kyrgyzstan):
    open_cells = kyrgyzstan.cells.filter(status="draft").exclude(value="")
    told = {
        (cell.indicator.section.key, cell.indicator.key)
        for cell in open_cells.exclude(indicator__section__key="big_data").select_related("indicator__section")
    }
    assert told == {
        ("emigration", "flows_by_age"),
        ("emigration", "flows_by_country_of_destination"),
        ("emigration", "flows_by_ethnicity"),
        ("emigration", "flows_by_gender"),
        ("emigration", "flows_by_place_of_origin"),
        ("internal_displacement", "by_place_of_destination"),
        ("internal_mobility", "flows_by_education"),
        ("internal_mobility", "flows_by_gender"),
        ("internal_mobility", "stock"),
        ("refugees_hosted", "stock"),
        ("return_migration", "stock"),
    }


def test_one_agency_is_asked_by_two_people_and_its_mail_waits_for_the_worker(kyrgyzstan, mailoutbox):
    (request,) = DataRequest.objects.filter(exercise=kyrgyzstan)
    assert (request.status, request.agency.acronym) == ("queued", "MoIA KR")
    assert (request.written_by.email, request.approved_by.email) == (
        "consultant@example.org",
        "coordinator@example.org",
    )
    assert request.items.count() == 9
    send_message(request.messages.get().pk)
    request.refresh_from_db()
    assert request.status == "sent"
    assert [mail.to for mail in mailoutbox] == [["moia@example.org"]]


def test_one_summary_of_approved_content_is_compiled(kyrgyzstan):
    (summary,) = Summary.objects.filter(exercise=kyrgyzstan)
    assert (summary.state, summary.basis, summary.requested_by.email) == ("done", "approved", "coordinator@example.org")
    assert len(summary.snapshot["sections"]) == 10
    assert {gap["type"] for section in summary.snapshot["sections"] for gap in section["gaps"]} > {
        "no_data",
        "nothing_from_government",
        "on_request_only",
        "not_released",
    }


def test_all_was_done_by_the_demos_people_or_the_system(kyrgyzstan):
    before = User.objects.filter(email="starter@example.org")  # started what other tests work on
    actors = set(Entry.objects.exclude(actor__in=before).order_by().values_list("actor__email", flat=True).distinct())
    assert actors == {"system@localhost", "coordinator@example.org", "consultant@example.org", "reviewer@example.org"}
    assert set(Cell.objects.filter(status="approved").values_list("approved_by__email", flat=True)) == {
        "reviewer@example.org"
    }


def test_the_file_tells_only_what_is_loaded():
    assert set(facts.read()) == {"report", "agencies", "focal_points", "sources", "claims", "indicator_notes"}
