"""What a file leaves open is asked or told, never decided in silence: rows that look like others, rows that are gone."""

import re

import pytest

from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.workbook.services import upload
from tests import factories
from tests.mapping.workbook.workbooks import (
    address,
    compared,
    edited,
    exported,
    first_empty,
    in_grid,
    opened,
    saved,
    sentences,
    told,
)

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def source(exercise, consultant):
    return factories.source(
        consultant, exercise, sections=["immigration"], link="https://stat.kg/x", title="Population register"
    )


@pytest.fixture
def other(exercise, consultant):
    return factories.source(consultant, exercise, author="Other", sections=["immigration"], title="Border crossings")


def new_source(content, **cells):
    """The workbook with one more row below the sources of Immigration: {column's letter: text}."""
    number = first_empty(content, "Immigration", "Source")
    return edited(content, {("Immigration", f"{column}{number}"): text for column, text in cells.items()})


def of_source(content, column, key):
    return address(content, "Immigration", row=key, column=column, head="Sources by year")


def warnings(comparison):
    return [warning.message for warning in comparison.warnings]


# --- Sources that look like others ----------------------------------------------


def test_a_new_source_that_resembles_one_may_be_said_to_be_that(exercise, consultant, source):
    content = new_source(exported(exercise), D="Population registr", C="NSC KR", Q="Seen")
    comparison = compared(consultant, exercise, content)
    (one,) = comparison.resemblances
    assert ([held.pk for held in one.alike], one.choice, comparison.counts["new"]) == ([source.pk], None, 1)
    same = compared(consultant, exercise, content, choices={one.key: f"source:{source.pk}"})
    assert (same.counts["new"], same.counts["changed"], same.errors) == (0, 1, [])
    assert same.edits["source"][0].held.pk == source.pk


def test_a_new_source_is_none_that_it_does_not_resemble(exercise, consultant, source, outsider):
    theirs = factories.source(outsider, factories.exercise("TJK-2024", "TJK"), "Theirs")
    content = new_source(exported(exercise), D="Population registr", C="NSC KR")
    (one,) = compared(consultant, exercise, content).resemblances
    forged = compared(consultant, exercise, content, choices={one.key: f"source:{theirs.pk}"})
    assert (forged.counts["new"], forged.counts["changed"]) == (1, 0)


def test_what_a_new_source_is_is_chosen_in_the_preview(exercise, consultant, source, sign_in):
    content = new_source(exported(exercise), D="Population registr", C="NSC KR", Q="Seen")
    row = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=content)
    client, page = sign_in(consultant), f"/desk/exercises/KGZ-2024/workbook/{row.pk}/"
    text = client.get(page).text
    assert "1 new source resembles some that are here" in text
    name, chosen = re.search(r'name="(choice:alike:[^"]+)" value="new" checked', text)[1], f"source:{source.pk}"
    text = client.post(page, {"do": "turn", name: chosen}, follow=True).text
    assert f'value="{chosen}" checked' in text
    assert "1 changed, 0 new" in text
    client.post(page, {"do": "apply", name: chosen})
    source.refresh_from_db()
    assert (source.note, exercise.sources.count()) == ("Seen", 1)


def test_a_row_taken_for_a_source_by_its_title_alone_says_so_if_it_changes_it(exercise, consultant, source):
    row = {"D": "Population register", "C": "NSC KR"}
    changing = compared(consultant, exercise, new_source(exported(exercise), **row, Q="Seen"))
    assert "taken for “NSC KR, 2023”" in warnings(changing)[0]
    assert warnings(compared(consultant, exercise, new_source(exported(exercise), **row))) == []
    by_link = compared(consultant, exercise, new_source(exported(exercise), E="https://stat.kg/x", Q="Seen"))
    assert warnings(by_link) == []


def test_ids_paired_with_other_rows_are_asked_about_without_citation_keys_too(exercise, consultant, source, other):
    content = exported(exercise)
    first, second = (of_source(content, "Id", row.citation_key) for row in (source, other))
    ids = opened(content)["Immigration"]
    keys = {("Immigration", of_source(content, "Citation key", row.citation_key)): None for row in (source, other)}
    swapped = {("Immigration", first): ids[second].value, ("Immigration", second): ids[first].value}
    comparison = compared(consultant, exercise, edited(content, keys | swapped))
    assert set(sentences(comparison)) == {f"Immigration!{first}", f"Immigration!{second}"}
    assert not comparison.has_edits
    assert compared(consultant, exercise, edited(content, keys)).errors == []


