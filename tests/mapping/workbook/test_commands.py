"""The two commands, as others script against them."""

import json

import pytest
from django.core.management import CommandError, call_command

from mapping.workbook.models import WorkbookImport
from tests import factories
from tests.mapping.workbook.workbooks import address, edited, exported, in_grid, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(exercise, consultant, tmp_path):
    factories.assess(consultant, factories.cell(exercise))
    file = tmp_path / "kgz.xlsx"
    call_command("export_workbook", exercise.code, "--out", str(file))
    return file


def edit(file, value):
    content = file.read_bytes()
    where = in_grid(content)
    file.write_bytes(edited(content, {("Immigration", where): value}))
    return where


def run(capsys, file, *options, exercise="KGZ-2024", email="consultant@example.org"):
    """Run the import; return (exit status, the report)."""
    status = 0
    capsys.readouterr()
    named = ["--exercise", exercise] if exercise else []
    try:
        call_command("import_workbook", str(file), *named, "--as", email, "--json", *options)
    except SystemExit as end:
        status = end.code
    return status, json.loads(capsys.readouterr().out)


def test_an_untouched_file_is_clean(file, capsys):
    status, report = run(capsys, file)
    assert status == 0
    assert report.keys() == {"counts", "changes", "conflicts", "errors"}
    assert report["counts"] == {
        "new": 0, "changed": 0, "unchanged": 805, "conflicts": 0, "errors": 0, "ignored": 0,
    }  # fmt: skip


def test_a_change_is_told_and_only_applied_when_asked(file, capsys):
    where = edit(file, "Not available")
    change = {"sheet": "Immigration", "cell": where, "field": "value", "old": "available", "new": "not_available"}
    status, report = run(capsys, file)
    assert (status, report["changes"]) == (0, [change])
    cell = factories.cell(factories.Exercise.objects.get())
    assert (cell.value, WorkbookImport.objects.count()) == ("available", 0)
    status, report = run(capsys, file, "--apply")
    assert (status, report["changes"]) == (0, [change])
    cell.refresh_from_db()
    assert (cell.value, WorkbookImport.objects.get().status) == ("not_available", "applied")


def test_an_error_ends_with_1_and_applies_nothing(file, capsys):
    where = edit(file, "N/A")
    status, report = run(capsys, file, "--apply")
    assert status == 1
    assert [(error["sheet"], error["cell"]) for error in report["errors"]] == [("Immigration", where)]
    assert not WorkbookImport.objects.exists()


def test_a_conflict_ends_with_1_unless_a_side_is_chosen(file, capsys, exercise, consultant):
    where = edit(file, "Not available")
    cell = factories.assess(consultant, factories.cell(exercise), "partially_available")
    status, report = run(capsys, file, "--apply")
    assert (status, report["conflicts"]) == (
        1,
        [
            {
                "sheet": "Immigration", "cell": where, "field": "value",
                "base": "available", "database": "partially_available", "file": "not_available",
            }
        ],
    )  # fmt: skip
    assert run(capsys, file, "--apply", "--conflicts", "keep")[0] == 0
    cell.refresh_from_db()
    assert cell.value == "partially_available"
    assert run(capsys, file, "--apply", "--conflicts", "take")[0] == 0
    cell.refresh_from_db()
    assert cell.value == "not_available"


def test_what_two_sheets_say_is_told_and_not_taken(file, capsys, exercise, consultant):
    source = factories.source(consultant, exercise, sections=["immigration", "emigration"])
    content, notes = exported(exercise), {}
    for sheet, note in (("Immigration", "Once"), ("Emigration", "Otherwise")):
        notes[sheet, address(content, sheet, row=source.citation_key, column="Note", head="Sources by year")] = note
    file.write_bytes(edited(content, notes))
    status, report = run(capsys, file, "--apply", "--conflicts", "take")
    assert (status, [(one["sheet"], one["file"]) for one in report["conflicts"]]) == (
        1, [("Immigration", "Once"), ("Emigration", "Otherwise")],
    )  # fmt: skip
    with pytest.raises(SystemExit):
        call_command("import_workbook", file, "--exercise", "KGZ-2024", "--as", consultant.email)
    assert "the file also says Otherwise in Emigration!" in capsys.readouterr().out


def test_a_file_it_cannot_use_ends_with_2_and_one_error(file, capsys):
    file.write_bytes(b"no workbook")
    status, report = run(capsys, file)
    assert status == 2
    assert set(report["counts"].values()) == {0}
    assert len(report["errors"]) == 1
    for changed in ({"exercise": "XXX-2024"}, {"email": "nobody@example.org"}):
        assert run(capsys, file, **changed)[0] == 2
    assert run(capsys, file.with_name("missing.xlsx"))[0] == 2


def test_without_json_it_prints_sentences(file, capsys):
    edit(file, "N/A")
    with pytest.raises(SystemExit):
        call_command("import_workbook", str(file), "--exercise", "KGZ-2024", "--as", "consultant@example.org")
    said = capsys.readouterr()
    assert "804 unchanged" in said.out
    assert "Immigration!" in said.err


def said(capsys, file, *options, exercise="KGZ-2024"):
    """Run the import as a person does; return (exit status, what it says, the errors that it tells)."""
    status = 0
    capsys.readouterr()
    try:
        call_command("import_workbook", str(file), "--exercise", exercise, "--as", "consultant@example.org", *options)
    except SystemExit as end:
        status = end.code
    return status, *capsys.readouterr()


