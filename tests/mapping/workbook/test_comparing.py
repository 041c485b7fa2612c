"""What comparing tells: each edit as exactly that change, each error with its place, nothing guessed."""

from datetime import date

import pytest

from mapping.availability.models import Claim
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.sources.services import change_source
from mapping.workbook.services import apply_import, upload
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
    sentences,
    told,
)

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def source(exercise, consultant):
    return factories.source(
        consultant, exercise, sections=["immigration", "emigration"], link="https://stat.kg/x", title="Population"
    )


def of_source(content, column, sheet="Immigration"):
    return address(content, sheet, row="NSC KR, 2023", column=column, head="Sources by year")


def of_claim(content, column):
    return address(content, "Claims", row="NSC KR, 2023", column=column)


# --- One edit, one change ----------------------------------------------------


def test_three_edits_are_three_changes(exercise, consultant, assessed):
    content = exported(exercise)
    content = edited(
        content,
        {
            ("Immigration", in_grid(content)): "Not available",
            ("Immigration", of_source(content, "Institution")): "Комитет",
            ("Claims", of_claim(content, "Access")): "on request",
        },
    )
    comparison = compared(consultant, exercise, content)
    assert told(comparison) == [
        ("institution", "NSC KR", "Комитет"),
        ("value", "available", "not_available"),
        ("access", "public", "on_request"),
    ]
    assert comparison.counts["changed"] == 3
    assert comparison.counts["new"] == comparison.counts["errors"] == comparison.counts["ignored"] == 0


def test_a_blank_cell_never_wipes_a_value_but_the_word_does(exercise, consultant, assessed):
    content = exported(exercise)
    for blank in (None, "  ", "\xa0"):
        assert told(compared(consultant, exercise, edited(content, {("Immigration", in_grid(content)): blank}))) == []
    content = edited(content, {("Immigration", in_grid(content)): "Not assessed"})
    assert told(compared(consultant, exercise, content)) == [("value", "available", "not_assessed")]


def test_values_are_understood_as_people_write_them(exercise, consultant):
    content = exported(exercise)
    written = {2018: "✓", 2019: 0.5, 2020: "partial: Not digitised", 2021: "нет"}
    cells = {("Immigration", in_grid(content, year=year)): text for year, text in written.items()}
    comparison = compared(consultant, exercise, edited(content, cells))
    assert comparison.errors == []
    assert told(comparison) == [
        ("value", "not_assessed", "not_available"),
        ("value", "not_assessed", "partially_available"),
        ("partial_reason", "", "not_digitised"),
        ("value", "not_assessed", "partially_available"),
        ("value", "not_assessed", "available"),
    ]


def test_an_ambiguous_value_is_told_with_the_choices(exercise, consultant):
    content = exported(exercise)
    comparison = compared(consultant, exercise, edited(content, {("Immigration", in_grid(content)): "N/A"}))
    assert "Available, Partially available, Not available, Not applicable" in comparison.errors[0].message


def test_a_partial_without_a_reason_is_a_draft_with_a_warning(exercise, consultant):
    content = exported(exercise)
    comparison = compared(consultant, exercise, edited(content, {("Immigration", in_grid(content)): "partial"}))
    assert comparison.can_apply
    assert "draft" in comparison.warnings[0].message


def test_all_errors_are_told_at_once(exercise, consultant, assessed):
    content = exported(exercise)
    bad = {
        ("Immigration", in_grid(content)): "N/A",
        ("Emigration", "C6"): "hm",
        ("Immigration", of_source(content, "Link to the survey")): "no link",
        ("Immigration", of_source(content, "Frequency")): "now and then",
        ("Immigration", of_source(content, "Accessed on")): "13/2023",
        ("Claims", of_claim(content, "Collected by")): "Nobody's agency",
        ("Claims", of_claim(content, "Languages")): "Klingonish",
        ("Claims", of_claim(content, "Where in the source")): "p" * 301,
    }
    comparison = compared(consultant, exercise, edited(content, bad))
    assert set(sentences(comparison)) == {f"{sheet}!{cell}" for sheet, cell in bad}
    assert comparison.counts["errors"] == 4  # two cells, one source, one claim: each once
    assert not comparison.can_apply


@pytest.mark.parametrize("written", ["3.4.2023", date(2023, 4, 3)])
def test_dates_are_day_month_year_or_real_ones(exercise, consultant, source, written):
    content = exported(exercise)
    content = edited(content, {("Immigration", of_source(content, "Accessed on")): written})
    assert told(compared(consultant, exercise, content)) == [("accessed_on", "", "2023-04-03")]


