"""Files that cannot be used: a sentence, within bounds, and nothing written."""

import re
import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from mapping.content.protected import OLD_CONTAINER
from mapping.workbook import opening
from mapping.workbook.models import WorkbookImport
from mapping.workbook.opening import Unusable
from mapping.workbook.services import upload
from tests import factories
from tests.mapping.workbook.workbooks import (
    address,
    compared,
    edited,
    exported,
    first_empty,
    in_grid,
    never_ours,
    opened,
    saved,
    zipped,
)

pytestmark = [pytest.mark.once, pytest.mark.django_db]

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
        (OLD_CONTAINER + b"\0" * 600, "old Excel format"),
        (OLD_CONTAINER + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (never_ours({"Budget": [["a", "b"], [1, 2]]}), r"None of the sheets \(“Budget”\)"),
        (never_ours({f"S{number}": [["a"]] for number in range(9)}), r"\(“S0”, “S1”, “S2”, “S3”, “S4”, …\)"),
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


def test_fifty_megabytes_are_refused_by_the_page_in_a_sentence(exercise, consultant, sign_in):
    file = SimpleUploadedFile("big.xlsx", b"PK\x03\x04" + b"0" * 50_000_000)
    page = sign_in(consultant).post("/desk/exercises/KGZ-2024/workbook/", {"file": file})
    assert f"The file is larger than {opening.MOST_BYTES // 2**20} MB." in page.text
    assert not WorkbookImport.objects.exists()


def test_a_file_that_unpacks_to_too_much_is_refused(exercise, consultant):
    content = zipped({"xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": b" " * (opening.MOST_UNPACKED + 1)})
    assert len(content) < opening.MOST_BYTES
    with pytest.raises(Unusable, match="unpacks"):
        compared(consultant, exercise, content)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_that_is_packed_as_no_spreadsheet_is_refused(exercise, consultant, packing):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(exported(exercise))) as ours, zipfile.ZipFile(out, "w", packing) as archive:
        for entry in ours.infolist():
            archive.writestr(entry.filename, ours.read(entry))
    with pytest.raises(Unusable, match="packed in a way that Excel does not read"):
        compared(consultant, exercise, out.getvalue())


def test_a_sheet_with_a_name_that_excel_forbids_shows_its_rows(exercise, consultant, sign_in):
    out, content = BytesIO(), edited(exported(exercise), {("Immigration", "D20"): "A survey"})
    with zipfile.ZipFile(BytesIO(content)) as ours, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in ours.infolist():
            archive.writestr(entry, ours.read(entry).replace(b'name="Immigration"', b'name="source:x"'))
    row = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=out.getvalue())
    assert "source:x!D20" in sign_in(consultant).get(f"/desk/exercises/KGZ-2024/workbook/{row.pk}/").text


def test_cells_in_opposite_corners_do_not_fill_the_memory(exercise, consultant):
    content = edited(exported(exercise), {("Immigration", "XFD1048576"): "x"})
    with pytest.raises(Unusable, match="“Immigration” lie too far apart"):
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


def test_a_stamp_with_other_ids_versions_and_values_changes_nothing_by_itself(exercise, consultant, outsider):
    """A forged base may hide a conflict from its forger; it changes no row that the file does not speak of."""
    theirs = factories.source(outsider, factories.exercise("TJK-2024", "TJK"), "Theirs")
    source = factories.source(consultant, exercise, sections=["immigration"])
    factories.assess(consultant, factories.cell(exercise), source=source)
    workbook = opened(exported(exercise))
    for row in workbook["Stamps"].iter_rows():
        for cell in row[1:]:
            forged = {"available": "not_available", "2": "99"}
            cell.value = forged.get(cell.value, cell.value)
        if row[0].value == "source":
            row[1].value = str(theirs.pk)
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.changes, comparison.edits) == (
        [],
        [],
        {"source": [], "claim": [], "cell": []},
    )


def test_a_forged_claim_id_reaches_no_other_exercise(exercise, consultant, outsider):
    tajik = factories.exercise("TJK-2024", "TJK")
    theirs = factories.assess(outsider, factories.cell(tajik)).claims.get()
    factories.assess(consultant, factories.cell(exercise))
    content = exported(exercise)
    where = address(content, "Claims", row="Immigration", column="Id")
    comparison = compared(consultant, exercise, edited(content, {("Claims", where): theirs.pk}))
    assert [(error.sheet, error.cell) for error in comparison.errors] == [("Claims", where)]
    assert "no row with this id" in comparison.errors[0].message
    assert not comparison.has_edits


