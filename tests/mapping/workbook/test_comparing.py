"""What comparing tells: each edit as exactly that change, each error with its place, nothing guessed."""

from datetime import date

import pytest

from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.sources.services import change_source
from tests import factories
from tests.mapping.workbook.workbooks import (
    address,
    compared,
    edited,
    exported,
    in_grid,
    never_ours,
    of_source,
    opened,
    saved,
    sentences,
    told,
)

pytestmark = [pytest.mark.once, pytest.mark.django_db]


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