def test_a_year_outside_the_span_is_told(exercise, consultant):
    content = exported(exercise)
    where = in_grid(content)
    workbook = opened(content)
    workbook["Immigration"][f"A{where[1:]}"] = 1999
    workbook["Immigration"][where] = "Available"
    comparison = compared(consultant, exercise, saved(workbook))
    assert "no cell for 1999" in sentences(comparison)[f"Immigration!{where}"]


# --- Two people --------------------------------------------------------------


def test_what_others_changed_here_is_kept(exercise, consultant, assessed):
    content = exported(exercise)
    save_cell(
        actor=consultant, exercise=exercise, edit=CellEdit(assessed.pk, assessed.version, {"value": "not_available"})
    )
    comparison = compared(consultant, exercise, content)
    assert (told(comparison), comparison.conflicts) == ([], [])


def test_what_both_changed_differently_is_a_conflict_to_be_decided(exercise, consultant, assessed):
    content = exported(exercise)
    save_cell(
        actor=consultant, exercise=exercise, edit=CellEdit(assessed.pk, assessed.version, {"value": "not_available"})
    )
    content = edited(content, {("Immigration", in_grid(content)): "Partially available: provisional"})
    comparison = compared(consultant, exercise, content)
    conflict = comparison.conflicts[0]
    assert (conflict.field, conflict.base, conflict.database, conflict.file) == (
        "value", "available", "not_available", "partially_available",
    )  # fmt: skip
    assert (comparison.counts["conflicts"], comparison.counts["changed"], comparison.can_apply) == (1, 0, False)
    kept = compared(consultant, exercise, content, otherwise="keep")
    assert (kept.can_apply, kept.has_edits) == (True, False)
    taken = compared(consultant, exercise, content, choices={conflict.key: "take"})
    assert (taken.can_apply, taken.edits["cell"][0].values) == (
        True, {"value": "partially_available", "partial_reason": "provisional"},
    )  # fmt: skip


def test_what_both_changed_alike_is_nothing(exercise, consultant, assessed):
    content = exported(exercise)
    save_cell(
        actor=consultant, exercise=exercise, edit=CellEdit(assessed.pk, assessed.version, {"value": "not_available"})
    )
    content = edited(content, {("Immigration", in_grid(content)): "no"})
    comparison = compared(consultant, exercise, content)
    assert (told(comparison), comparison.conflicts) == ([], [])


def test_different_fields_of_one_source_both_survive(exercise, consultant, source):
    content = exported(exercise)
    change_source(actor=consultant, source=source, version=source.version, values={"note": "Theirs"})
    content = edited(content, {("Immigration", of_source(content, "Institution")): "Mine"})
    comparison = compared(consultant, exercise, content)
    assert (told(comparison), comparison.conflicts) == ([("institution", "NSC KR", "Mine")], [])


# --- Sources -----------------------------------------------------------------


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


# --- Claims ------------------------------------------------------------------


def test_a_new_claim_needs_its_cell_a_basis_and_a_value(exercise, consultant):
    content = exported(exercise)
    rows = {
        2: {"A": "Immigration", "B": "Flows", "D": "Nobody, 2020", "H": "available", "C": 2021},
        3: {"A": "Immigration", "B": "Flows", "C": 2021, "E": "report"},
        4: {"A": "Immigration", "B": "Flows", "C": 2021, "H": "available"},
        5: {"A": "Immigration", "B": "Flows", "E": "report", "H": "available"},
        6: {"A": "Immigration", "B": "Nothing such", "C": 2021, "E": "report", "H": "available"},
        7: {"A": "Immigration", "B": "Flows", "C": 1999, "E": "report", "H": "available"},
        8: {"A": "Immigration", "B": "Flows", "C": 2021, "E": "report", "H": "not applicable"},
        9: {"A": "Immigration", "B": "Flows", "C": 2021, "E": "report", "H": "available", "N": "disaster"},
    }
    edits = {("Claims", f"{column}{row}"): text for row, cells in rows.items() for column, text in cells.items()}
    comparison = compared(consultant, exercise, edited(content, edits))
    assert set(sentences(comparison)) == {
        "Claims!D2", "Claims!A3", "Claims!A4", "Claims!A5", "Claims!B6", "Claims!C7", "Claims!H8", "Claims!N9",
    }  # fmt: skip
    assert comparison.counts["errors"] == 8
    assert comparison.counts["new"] == 0


def test_the_same_new_claim_again_is_unchanged(exercise, consultant, assessed):
    content = exported(exercise)
    row = {"A": "Immigration", "B": "Stock", "C": 2020, "D": "NSC KR, 2023", "H": "available", "J": "government"}
    content = edited(content, {("Claims", f"{column}3"): text for column, text in row.items()})
    comparison = compared(consultant, exercise, content)
    assert (comparison.counts["new"], comparison.errors) == (0, [])


