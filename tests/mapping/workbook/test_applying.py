"""Applying: through the services of the form, as one act, all of it or nothing."""

import re

import pytest

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Entry, Verb
from mapping.availability.services import CellEdit, save_cell
from mapping.content.errors import RowsRefused
from mapping.countries.models import Exercise
from mapping.countries.services import freeze
from mapping.sources.models import Source
from mapping.workbook import opening, permissions
from mapping.workbook.job_services import order_application, receive, work
from mapping.workbook.models import WorkbookImport
from mapping.workbook.services import NotApplicable, apply_import, discard, upload
from tests import factories
from tests.mapping.workbook.workbooks import (
    address,
    compared,
    edited,
    exported,
    first_empty,
    in_grid,
    never_ours,
    sentences,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(exercise, consultant):
    return factories.source(consultant, exercise, sections=["immigration"], title="Population")


def kept(actor, exercise, content):
    return upload(actor=actor, exercise=exercise, name="a.xlsx", content=content)


def full_of_edits(exercise):
    """A workbook with a changed cell, source and claim, a new source and a new claim that cites it."""
    content = exported(exercise)
    number, claim = first_empty(content, "Immigration", "Source"), first_empty(content, "Claims", "Section")
    source = address(content, "Immigration", row="NSC KR, 2023", column="Authors", head="Sources by year")
    return edited(
        content,
        {
            ("Immigration", in_grid(content)): "Partially available: provisional",
            ("Immigration", source): "One; Two",
            ("Claims", address(content, "Claims", row="NSC KR, 2023", column="When")): "28-11-2023",
            ("Immigration", f"D{number}"): "Labour force survey",
            ("Immigration", f"C{number}"): "ILO",
            ("Immigration", f"L{number}"): "ILO, 2022",
            **{
                ("Claims", f"{column}{claim}"): text
                for column, text in {"A": "immigration", "B": "Flows", "C": 2021, "D": "ILO, 2022", "H": "no"}.items()
            },
        },
    )


def test_everything_is_written_as_one_act_of_the_one_who_applied(exercise, consultant, assessed, source):
    row = kept(consultant, exercise, full_of_edits(exercise))
    assert Entry.objects.filter(verb=Verb.IMPORTED).count() == 0
    before = Entry.objects.count()
    apply_import(actor=consultant, workbook_import=row)
    assessed.refresh_from_db()
    source.refresh_from_db()
    new = Source.objects.get(citation_key="ILO, 2022")
    claim = factories.cell(exercise, "flows", 2021).claims.get()
    assert (assessed.value, assessed.partial_reason) == ("partially_available", "provisional")
    assert (source.authors, new.sections, new.institution) == (["One", "Two"], ["immigration"], "ILO")
    assert (claim.source, claim.value, claim.access) == (new, "not_available", "unknown")
    assert f"{assessed.claims.get().stated_on:%Y-%m-%d}" == "2023-11-28"
    entries = Entry.objects.order_by("pk")[before:]
    assert len({entry.act for entry in entries}) == 1
    assert {entry.actor for entry in entries} == {consultant}
    imported = entries[len(entries) - 1]
    assert (imported.verb, imported.exercise_code, imported.new["changed"]) == (Verb.IMPORTED, "KGZ-2024", 3)


def test_the_report_and_the_file_stay(exercise, consultant, assessed):
    content = full_of_edits(exercise)
    row = kept(consultant, exercise, content)
    apply_import(actor=consultant, workbook_import=row)
    row = WorkbookImport.objects.get()
    assert (row.status, row.applied_by, row.report["counts"]["changed"], row.report["counts"]["new"]) == (
        "applied", consultant, 3, 2,
    )  # fmt: skip
    with row.file.open("rb") as file:
        assert file.read() == content


def test_the_same_file_again_changes_nothing(exercise, consultant, assessed):
    content = full_of_edits(exercise)
    apply_import(actor=consultant, workbook_import=kept(consultant, exercise, content))
    comparison = compared(consultant, exercise, content)
    assert (comparison.changes, comparison.conflicts, comparison.errors) == ([], [], [])
    again = kept(consultant, exercise, content)
    with pytest.raises(Unchanged):
        apply_import(actor=consultant, workbook_import=again)


def test_an_import_is_applied_once(exercise, consultant, assessed):
    row = kept(consultant, exercise, full_of_edits(exercise))
    apply_import(actor=consultant, workbook_import=row)
    with pytest.raises(Unchanged):
        apply_import(actor=consultant, workbook_import=row)
    with pytest.raises(Unchanged):
        discard(actor=consultant, workbook_import=row)


def test_with_one_error_nothing_is_applied(exercise, consultant, assessed):
    content = edited(full_of_edits(exercise), {("Emigration", "B6"): "N/A"})
    row = kept(consultant, exercise, content)
    before = Entry.objects.count()
    with pytest.raises(NotApplicable):
        apply_import(actor=consultant, workbook_import=row)
    assert Entry.objects.count() == before
    assert not Source.objects.filter(citation_key="ILO, 2022").exists()


def test_a_refusal_in_the_middle_leaves_nothing_and_names_the_place(exercise, consultant, assessed, monkeypatch):
    def refuse(*, edits, **kwargs):
        new = [place for place, edit in enumerate(edits) if edit.source_id is None]
        raise RowsRefused("", dict.fromkeys(new, Refused("Not now.")))

    monkeypatch.setattr("mapping.workbook.services.save_sources", refuse)
    content = full_of_edits(exercise)
    row = kept(consultant, exercise, content)
    with pytest.raises(Refused) as caught:
        apply_import(actor=consultant, workbook_import=row)
    number = first_empty(exported(exercise), "Immigration", "Source")
    assert caught.value.problems == [f"Immigration!C{number}: Not now."]
    row.refresh_from_db()
    assert row.status == "compared"
    assessed.refresh_from_db()
    assert assessed.value == "available"


def test_a_change_made_here_after_the_preview_is_a_conflict_to_be_decided(exercise, consultant, assessed):
    row = kept(consultant, exercise, full_of_edits(exercise))
    save_cell(
        actor=consultant, exercise=exercise, edit=CellEdit(assessed.pk, assessed.version, {"value": "not_available"})
    )
    with pytest.raises(NotApplicable) as caught:
        apply_import(actor=consultant, workbook_import=row)
    key = caught.value.report["conflicts"][0]["key"]
    apply_import(actor=consultant, workbook_import=row, choices={key: "take"})
    assessed.refresh_from_db()
    assert assessed.value == "partially_available"
    assert WorkbookImport.objects.get().report["conflicts"][0]["choice"] == "take"


def test_an_approved_cell_is_reopened_as_by_the_form(exercise, consultant, reviewer, assessed, source):
    content = exported(exercise)
    factories.submit(consultant, source, assessed)
    factories.approve(reviewer, source, assessed)
    content = edited(content, {("Immigration", in_grid(content)): "Not available"})
    apply_import(actor=consultant, workbook_import=kept(consultant, exercise, content))
    assessed.refresh_from_db()
    assert (assessed.status, assessed.value, assessed.approved_content["value"]) == (
        "draft", "not_available", "available",
    )  # fmt: skip


def test_submitted_rows_are_refused_each_at_its_place(exercise, consultant, assessed, source):
    content = full_of_edits(exercise)
    factories.submit(consultant, source, assessed)
    told = sentences(compared(consultant, exercise, content))
    assert len(told) == 3  # the source, the cell, its claim
    assert all("Withdraw it first" in sentence for sentence in told.values())


def test_who_may_not_import_is_told_why(exercise, consultant, coordinator, observer, reviewer, outsider):
    content = exported(exercise)
    for person in (observer, reviewer, outsider):
        with pytest.raises(Refused, match="Only the consultants and coordinators"):
            kept(person, exercise, content)
    freeze(actor=coordinator, exercise=exercise, reason="Done")
    with pytest.raises(Refused, match="frozen"):
        kept(consultant, exercise, content)
    assert not WorkbookImport.objects.exists()


def test_predicates_and_querysets_agree(
    exercise, consultant, coordinator, regional_coordinator, observer, reviewer, outsider
):
    row = kept(consultant, exercise, exported(exercise))
    freeze(actor=regional_coordinator, exercise=Exercise.objects.get(code="TJK-2024"), reason="Done")
    for person in (consultant, coordinator, regional_coordinator, observer, reviewer, outsider):
        assert permissions.can_view(person, row) == permissions.visible(person).exists()
        for one in Exercise.objects.all():
            assert permissions.can_export(person, one) == permissions.exportable(person).filter(pk=one.pk).exists()
            may_import = not permissions.why_not_import(person, one)
            assert may_import == permissions.importable(person).filter(pk=one.pk).exists()


# --- What changed between looking and applying -------------------------------


def without_stamps(text):
    return never_ours({"Immigration": [["Year", "Stock"], [2020, text]]})


def test_what_has_no_base_overwrites_only_what_was_seen(exercise, consultant):
    cell = factories.cell(exercise)
    row = kept(consultant, exercise, without_stamps("Available"))
    save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": "not_available"}))
    with pytest.raises(NotApplicable, match="would overwrite other things than those you looked at"):
        apply_import(actor=consultant, workbook_import=row)
    cell.refresh_from_db()
    assert cell.value == "not_available"


def test_who_looks_again_may_overwrite_it(exercise, consultant, sign_in):
    cell = factories.cell(exercise)
    row = kept(consultant, exercise, without_stamps("Available"))
    save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": "not_available"}))
    client, page = sign_in(consultant), f"/desk/exercises/KGZ-2024/workbook/{row.pk}/"
    looked = client.post(page, {"do": "apply", "overwrites": ""}).text
    assert "would overwrite other things than those you looked at" in looked
    seen = re.search(r'name="overwrites" value="(\w+)"', looked)[1]
    client.post(page, {"do": "apply", "overwrites": seen})
    cell.refresh_from_db()
    assert cell.value == "available"


def test_a_worker_overwrites_only_what_was_compared(exercise, consultant, monkeypatch):
    monkeypatch.setattr(opening, "LONG_ROWS", 1)
    cell = factories.cell(exercise)
    row = receive(actor=consultant, exercise=exercise, name="a.xlsx", content=without_stamps("Available"))
    work(import_id=row.pk)
    save_cell(actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": "not_available"}))
    row.refresh_from_db()
    order_application(actor=consultant, workbook_import=row)
    work(import_id=row.pk)
    row.refresh_from_db()
    cell.refresh_from_db()
    assert (row.state, cell.value) == ("failed", "not_available")
    assert "would overwrite other things than those you looked at" in row.last_error
