"""Cells out to a flat file and back in: one act of the service, all rows or none, an untouched round trip is nothing."""

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.content.exchange import FORMATS
from tests import factories

EXPORT = reverse("admin:mapping_cell_export")
IMPORT = reverse("admin:mapping_cell_import")
CONFIRM = reverse("admin:mapping_cell_process_import")
KINDS = {kind().get_extension(): str(number) for number, kind in enumerate(FORMATS)}
STOCK_2020 = {"Exercise": "KGZ-2024", "Section": "Immigration", "Indicator": "Stock", "Year": "2020"}


def exported(client, kind="xlsx", query="?exercise=KGZ-2024&section=immigration"):
    response = client.post(EXPORT + query, {"format": KINDS[kind], "resource": "0"})
    assert response["Content-Disposition"].startswith("attachment"), response.content.decode()
    return response.content


def written(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def compare(client, content, name="cells.csv"):
    return client.post(IMPORT, {"import_file": SimpleUploadedFile(name, content), "format": "", "resource": "0"})


def apply(client, compared):
    page = compared.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return client.post(CONFIRM, hidden, follow=True)


@pytest.fixture
def cell(exercise, consultant):
    """A partial cell whose note a spreadsheet would compute."""
    return factories.assess(
        consultant, factories.cell(exercise), "partially_available", note='=HYPERLINK("http://evil")', partial_note="-1"
    )


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_untouched_round_trip_changes_nothing(exercise, consultant, cell, sign_in, kind):
    client = sign_in(consultant)
    content = exported(client, kind)
    before = Entry.objects.count()
    compared = compare(client, content, f"cells.{kind}")
    assert compared.status_code == 200
    result = compared.context["result"]
    assert not result.has_errors()
    assert not result.has_validation_errors()
    assert result.totals["skip"] == 108
    apply(client, compared)
    assert Entry.objects.count() == before


def test_formulas_are_defused_on_the_way_out(exercise, consultant, cell, sign_in):
    rows = CalamineWorkbook.from_filelike(io.BytesIO(exported(sign_in(consultant)))).get_sheet_by_index(0).to_python()
    assert any("'=HYPERLINK" in str(value) for row in rows for value in row)


def test_values_are_read_in_usual_spellings_and_saved_as_one_act(exercise, consultant, sign_in):
    rows = [
        STOCK_2020 | {"Value": "partial", "Why partially": "Survey or estimate"},
        STOCK_2020 | {"Year": "2021", "Value": "NOT AVAILABLE"},
        STOCK_2020 | {"Year": "2022", "Section": "immigration", "Indicator": "stock_by_gender", "Value": "available"},
        STOCK_2020 | {"Year": "2023", "Value": "not_applicable"},
        STOCK_2020 | {"Year": "2018", "Value": "Да", "Section": "immigration"},
    ]
    client = sign_in(consultant)
    answer = apply(client, compare(client, written(*rows)))
    assert "5 changed" in answer.content.decode()
    values = Cell.objects.exclude(value="").order_by("year").values_list("value", "partial_reason")
    assert list(values) == [
        ("available", ""),
        ("partially_available", "survey_or_estimate"),
        ("not_available", ""),
        ("available", ""),
        ("not_applicable", ""),
    ]
    entries = Entry.objects.filter(target_type="cell")
    assert len(set(entries.values_list("act", flat=True))) == 1
    assert set(entries.values_list("reason", flat=True)) == {"Imported from cells.csv"}


def test_a_blank_never_wipes_what_is_there(exercise, consultant, cell, sign_in):
    client = sign_in(consultant)
    apply(client, compare(client, written(STOCK_2020 | {"Value": "", "Note": "   ", "Why partially": ""})))
    cell.refresh_from_db()
    assert (cell.value, cell.partial_reason, cell.version) == ("partially_available", "survey_or_estimate", 2)


def test_every_error_is_told_with_its_row_and_nothing_is_saved(exercise, consultant, cell, sign_in):
    rows = [
        STOCK_2020 | {"Year": "2018", "Value": "available"},
        STOCK_2020 | {"Year": "1950", "Value": "available"},
        STOCK_2020 | {"Indicator": "Shoe sizes", "Value": "available"},
        STOCK_2020 | {"Year": "2019", "Value": "perhaps"},
        STOCK_2020 | {"Exercise": "TJK-2024", "Value": "available"},
        STOCK_2020 | {"Year": "2021", "Value": "available", "Why partially": "provisional"},
        STOCK_2020 | {"Year": "2022", "Value": "available", "Version": "9" * 5000},
        STOCK_2020 | {"Year": "2018", "Value": "not available"},
    ]
    client = sign_in(consultant)
    compared = compare(client, written(*rows))
    result = compared.context["result"]
    assert [row.number for row in result.invalid_rows] == [3, 4, 5, 6, 7, 8, 9]
    page = compared.content.decode()
    assert "Shoe sizes" in page
    assert "“perhaps” is not one of the words for this" in page
    assert CONFIRM not in page
    assert set(Cell.objects.exclude(pk=cell.pk).values_list("value", flat=True)) == {""}


def test_what_somebody_changed_since_the_export_is_not_overwritten(exercise, consultant, coordinator, cell, sign_in):
    client = sign_in(consultant)
    factories.assess(coordinator, cell, "available")
    rows = [
        STOCK_2020 | {"Value": "not available", "Version": "2"},
        STOCK_2020 | {"Year": "2021", "Value": "available"},
    ]
    compared = compare(client, written(*rows))
    assert "Coordinator changed it since this file was exported" in compared.content.decode()
    assert [row.number for row in compared.context["result"].invalid_rows] == [2]


def test_a_submitted_cell_is_refused_in_words(exercise, consultant, cell, sign_in):
    factories.submit(consultant, cell)
    client = sign_in(consultant)
    page = compare(client, written(STOCK_2020 | {"Value": "available"})).content.decode()
    assert "Withdraw it first" in page


def test_who_may_not_edit_may_not_import_and_who_may_not_see_exports_nothing(
    exercise, cell, observer, reviewer, outsider, sign_in
):
    for person in (observer, reviewer):
        assert sign_in(person).get(IMPORT).status_code == 403
        assert sign_in(person).post(CONFIRM, {}).status_code == 403
        assert b"Immigration" in exported(sign_in(person), "csv")
    assert b"KGZ-2024" not in exported(sign_in(outsider), "csv", "")
    page = compare(sign_in(outsider), written(STOCK_2020 | {"Value": "available"})).content.decode()
    assert "“KGZ-2024” is no exercise that you may change." in page


def test_a_whole_exercise_is_imported_in_few_queries(exercise, consultant, sign_in, django_assert_max_num_queries):
    client = sign_in(consultant)
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv").decode("utf-8-sig"))))
    compared = compare(client, written(*(row | {"Value": "Not available"} for row in rows)))
    with django_assert_max_num_queries(40):
        answer = apply(client, compared)
    assert "108 changed" in answer.content.decode()