def test_a_new_claim_that_says_less_than_another_new_one_is_entered_whatever_their_order(exercise, consultant, source):
    content = exported(exercise)
    less = {"A": "Immigration", "B": "Flows", "C": 2021, "D": "NSC KR, 2023", "H": "available"}
    more = less | {"R": "table 1"}
    for rows in ((less, more), (more, less)):
        edits = {("Claims", f"{column}{at}"): text for at, row in enumerate(rows, 2) for column, text in row.items()}
        comparison = compared(consultant, exercise, edited(content, edits))
        assert (comparison.counts["new"], comparison.errors) == (2, [])


def test_a_new_claim_that_says_less_than_one_here_is_passed_over_and_told(exercise, consultant, source):
    told = {"source": source, "value": "available", "access": "on_request", "scope": "government"}
    edit = CellEdit(factories.cell(exercise).pk, 1, {}, [ClaimEdit(told)])
    cell = save_cell(actor=consultant, exercise=exercise, edit=edit)
    content = exported(exercise)
    row = {"A": "Immigration", "B": "Stock", "C": 2020, "D": "NSC KR, 2023", "H": "available"}
    again = edited(content, {("Claims", f"{column}3"): text for column, text in row.items()})
    comparison = compared(consultant, exercise, again)
    assert comparison.counts["new"] == 0
    assert f"says this and more: the row was passed over. To change that one, write its id {cell.claims.get().pk}" in (
        comparison.ignored[0].message
    )


def test_a_claim_deleted_here_is_passed_over_unless_it_was_edited(exercise, consultant, assessed):
    content = exported(exercise)
    claim = assessed.claims.get()
    save_cell(
        actor=consultant,
        exercise=exercise,
        edit=CellEdit(assessed.pk, assessed.version, claims=[ClaimEdit(None, claim.pk, claim.version)]),
    )
    comparison = compared(consultant, exercise, content)
    assert (comparison.errors, comparison.counts["ignored"]) == ([], 1)
    content = edited(content, {("Claims", of_claim(content, "Coverage")): "More"})
    assert "no longer" in compared(consultant, exercise, content).errors[0].message


# --- Files that moved, and files that never were ours ------------------------


def test_headings_are_found_wherever_they_stand_and_however_they_are_typed(exercise, consultant):
    content = never_ours(
        {
            "Notes of mine": [["hello"]],
            "immigration": [
                ["A note above"],
                [],
                [None, "stock by employ-\nment status", "YEAR", "Comments internal", "Stock by gen- der"],
                [None, "yes", 2021, "mine", "нет"],
                [None, "", "", "", ""],
                [None, None, "2020", None, "0,5"],
                [None, "Link", "Authors", "Title/ Name of Survey"],
                [None, "https://x.example.org", "A; B", "A survey"],
            ],
        }
    )
    comparison = compared(consultant, exercise, content)
    assert comparison.errors == []
    assert {(cell, new) for row in comparison.changes for name, cell, _old, new in row.fields if name == "value"} == {
        ("B4", "available"), ("E4", "not_available"), ("E6", "partially_available"),
    }  # fmt: skip
    assert comparison.counts["new"] == 1
    assert {place.sheet for place in comparison.ignored} == {"Notes of mine", "immigration"}
    assert comparison.counts["ignored"] == 2


def test_columns_and_rows_may_move(exercise, consultant, assessed):
    workbook = opened(exported(exercise))
    workbook["Immigration"].insert_rows(1, 3)
    workbook["Immigration"].insert_cols(1, 2)
    workbook["Claims"].insert_cols(2, 1)
    comparison = compared(consultant, exercise, saved(workbook))
    assert (comparison.errors, told(comparison), comparison.ignored) == ([], [], [])


def test_two_sheets_of_one_section_are_an_error(exercise, consultant):
    workbook = opened(exported(exercise))
    copy = workbook.copy_worksheet(workbook["Immigration"])
    copy.title = "Copy"
    assert "Keep one of the two" in compared(consultant, exercise, saved(workbook)).errors[0].message


def test_a_merged_cell_speaks_for_all_it_covers(exercise, consultant):
    content = exported(exercise)
    workbook = opened(content)
    where = in_grid(content, year=2022)
    workbook["Immigration"][where] = "Available"
    workbook["Immigration"].merge_cells(f"{where}:{in_grid(content, year=2021)}")
    comparison = compared(consultant, exercise, saved(workbook))
    assert [cell for row in comparison.changes for _name, cell, _old, _new in row.fields] == [
        where,
        in_grid(content, year=2021),
    ]
