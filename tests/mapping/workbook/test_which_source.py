"""Which source a row of a file means, and what becomes of several rows about one."""

import pytest

from mapping.availability.models import Claim
from mapping.sources.services import change_source
from mapping.workbook.services import apply_import, upload
from tests import factories
from tests.mapping.workbook.workbooks import (
    address,
    compared,
    edited,
    exported,
    first_empty,
    of_source,
    opened,
    saved,
    sentences,
    told,
)

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def rivalling(exercise, source):
    """A file that tells two notes of one source, on two of its sheets."""
    content = exported(exercise)
    notes = [(sheet, of_source(content, "Note", sheet)) for sheet in ("Immigration", "Emigration")]
    return edited(content, dict(zip(notes, ["Once", "Otherwise"], strict=True)))


def test_one_source_may_be_changed_on_one_of_its_sheets(exercise, consultant, source):
    content = exported(exercise)
    content = edited(content, {("Emigration", of_source(content, "Note", "Emigration")): "Once"})
    assert told(compared(consultant, exercise, content)) == [("note", "", "Once")]


def test_one_source_changed_differently_on_two_sheets_is_a_conflict(exercise, consultant, rivalling):
    comparison = compared(consultant, exercise, rivalling)
    (conflict,) = comparison.conflicts
    places = {text: sheet for sheet, _cell, text in conflict.sides_of_file.values()}
    assert places == {"Once": "Immigration", "Otherwise": "Emigration"}
    assert (comparison.errors, comparison.can_apply, comparison.counts["conflicts"]) == ([], False, 1)


@pytest.mark.parametrize(("choice", "change"), [("keep", []), ("take", ["Once"]), ("take2", ["Otherwise"])])
def test_which_of_two_sheets_is_taken_is_chosen(exercise, consultant, rivalling, choice, change):
    (conflict,) = compared(consultant, exercise, rivalling).conflicts
    found = compared(consultant, exercise, rivalling, choices={conflict.key: f"{choice}:{conflict.mark}"})
    assert (found.can_apply, told(found)) == (True, [("note", "", text) for text in change])
    sheets = {side: sheet for side, (sheet, _cell, _text) in conflict.sides_of_file.items()}
    assert [row.sheet for row in found.changes] == [sheets[choice] for _text in change]


def test_no_order_for_all_conflicts_takes_one_of_two_sheets(exercise, consultant, rivalling):
    assert not compared(consultant, exercise, rivalling, otherwise="take").can_apply
    assert compared(consultant, exercise, rivalling, otherwise="keep").can_apply


def test_what_two_sheets_say_differently_and_one_of_them_like_here_is_chosen_between_two(
    exercise, consultant, source, rivalling
):
    change_source(actor=consultant, source=source, version=source.version, values={"note": "Once"})
    (conflict,) = compared(consultant, exercise, rivalling).conflicts
    assert (conflict.database, conflict.file, conflict.rivals) == ("Once", "Otherwise", [])


def test_a_new_source_says_the_same_on_its_sheets(exercise, consultant):
    content = exported(exercise)
    edits = {}
    for sheet, note in (("Immigration", "Once"), ("Emigration", "Otherwise")):
        number = first_empty(content, sheet, "Source")
        edits |= {(sheet, f"D{number}"): "Survey", (sheet, f"L{number}"): "ILO, 2022", (sheet, f"Q{number}"): note}
    comparison = compared(consultant, exercise, edited(content, edits))
    (error,) = comparison.errors
    assert (error.sheet, error.cell) == ("Emigration", f"Q{number}")
    assert "Write the same in both" in error.message


@pytest.mark.parametrize(
    "row",
    [
        {"L": "NSC KR, 2023", "Q": "Seen"},
        {"E": "http://www.stat.kg/x/", "Q": "Seen"},
        {"C": "nsc kr", "D": "POPULATION", "Q": "Seen"},
    ],
)
def test_a_row_without_an_id_is_matched_to_the_source_it_means(exercise, consultant, source, row):
    content = exported(exercise)
    number = first_empty(content, "Return migration", "Source")
    content = edited(content, {("Return migration", f"{column}{number}"): text for column, text in row.items()})
    comparison = compared(consultant, exercise, content)
    assert comparison.counts["new"] == 0
    assert ("note", "", "Seen") in told(comparison)
    assert ("sections", "immigration emigration", "immigration emigration return_migration") in told(comparison)


def new_sources(exercise, *rows, sheet="Immigration"):
    """An export with rows of sources below its own, each {column: text}."""
    content = exported(exercise)
    number = first_empty(content, sheet, "Source")
    edits = {(sheet, f"{column}{at}"): text for at, row in enumerate(rows, number) for column, text in row.items()}
    return edited(content, edits)


def test_a_citation_key_of_its_own_makes_a_new_source_though_an_office_links_its_home_page_for_all(
    exercise, consultant, source
):
    content = new_sources(exercise, {"D": "Census 2024", "E": "https://stat.kg/x", "L": "NSC KR, 2024"})
    comparison = compared(consultant, exercise, content)
    assert (comparison.errors, comparison.counts["new"], comparison.counts["changed"]) == ([], 1, 0)
    assert [held.pk for held in comparison.resemblances[0].alike] == [source.pk]
    assert comparison.edits["source"][0].citation_key == "NSC KR, 2024"


