"""The pages: take out, bring in, look, choose, apply; and who sees them."""

import re
from io import BytesIO

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mapping.availability.services import CellEdit, save_cell
from mapping.workbook.models import WorkbookImport
from tests import factories
from tests.mapping.workbook.workbooks import address, edited, exported, in_grid, opened

pytestmark = pytest.mark.django_db

HOME = "/desk/exercises/KGZ-2024/workbook/"


@pytest.fixture
def assessed(exercise, consultant):
    return factories.assess(consultant, factories.cell(exercise))


def posted(client, content, name="from the ministry.xlsx"):
    file = BytesIO(content)
    file.name = name
    return client.post(HOME, {"file": file}, follow=True)


def test_a_consultant_takes_it_out_brings_it_in_looks_and_applies(exercise, consultant, assessed, sign_in):
    client = sign_in(consultant)
    assert reverse("mapping_workbook", args=[exercise.code]) == HOME
    assert HOME in client.get("/desk/exercises/KGZ-2024/").text
    response = client.get(HOME + "download/")
    assert "KGZ-2024" in response.headers["Content-Disposition"]
    content = edited(response.content, {("Immigration", in_grid(response.content)): "Not available"})
    page = posted(client, content)
    assert "Nothing has been changed yet" in page.text
    assert f"Immigration!{in_grid(content)}" in page.text
    kept = WorkbookImport.objects.get()
    page = client.post(f"{HOME}{kept.pk}/", {"do": "apply"}, follow=True)
    assert "The workbook was applied." in page.text
    assessed.refresh_from_db()
    assert assessed.value == "not_available"
    page = client.get(f"{HOME}{kept.pk}/")
    assert f"Immigration!{in_grid(content)}" in page.text
    assert 'value="apply"' not in page.text
    assert b"".join(client.get(f"{HOME}{kept.pk}/file/").streaming_content) == content
    assert "from the ministry.xlsx" in client.get(HOME).text


def test_a_conflict_is_chosen_in_the_preview(exercise, consultant, assessed, sign_in):
    client = sign_in(consultant)
    content = exported(exercise)
    content = edited(content, {("Immigration", in_grid(content)): "Not available"})
    save_cell(
        actor=consultant,
        exercise=exercise,
        edit=CellEdit(assessed.pk, assessed.version, {"value": "partially_available"}),
    )
    page = posted(client, content)
    name = "choice:cell:immigration/stock/2020:value"
    assert f'name="{name}" value="keep:' in page.text
    kept = WorkbookImport.objects.get()
    page = client.post(f"{HOME}{kept.pk}/", {"do": "apply"})
    assert "open conflicts are left" in page.text
    client.post(f"{HOME}{kept.pk}/", {"do": "apply", name: "take"})
    assessed.refresh_from_db()
    assert assessed.value == "not_available"


def test_what_two_sheets_say_differently_of_a_source_is_chosen_in_the_preview(exercise, consultant, sign_in):
    source = factories.source(consultant, exercise, sections=["immigration", "emigration"])
    content = exported(exercise)
    notes = {
        (sheet, address(content, sheet, row=source.citation_key, column="Note", head="Sources by year")): note
        for sheet, note in (("Immigration", "Once"), ("Emigration", "Otherwise"))
    }
    client = sign_in(consultant)
    posted(client, edited(content, notes))
    kept = WorkbookImport.objects.get()
    page = client.post(f"{HOME}{kept.pk}/", {"do": "take_rest"}, follow=True)
    assert "choose which" in page.text
    name = f"choice:source:{source.pk}:note"
    sides = re.findall(f'name="{name}" value="(.*?):', page.text)
    assert sides == ["keep", "take", "take2"]
    assert all(f"{sheet}!{cell}" in page.text for sheet, cell in notes)
    page = client.post(f"{HOME}{kept.pk}/", {"do": "apply", name: "take2"}, follow=True)
    assert "taken" in page.text
    source.refresh_from_db()
    assert source.note == "Otherwise"


def test_the_list_of_former_files_reads_no_report(exercise, consultant, sign_in):
    client = sign_in(consultant)
    posted(client, exported(exercise))
    with CaptureQueriesContext(connection) as queries:
        assert "from the ministry.xlsx" in client.get(HOME).text
    assert not any('"report"' in query["sql"] for query in queries)


def test_an_import_is_dumped_and_loaded_with_its_report(exercise, consultant, sign_in):
    posted(sign_in(consultant), exported(exercise))
    kept = WorkbookImport.objects.get()
    (loaded,) = serializers.deserialize("json", serializers.serialize("json", [kept]))
    assert loaded.object.report == kept.report


def test_errors_stand_with_their_places_and_nothing_can_be_applied(exercise, consultant, sign_in):
    client = sign_in(consultant)
    content = exported(exercise)
    page = posted(client, edited(content, {("Immigration", in_grid(content)): "N/A"}))
    assert f"Immigration!{in_grid(content)}" in page.text
    assert "Nothing can be applied" in page.text
    assert 'value="apply"' not in page.text
    kept = WorkbookImport.objects.get()
    assert "errors or open conflicts are left" in client.post(f"{HOME}{kept.pk}/", {"do": "apply"}).text
    client.post(f"{HOME}{kept.pk}/", {"do": "discard"})
    kept.refresh_from_db()
    assert kept.status == "discarded"
    assert client.post(f"{HOME}{kept.pk}/", {"do": "dance"}).status_code == 400


@pytest.mark.parametrize(("content", "sentence"), [(b"no workbook", "no Excel workbook"), (b"", "empty")])
def test_a_file_that_cannot_be_used_is_told_at_the_field(exercise, consultant, sign_in, content, sentence):
    page = posted(sign_in(consultant), content)
    assert page.status_code == 200
    assert sentence in page.text
    assert not WorkbookImport.objects.exists()


def test_an_observer_takes_out_but_does_not_bring_in(exercise, observer, consultant, sign_in):
    client = sign_in(observer)
    assert client.get(HOME + "download/").status_code == 200
    assert "Only the consultants and coordinators" in client.get(HOME).text
    posted(client, exported(exercise))
    assert not WorkbookImport.objects.exists()
    posted(sign_in(consultant), exported(exercise))
    kept = WorkbookImport.objects.get()
    assert client.get(f"{HOME}{kept.pk}/").status_code == 200
    client.post(f"{HOME}{kept.pk}/", {"do": "discard"})
    kept.refresh_from_db()
    assert kept.status == "compared"


def test_to_an_outsider_none_of_it_exists(exercise, consultant, outsider, sign_in):
    posted(sign_in(consultant), exported(exercise))
    kept = WorkbookImport.objects.get()
    client = sign_in(outsider)
    for page in (HOME, HOME + "download/", f"{HOME}{kept.pk}/", f"{HOME}{kept.pk}/file/"):
        assert client.get(page).status_code == 404
        assert client.get(page.replace("KGZ", "TJK")).status_code == (404 if str(kept.pk) in page.split("/") else 200)
    assert client.post(f"{HOME}{kept.pk}/", {"do": "apply"}).status_code == 404


def test_a_downloaded_workbook_is_the_exercise(exercise, observer, sign_in):
    workbook = opened(sign_in(observer).get(HOME + "download/").content)
    assert workbook.sheetnames[:3] == ["Cover", "Immigration", "Emigration"]
    assert workbook.sheetnames[-4:] == ["Claims", "Cell notes", "Lists", "Stamps"]