def test_claims_without_their_id_column_are_the_claims_that_are_there(exercise, consultant):
    factories.assess(consultant, factories.cell(exercise))
    workbook = opened(exported(exercise))
    sheet = workbook["Claims"]
    sheet.delete_cols([cell.value for cell in sheet[1]].index("Id") + 1)
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.has_edits) == ([], False)


def test_two_rows_of_one_year_are_an_error_at_the_second(exercise, consultant):
    rows = [["Year", "Stock"], [2021, "yes"], [2020, "yes"], [2021, "no"]]
    comparison = compared(consultant, exercise, never_ours({"Immigration": rows}))
    assert [(error.cell, error.message) for error in comparison.errors] == [
        ("A4", "Two rows are of the year 2021. The first is at A2: correct the year of one of them.")
    ]


def test_a_year_that_is_merged_over_two_rows_is_two_rows_of_one_year(exercise, consultant):
    workbook = opened(exported(exercise))
    workbook["Immigration"].merge_cells("A5:A6")
    comparison = compared(consultant, exercise, saved(workbook))
    assert [error.cell for error in comparison.errors] == ["A6"]


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


def test_the_workbook_of_another_methodology_is_refused(exercise, consultant):
    workbook = opened(exported(exercise))
    for row in workbook["Stamps"].iter_rows(max_row=6):
        if row[0].value == "methodology":
            row[1].value = "other 1.0"
    with pytest.raises(Unusable, match="follows the methodology “other"):
        compared(consultant, exercise, saved(workbook))


def test_a_strict_workbook_is_read_as_any_other(exercise, consultant):
    content = edited(exported(exercise), {("Immigration", in_grid(exported(exercise))): "yes"})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    swaps = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    for transitional, strict in swaps.items():
        entries = {name: xml.replace(transitional, strict) for name, xml in entries.items()}
    comparison = compared(consultant, exercise, zipped(entries))
    assert (comparison.errors, comparison.counts["changed"]) == ([], 1)


def test_dates_of_the_1904_system_are_not_four_years_off(exercise, consultant):
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    sheet.title = "Immigration"
    sheet.append(["Source", "Title", "Link", "Accessed on"])
    sheet.append(["S", "T", None, date(2023, 4, 3)])
    comparison = compared(consultant, exercise, saved(workbook))
    assert comparison.edits["source"][0].values["accessed_on"] == "2023-04-03"


def test_what_is_merged_hidden_computed_blank_or_doubled_is_read_as_it_looks(exercise, consultant):
    source = ["S", "A survey", "https://x.example.org", "annual"]
    content = never_ours(
        {
            "Immigration": [
                ["Data availability", None, None],
                ["Year", "Stock", None],
                [2021, "yes"],
                ["  ", "\xa0", " "],
                [2020, "no"],
                ["Source", "Title", "Link", "Frequency"],
                source,
                source,
                ["   ", None, "\t", None],
            ],
            "Emigration": [["Year", "Stock"], [2019, "yes"]],
        }
    )
    workbook = opened(content)
    workbook["Immigration"].merge_cells("A1:C1")
    workbook["Immigration"].merge_cells("B2:C2")
    workbook["Immigration"].row_dimensions[3].hidden = True
    workbook["Emigration"].sheet_state = "veryHidden"
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.counts["new"]) == ([], 1)
    assert sorted(edit.said.place for edit in comparison.edits["cell"]) == ["B2", "B3", "B5"]


@pytest.mark.parametrize(
    ("text", "code"), [("A_x0000_survey", "0000"), ("A\x01survey", "0001"), ("A _x000B_ survey", "000B")]
)
@pytest.mark.parametrize("column", ["D", "B"])  # a text and a list
def test_a_character_that_cannot_be_kept_is_an_error_at_its_place(exercise, consultant, column, text, code):
    content = exported(exercise)
    number = first_empty(content, "Immigration", "Source")
    content = edited(
        content, {("Immigration", f"{column}{number}"): text, ("Immigration", f"E{number}"): "https://a.example.org"}
    )
    comparison = compared(consultant, exercise, content)
    told = {error.cell: error.message for error in comparison.errors}
    assert f"cannot be kept (U+{code})" in told[f"{column}{number}"]
    assert not comparison.has_edits