def test_two_new_sources_of_one_link_are_two_and_claims_cite_either(exercise, consultant, source):
    rows = [{"D": "Outlook", "E": "https://iom.int/", "L": f"IOM, {year}"} for year in (2020, 2021)]
    content = new_sources(exercise, *rows)
    claim = first_empty(content, "Claims", "Section")
    told = {"A": "Immigration", "B": "Flows", "C": 2021, "D": "IOM, 2021", "H": "available"}
    content = edited(content, {("Claims", f"{column}{claim}"): text for column, text in told.items()})
    row = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=content)
    apply_import(actor=consultant, workbook_import=row)
    assert set(exercise.sources.values_list("citation_key", flat=True)) == {"NSC KR, 2023", "IOM, 2020", "IOM, 2021"}
    assert Claim.objects.get().source.citation_key == "IOM, 2021"


def test_a_link_that_several_sources_share_tells_nothing(exercise, consultant, source):
    factories.source(consultant, exercise, "MoL", sections=["immigration"], link="https://stat.kg/x", title="Yearbook")
    content = new_sources(exercise, {"D": "Labour force survey", "E": "https://stat.kg/x"})
    comparison = compared(consultant, exercise, content)
    assert (comparison.counts["new"], comparison.counts["changed"]) == (1, 0)


def test_a_link_below_which_another_title_stands_is_told(exercise, consultant, source):
    content = new_sources(exercise, {"D": "Census", "E": "https://stat.kg/x"}, sheet="Return migration")
    comparison = compared(consultant, exercise, content)
    assert ("title", "Population", "Census") in told(comparison)
    assert "It is taken for “NSC KR, 2023”" in comparison.warnings[0].message


def test_a_copied_row_whose_id_was_emptied_is_not_taken_for_the_original(exercise, consultant, source):
    content = new_sources(exercise, {"D": "Census", "E": "https://stat.kg/x", "L": "NSC KR, 2023"})
    comparison = compared(consultant, exercise, content)
    where = f"Immigration!L{first_empty(exported(exercise), 'Immigration', 'Source')}"
    assert list(sentences(comparison)) == [where]
    assert "give it a citation key of its own" in sentences(comparison)[where]
    assert not comparison.has_edits


def test_any_other_row_is_a_new_source_and_claims_may_cite_it(exercise, consultant, source):
    content = exported(exercise)
    number = first_empty(content, "Immigration", "Source")
    claim = first_empty(content, "Claims", "Section")
    content = edited(
        content,
        {
            ("Immigration", f"D{number}"): "Labour force survey",
            ("Immigration", f"L{number}"): "ILO, 2022",
            ("Claims", f"A{claim}"): "Immigration",
            ("Claims", f"B{claim}"): "Flows",
            ("Claims", f"C{claim}"): 2021,
            ("Claims", f"D{claim}"): "ilo, 2022",
            ("Claims", f"H{claim}"): "available",
        },
    )
    comparison = compared(consultant, exercise, content)
    assert comparison.errors == []
    assert comparison.counts["new"] == 2


def test_ids_that_were_paired_with_other_rows_are_a_question(exercise, consultant, source):
    factories.source(consultant, exercise, author="Other", sections=["immigration"])
    content = exported(exercise)
    first = of_source(content, "Id")
    second = address(content, "Immigration", row="Other, 2023", column="Id", head="Sources by year")
    sheet = opened(content)["Immigration"]
    content = edited(
        content,
        {("Immigration", first): sheet[second].value, ("Immigration", second): sheet[first].value},
    )
    comparison = compared(consultant, exercise, content)
    assert set(sentences(comparison)) == {f"Immigration!{first}", f"Immigration!{second}"}


def test_a_row_copied_with_its_id_is_a_question(exercise, consultant, source):
    content = exported(exercise)
    workbook = opened(content)
    sheet = workbook["Immigration"]
    number, original = first_empty(content, "Immigration", "Source"), of_source(content, "Id")
    for cell in list(sheet[original[1:]]):
        sheet.cell(number, cell.column, cell.value)
    assert "Empty the id of the copy" in compared(consultant, exercise, saved(workbook)).errors[0].message


def test_a_deleted_row_is_told_and_never_a_deletion(exercise, consultant, source, assessed):
    content = exported(exercise)
    workbook = opened(content)
    workbook["Claims"].delete_rows(2)
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.counts["ignored"], comparison.has_edits) == (1, False)
    assert "Nothing is deleted" in comparison.ignored[0].message


def test_a_forged_id_reaches_no_other_exercise(exercise, consultant, source, outsider):
    theirs = factories.source(outsider, factories.Exercise.objects.get(code="TJK-2024"), author="Theirs")
    content = exported(exercise)
    number = first_empty(content, "Immigration", "Source")
    content = edited(content, {("Immigration", f"D{number}"): "Mine", ("Immigration", f"R{number}"): theirs.pk})
    comparison = compared(consultant, exercise, content)
    assert "no row with this id" in comparison.errors[0].message
    assert not comparison.has_edits
