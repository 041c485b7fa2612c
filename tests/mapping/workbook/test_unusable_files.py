"""Files that cannot be used: a sentence, within bounds, and nothing written."""

import zipfile
from io import BytesIO

import pytest
from django.conf import settings
from openpyxl import Workbook

from mapping.workbook import opening
from mapping.workbook.opening import Unusable
from tests import factories
from tests.mapping.workbook.workbooks import compared, edited, exported, never_ours, opened, saved, zipped

pytestmark = pytest.mark.django_db

# Real files of other projects, where this checkout has them beside it.
STRANGERS = sorted((settings.BASE_DIR.parent / "shared" / "xlsx").glob("*.xlsx"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no Excel workbook"),
        (b"PK\x03\x04 broken", "damaged"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "Save it as .xlsx"),
        (zipped({"xl/workbook.xml": "<nonsense"}), "damaged"),
        (opening._OLD_CONTAINER + b"\0" * 600, "old Excel format"),
        (opening._OLD_CONTAINER + b"\0" * 600 + opening._ENCRYPTED, "password"),
        (never_ours({"Sheet1": [["a", "b"], [1, 2]]}), "None of the sheets"),
    ],
)
def test_a_file_that_is_no_workbook_is_named_as_what_it_is(exercise, consultant, content, sentence):
    with pytest.raises(Unusable, match=sentence):
        compared(consultant, exercise, content)


@pytest.mark.parametrize("file", STRANGERS, ids=lambda file: file.stem)
def test_a_real_file_of_somebody_else_ends_in_a_sentence(exercise, consultant, file):
    with pytest.raises(Unusable):
        compared(consultant, exercise, file.read_bytes())


def test_a_large_file_is_refused_unopened(exercise, consultant, monkeypatch):
    monkeypatch.setattr(opening, "MOST_BYTES", 1000)
    with pytest.raises(Unusable, match="larger"):
        compared(consultant, exercise, exported(exercise))


def test_a_file_that_unpacks_to_too_much_is_refused(exercise, consultant):
    content = zipped({"xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": b" " * (opening.MOST_UNPACKED + 1)})
    assert len(content) < opening.MOST_BYTES
    with pytest.raises(Unusable, match="unpacks"):
        compared(consultant, exercise, content)


def test_cells_in_opposite_corners_do_not_fill_the_memory(exercise, consultant):
    content = edited(exported(exercise), {("Immigration", "XFD1048576"): "x"})
    with pytest.raises(Unusable, match="too far apart"):
        compared(consultant, exercise, content)


def test_the_workbook_of_another_exercise_is_refused(exercise, consultant):
    other = exported(factories.exercise("TJK-2024", "TJK"))
    with pytest.raises(Unusable, match="TJK-2024"):
        compared(consultant, exercise, other)


def test_a_tampered_stamp_grants_nothing(exercise, consultant):
    workbook = opened(exported(exercise))
    stamps = workbook["Stamps"]
    for row in stamps.iter_rows():
        for cell in row:
            if cell.row > 2:
                cell.value = "source"
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.changes) == ([], [])


def test_a_cell_longer_than_excel_allows_is_an_error_at_its_place(exercise, consultant):
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Immigration"
    sheet.append(["Source", "Title", "Link", "Note"])
    content = saved(workbook)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    row = f'<row r="2"><c r="D2" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row></sheetData>'
    entries["xl/worksheets/sheet1.xml"] = entries["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", row.encode())
    comparison = compared(consultant, exercise, zipped(entries))
    assert [error.cell for error in comparison.errors if "40000 characters" in error.message] == ["D2"]