def test_such_a_character_in_a_value_is_an_error_and_in_a_strange_heading_is_not_quoted(exercise, consultant):
    content = never_ours({"Immigration": [["Year", "Stock", "Mine"], [2021, "yes", "x"]]})
    content = edited(content, {("Immigration", "B2"): "yes_x0000_", ("Immigration", "C1"): "Mi_x0000_ne"})
    comparison = compared(consultant, exercise, content)
    assert [error.cell for error in comparison.errors] == ["B2"]
    assert "\0" not in comparison.ignored[0].message


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\ntwo", "one\ttwo", "one\u200btwo", "one\xa0two"])
def test_line_ends_tabs_and_signs_that_only_look_strange_are_kept(exercise, consultant, text):
    content = exported(exercise)
    number = first_empty(content, "Immigration", "Source")
    comparison = compared(consultant, exercise, edited(content, {("Immigration", f"D{number}"): text}))
    assert comparison.errors == []
    assert comparison.edits["source"][0].values["title"] == text.replace("\r\n", "\n")


@pytest.mark.parametrize("wrong", [9.7, "9.7", "-1", "1e1", "1_0", "x"])
def test_an_id_that_is_no_whole_number_is_an_error(exercise, consultant, wrong):
    factories.source(consultant, exercise, sections=["immigration"])
    content = exported(exercise)
    where = address(content, "Immigration", row="NSC KR, 2023", column="Id", head="Sources by year")
    comparison = compared(consultant, exercise, edited(content, {("Immigration", where): wrong}))
    assert [(error.cell, "is no id of the workbench" in error.message) for error in comparison.errors] == [
        (where, True)
    ]


def test_rows_sorted_with_their_ids_or_without_id_columns_are_the_same_rows(exercise, consultant):
    for author in ("Alpha", "Beta", "Gamma"):
        factories.source(consultant, exercise, author, sections=["immigration"])
    workbook = opened(exported(exercise))
    sheet = workbook["Immigration"]
    rows = [row for row in sheet.iter_rows() if str(row[11].value).endswith(", 2023")]
    texts = [[cell.value for cell in row] for row in rows]
    for row, said in zip(rows, reversed(texts), strict=True):
        for cell, text in zip(row, said, strict=True):
            cell.value = text
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.changes, comparison.ignored) == ([], [], [])
    sheet.delete_cols(18)
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, comparison.changes, comparison.ignored) == ([], [], [])


def test_a_sheet_that_declares_the_whole_grid_is_read_in_its_cells(exercise, consultant):
    content = never_ours({"Immigration": [["Year", "Stock"], [2021, "yes"]]})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    path = "xl/worksheets/sheet1.xml"
    declared = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', entries[path])
    empty = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    entries[path] = declared.replace(b"</sheetData>", empty)
    comparison = compared(consultant, exercise, zipped(entries))
    assert (comparison.errors, comparison.counts["changed"]) == ([], 1)


@pytest.mark.parametrize("start", ["<c\tr=", "<c\nr=", "<c  r=", "<c s='0' r=", "<x:c r="])
def test_cells_that_are_written_otherwise_cannot_hide_how_far_they_reach(exercise, consultant, start):
    content = edited(exported(exercise), {("Immigration", "XFD1048576"): "x"})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    found = [name for name, text in entries.items() if b'<c r="XFD1048576"' in text]
    for name in found:
        entries[name] = entries[name].replace(b'<c r="XFD1048576"', start.encode() + b'"XFD1048576"')
    with pytest.raises(Unusable, match="too far apart"):
        compared(consultant, exercise, zipped(entries))
    assert found


def test_many_wide_sheets_do_not_fill_the_memory_together(exercise, consultant, monkeypatch):
    monkeypatch.setattr(opening, "MOST_CELLS_IN_ALL", 1000)
    with pytest.raises(Unusable, match="too far apart"):
        compared(consultant, exercise, exported(exercise))


def test_cells_without_a_place_cannot_hide_how_far_they_reach(exercise, consultant):
    rows = '<row r="1">' + "<c><v>1</v></c>" * 5000 + '</row><row r="1048576"><c><v>1</v></c></row>'
    content = never_ours({"Immigration": [["Year", "Stock"]]})
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    path = "xl/worksheets/sheet1.xml"
    entries[path] = re.sub(rb"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>".encode(), entries[path])
    with pytest.raises(Unusable, match="too far apart"):
        compared(consultant, exercise, zipped(entries))
