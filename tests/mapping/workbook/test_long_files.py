"""Long workbooks: a worker compares and applies them; found again, stopped, and never half done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.refusals import Refused, Unchanged
from accounts.work import LEASE
from mapping.audit.models import Entry
from mapping.workbook import job_services, opening, tasks
from mapping.workbook.job_services import order_application, receive, scan, stop, work
from mapping.workbook.models import WorkbookImport
from mapping.workbook.services import apply_import, discard
from tests import factories
from tests.mapping.workbook.workbooks import edited, exported, in_grid, zipped

pytestmark = pytest.mark.django_db

HOME = "/desk/exercises/KGZ-2024/workbook/"


@pytest.fixture
def content(exercise):
    content = exported(exercise)
    return edited(content, {("Immigration", in_grid(content)): "Not available"})


@pytest.fixture
def long(exercise, consultant, content, monkeypatch):
    """A long workbook that waits to be compared."""
    monkeypatch.setattr(opening, "LONG_ROWS", 100)
    return receive(actor=consultant, exercise=exercise, name="long.xlsx", content=content)


@pytest.fixture
def compared(long):
    """A long workbook that waits to be applied."""
    assert work(import_id=long.pk)
    return again(long)


def again(row):
    return WorkbookImport.objects.get(pk=row.pk)


def test_what_is_long_is_told_by_bytes_and_rows(monkeypatch):
    rows = b"<row r='1'/>" * 5
    book = zipped({"xl/worksheets/sheet1.xml": rows, "xl/worksheets/sheet2.xml": rows})
    assert not opening.is_long(book)
    monkeypatch.setattr(opening, "LONG_ROWS", 9)
    assert opening.is_long(book)
    assert not opening.is_long(b"PK broken")
    monkeypatch.setattr(opening, "LONG_BYTES", 10)
    assert opening.is_long(book)


def test_a_short_one_needs_no_worker(exercise, consultant, content):
    row = receive(actor=consultant, exercise=exercise, name="short.xlsx", content=content)
    assert (row.status, row.state, row.is_long) == ("compared", "done", False)


def test_a_long_one_is_compared_and_applied_by_a_worker(exercise, consultant, compared):
    assert (compared.status, compared.state, compared.report["counts"]["changed"]) == ("compared", "done", 1)
    assert compared.step_title.startswith("Reading the sheet")
    order_application(actor=consultant, workbook_import=compared)
    assert factories.cell(exercise).value == ""
    assert work(import_id=compared.pk)
    row = again(compared)
    assert (row.status, row.state, row.applied_by, row.step_title) == ("applied", "done", consultant, "Writing 1 row")
    assert factories.cell(exercise).value == "not_available"
    assert not work(import_id=compared.pk)


def test_its_page_says_how_far_it_is_and_can_be_left(exercise, consultant, content, sign_in, monkeypatch):
    monkeypatch.setattr(opening, "LONG_ROWS", 100)
    client = sign_in(consultant)
    row = receive(actor=consultant, exercise=exercise, name="long.xlsx", content=content)
    page = client.get(f"{HOME}{row.pk}/")
    assert "Waiting for a worker" in page.text
    assert page["Refresh"] == "2"
    told = []
    steps = job_services._progress_of

    def listening(row):
        def progress(*step):
            steps(row)(*step)
            told.append(client.get(f"{HOME}{row.pk}/").text)

        return progress

    monkeypatch.setattr(job_services, "_progress_of", listening)
    work(import_id=row.pk)
    assert "Step 2 of" in told[1]
    assert "Reading the sheet “Immigration”" in told[1]
    assert "<progress" in told[1]
    assert "under way" in client.get(HOME).text or "long.xlsx" in client.get(HOME).text
    page = client.get(f"{HOME}{row.pk}/")
    assert "Refresh" not in page
    page = client.post(f"{HOME}{row.pk}/", {"do": "apply"}, follow=True)
    assert "It is applied whole or not at all" in page.text
    work(import_id=row.pk)
    assert "Applied by" in client.get(f"{HOME}{row.pk}/").text


def test_while_a_worker_is_at_it_nobody_applies_or_discards_it(consultant, long):
    for act in (apply_import, discard, order_application):
        with pytest.raises(Refused, match="A worker is at this workbook"):
            act(actor=consultant, workbook_import=long)


def test_it_can_be_stopped_before_and_while_it_is_worked_on(exercise, consultant, compared, monkeypatch, sign_in):
    order_application(actor=consultant, workbook_import=compared)
    stop(actor=consultant, workbook_import=compared)
    assert not work(import_id=compared.pk)
    with pytest.raises(Unchanged):
        stop(actor=consultant, workbook_import=compared)
    order_application(actor=consultant, workbook_import=compared)
    writing = job_services.write_compared

    def stopped_meanwhile(**values):
        writing(**values)
        WorkbookImport.objects.filter(pk=compared.pk).update(state="cancelled")

    monkeypatch.setattr(job_services, "write_compared", stopped_meanwhile)
    before = Entry.objects.count()
    assert not work(import_id=compared.pk)
    assert (factories.cell(exercise).value, Entry.objects.count()) == ("", before)
    monkeypatch.undo()
    monkeypatch.setattr(opening, "LONG_ROWS", 100)
    client = sign_in(consultant)
    client.post(f"{HOME}{compared.pk}/", {"do": "compare"})
    client.post(f"{HOME}{compared.pk}/", {"do": "stop"})
    assert "It was stopped" in client.get(f"{HOME}{compared.pk}/").text
    assert again(compared).status == "compared"


def test_a_worker_that_dies_leaves_nothing_and_another_takes_over(exercise, consultant, compared, monkeypatch):
    class Killed(BaseException):
        pass

    def die(row):
        raise Killed

    order_application(actor=consultant, workbook_import=compared)
    monkeypatch.setattr(job_services, "_finish", die)
    with pytest.raises(Killed):
        work(import_id=compared.pk)
    monkeypatch.undo()
    assert (factories.cell(exercise).value, again(compared).status) == ("", "compared")
    queued = []
    monkeypatch.setattr(job_services, "enqueue", lambda _task, pk: queued.append(pk))
    scan()
    assert queued == []  # its lease still runs
    WorkbookImport.objects.update(claimed_at=timezone.now() - LEASE - timedelta(seconds=1))
    tasks.scan_imports()
    assert queued == [compared.pk]
    tasks.work_on_import(compared.pk)
    assert (factories.cell(exercise).value, again(compared).status) == ("not_available", "applied")


def test_a_file_that_kills_every_worker_is_given_up(long):
    WorkbookImport.objects.update(attempts=job_services.MAX_ATTEMPTS)
    work(import_id=long.pk)
    row = again(long)
    assert (row.state, row.status) == ("failed", "uploaded")
    assert "each time" in row.last_error


def test_what_goes_wrong_is_said_on_its_page(exercise, consultant, sign_in, monkeypatch):
    monkeypatch.setattr(opening, "LONG_BYTES", 3)
    client = sign_in(consultant)
    row = receive(actor=consultant, exercise=exercise, name="bad.xlsx", content=b"no workbook")
    work(import_id=row.pk)
    assert "no Excel workbook" in client.get(f"{HOME}{row.pk}/").text
    client.post(f"{HOME}{row.pk}/", {"do": "discard"})
    assert again(row).status == "discarded"
    content = exported(exercise)
    row = receive(
        actor=consultant,
        exercise=exercise,
        name="faulty.xlsx",
        content=edited(content, {("Immigration", in_grid(content)): "N/A"}),
    )
    work(import_id=row.pk)
    order_application(actor=consultant, workbook_import=row)
    work(import_id=row.pk)
    page = client.get(f"{HOME}{row.pk}/")
    assert "errors or open conflicts are left" in page.text
    assert f"Immigration!{in_grid(content)}" in page.text
    monkeypatch.setattr(job_services, "compare_read", None)
    order_application(actor=consultant, workbook_import=row)
    work(import_id=row.pk)
    assert "A mistake in the program" in client.get(f"{HOME}{row.pk}/").text


def test_who_may_not_import_can_neither_order_nor_stop(exercise, observer, consultant, long):
    with pytest.raises(Refused, match="Only the consultants"):
        stop(actor=observer, workbook_import=long)
    with pytest.raises(Refused, match="Only the consultants"):
        order_application(actor=observer, workbook_import=long)
    with pytest.raises(Refused, match="Only the consultants"):
        receive(actor=observer, exercise=exercise, name="x", content=b"x" * 200)