# --- Claims that look like others -------------------------------------------------


def test_claims_whose_ids_changed_places_are_asked_about(exercise, consultant, assessed, other):
    edit = CellEdit(assessed.pk, assessed.version, claims=[ClaimEdit({"source": other, "value": "not_available"})])
    save_cell(actor=consultant, exercise=exercise, edit=edit)
    content = exported(exercise)
    first, second = (address(content, "Claims", row=key, column="Id") for key in ("NSC KR, 2023", "Other, 2023"))
    ids = opened(content)["Claims"]
    swapped = {("Claims", first): ids[second].value, ("Claims", second): ids[first].value}
    comparison = compared(consultant, exercise, edited(content, swapped))
    assert set(sentences(comparison)) == {f"Claims!{first}", f"Claims!{second}"}
    assert not comparison.has_edits


def test_a_claim_may_be_given_another_source(exercise, consultant, assessed, other):
    content = exported(exercise)
    place = address(content, "Claims", row="NSC KR, 2023", column="Source")
    comparison = compared(consultant, exercise, edited(content, {("Claims", place): "Other, 2023"}))
    assert (comparison.errors, told(comparison)) == ([], [("source", "NSC KR, 2023", "Other, 2023")])


def test_a_claim_that_lost_its_id_is_known_again_or_told_beside_which_it_stands(exercise, consultant, assessed):
    content = exported(exercise)
    places = {column: address(content, "Claims", row="NSC KR, 2023", column=column) for column in ("Id", "Access")}
    same = compared(consultant, exercise, edited(content, {("Claims", places["Id"]): None}))
    assert same.counts == compared(consultant, exercise, content).counts
    other = {("Claims", places["Id"]): None, ("Claims", places["Access"]): "on request"}
    comparison = compared(consultant, exercise, edited(content, other))
    assert (comparison.counts["new"], comparison.counts["ignored"]) == (1, 0)
    assert f"write its id {assessed.claims.get().pk}" in warnings(comparison)[0]


# --- What is gone, and what cannot be known ----------------------------------------


def test_cells_that_had_a_value_and_are_gone_are_counted_by_section(exercise, consultant, assessed):
    content = exported(exercise)
    workbook = opened(content)
    workbook["Immigration"].delete_rows(int(in_grid(content)[1:]))
    comparison = compared(consultant, exercise, saved(workbook))
    gone = [(place.sheet, place.message) for place in comparison.ignored]
    assert gone == [("Immigration", "1 cell that had a value is not in the file. Nothing is deleted by a workbook.")]
    assert not comparison.has_edits


def test_without_its_stamps_a_file_overwrites_only_with_a_warning(exercise, consultant, assessed):
    content = exported(exercise)
    workbook = opened(content)
    del workbook["Stamps"]
    unstamped = saved(workbook)
    assert warnings(compared(consultant, exercise, unstamped)) == []
    edit = CellEdit(assessed.pk, assessed.version, {"value": "not_available"})
    save_cell(actor=consultant, exercise=exercise, edit=edit)
    comparison = compared(consultant, exercise, unstamped)
    assert told(comparison) == [("value", "not_available", "available")]
    assert "the file does not tell what was exported" in warnings(comparison)[0]


def test_a_note_about_a_partial_value_that_there_is_not_is_told(exercise, consultant, assessed):
    content = exported(exercise)
    number = first_empty(content, "Cell notes", "Section")
    row = {"A": "Immigration", "B": "Stock", "C": 2020, "D": "only Bishkek"}
    content = edited(content, {("Cell notes", f"{column}{number}"): text for column, text in row.items()})
    comparison = compared(consultant, exercise, content)
    assert [(place.cell, "passed over" in place.message) for place in comparison.ignored] == [(f"D{number}", True)]
    assert not comparison.has_edits