def test_in_sentences_it_tells_warnings_and_what_it_passes_over(file, capsys, exercise, consultant):
    factories.source(consultant, exercise, sections=["immigration"])
    call_command("export_workbook", exercise.code, "--out", str(file))
    where = edit(file, "Partially available")
    content = file.read_bytes()
    number = address(content, "Immigration", row="NSC KR, 2023", column="Id", head="Sources by year").strip("R")
    gone = {("Immigration", f"{letter}{number}"): None for letter in "ABCDEFGHIJKLMNOPQR"}
    file.write_bytes(edited(content, gone))
    status, out, errors = said(capsys, file)
    assert (status, errors) == (0, "")
    assert f"Immigration!{where}: A partial without a reason is saved as a draft." in out
    assert "Immigration: The row of NSC KR, 2023 is not in the file. Nothing is deleted by a workbook." in out


def test_in_sentences_it_ends_with_whether_it_applied(file, capsys):
    asked = said(capsys, file, "--apply")
    assert (asked[0], asked[1].splitlines()[-1]) == (0, "Nothing was applied.")
    edit(file, "Not available")
    assert "applied" not in said(capsys, file)[1].lower()
    asked = said(capsys, file, "--apply")
    assert (asked[0], asked[1].splitlines()[-1]) == (0, "Applied.")
    edit(file, "N/A")
    asked = said(capsys, file, "--apply")
    assert (asked[0], asked[1].splitlines()[-1]) == (1, "Nothing was applied.")


def test_in_sentences_a_file_it_cannot_use_is_one_sentence(file, capsys):
    file.write_bytes(b"no workbook")
    assert said(capsys, file, "--apply") == (2, "", "The file is no Excel workbook (.xlsx).\n")


def test_an_export_that_cannot_be_is_refused_in_a_sentence(exercise, tmp_path):
    with pytest.raises(CommandError, match="no exercise"):
        call_command("export_workbook", "XXX", "--out", str(tmp_path / "x.xlsx"))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_workbook", exercise.code, "--out", str(tmp_path / "no" / "x.xlsx"))


@pytest.fixture
def region(file, exercise, outsider, tmp_path):
    """Two exercises in one file."""
    factories.assess(outsider, factories.cell(factories.exercise("TJK-2024", "TJK")), "not_available")
    region = tmp_path / "region.xlsx"
    call_command("export_workbook", "TJK-2024", exercise.code, "TJK-2024", "--out", str(region))
    return region


def test_several_exercises_go_out_in_flat_tables_each_once(region, tmp_path):
    sheet = opened(region.read_bytes())["Cells"]
    codes = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert list(dict.fromkeys(codes)) == ["TJK-2024", "KGZ-2024"]
    assert len(codes) == len(set(sheet.iter_rows(min_row=2, max_col=4, values_only=True)))
    for options, codes in ((["--all"], {"KGZ-2024", "TJK-2024"}), (["KGZ-2024", "--flat"], {"KGZ-2024"})):
        call_command("export_workbook", *options, "--out", str(tmp_path / "x.xlsx"))
        rows = opened((tmp_path / "x.xlsx").read_bytes())["Cells"].iter_rows(min_row=2, values_only=True)
        assert {row[0] for row in rows} == codes


def test_an_export_of_none_or_of_unknown_ones_is_refused_in_sentences(exercise, tmp_path):
    out = ["--out", str(tmp_path / "x.xlsx")]
    for named in ([], ["KGZ-2024", "--all"]):
        with pytest.raises(CommandError, match="Name the exercises"):
            call_command("export_workbook", *named, *out)
    with pytest.raises(CommandError, match=r"“XXX”\.\n.*“YYY”"):
        call_command("export_workbook", "XXX", "KGZ-2024", "YYY", *out)
    assert not (tmp_path / "x.xlsx").exists()


def test_a_file_of_several_exercises_is_compared_and_applied_to_all_of_them(region, regional_coordinator, capsys):
    everywhere = {"exercise": None, "email": regional_coordinator.email}
    status, report = run(capsys, region, **everywhere)
    assert (status, report["counts"]["changed"], report["errors"]) == (0, 0, [])
    content = region.read_bytes()
    where = address(content, "Cells", row="TJK-2024", column="Value")
    region.write_bytes(edited(content, {("Cells", where): "partial"}))
    status, report = run(capsys, region, "--apply", **everywhere)
    assert (status, [change["new"] for change in report["changes"]]) == (0, ["partially_available"])
    assert WorkbookImport.objects.get().exercise is None
    assert run(capsys, region, **everywhere)[1]["counts"]["changed"] == 0


def test_an_exercise_that_the_coordinator_may_not_change_ends_with_1(region, coordinator, capsys):
    status, report = run(capsys, region, "--apply", exercise=None, email=coordinator.email)
    assert status == 1
    assert [error["message"] for error in report["errors"]] == ["“TJK-2024” is no exercise that you may change."]


def test_a_file_of_the_other_sort_ends_with_2_and_says_how_to_name_it(
    region, file, consultant, regional_coordinator, capsys
):
    status, report = run(capsys, file, exercise=None, email=regional_coordinator.email)
    assert (status, "with --exercise" in report["errors"][0]["message"]) == (2, True)
    status, report = run(capsys, region)
    assert (status, "with no --exercise" in report["errors"][0]["message"]) == (2, True)
    status, report = run(capsys, region, exercise=None)
    assert (status, "Only coordinators" in report["errors"][0]["message"]) == (2, True)
