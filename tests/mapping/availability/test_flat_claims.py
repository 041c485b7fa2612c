"""Claims out to a flat file and back in: by their ids, through the service, all rows or none; nothing is deleted."""

from datetime import date

import pytest
from django.utils import translation

from mapping.audit.models import Entry
from mapping.availability.models import Claim
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from tests import factories
from tests.mapping.flat import KINDS, address, apply, compare, counts, exported, problems, table, written

STOCK = {"Exercise": "KGZ-2024", "Section": "Immigration", "Indicator": "Stock", "Year": "2020"}


@pytest.fixture
def source(exercise, consultant):
    return factories.source(consultant, exercise, "НСК")


@pytest.fixture
def cell(exercise, consultant, source):
    """A cell with two claims: one of a source, with something in every column, and one of a statement."""
    rich = {
        "nature": "mixed", "languages": ["ky", "ru"], "period": "=2020", "confidence": "inferred",
        "collector": factories.agency(consultant, exercise).pk, "coverage_note": "first\r\nsecond", "locator": "-p. 4",
    }  # fmt: skip
    cell = factories.assess(consultant, factories.cell(exercise), source=source, claim=rich)
    said = {"statement_kind": "interview", "statement": "Head of desk", "stated_on": date(2024, 3, 9)}
    return factories.assess(consultant, cell, claim={**said, "access": "on_request"})


def first_row(client):
    return table(exported(client, "claim"))[0]


def first_claim():
    return Claim.objects.order_by("pk").first()


def change(actor, claim, **values):
    """Change a claim as the form does."""
    cell = claim.cell
    edit = CellEdit(cell.pk, cell.version, {}, [ClaimEdit(values, claim.pk, claim.version)])
    save_cell(actor=actor, exercise=cell.exercise, edit=edit)
    claim.refresh_from_db()


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_untouched_round_trip_changes_nothing(cell, consultant, sign_in, kind):
    client = sign_in(consultant)
    before = Entry.objects.count()
    content = exported(client, "claim", kind)
    assert counts(compare(client, "claim", content, kind)) == (0, 0, 2)
    assert "0 new, 0 changed, 2 unchanged" in apply(client, "claim", content, kind).content.decode()
    assert Entry.objects.count() == before


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_row_tells_its_cell_its_basis_and_what_it_says_and_no_formula(cell, consultant, sign_in, kind):
    row = table(exported(sign_in(consultant), "claim", kind), kind)[0]
    told = {**STOCK, "Source": "НСК, 2023", "Statement": "", "Value": "Available", "Whose data": "government"}
    told |= {"Reference date or period": "'=2020", "Where in the source": "'-p. 4", "Collected by": "NSC"}
    assert {name: str(row[name]).removesuffix(".0") for name in told} == told
    assert int(row["Id"]) == first_claim().pk


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_changed_and_a_new_claim_are_saved_as_one_act(cell, source, consultant, sign_in, kind):
    client = sign_in(consultant)
    rows = [
        {**first_row(client), "Value": "partial", "Access": "upon request"},
        {**STOCK, "Year": "2021", "Source": "нск, 2023", "Value": "нет", "Languages": "ky; ru"},
        {**STOCK, "Year": "2021", "Statement": "A Meeting", "When": "19.10.2023", "Value": "yes"},
    ]
    content = written(rows, kind)
    page = compare(client, "claim", content, kind).content.decode()
    assert "2 new, 1 changed, 0 unchanged" in page
    assert "KGZ-2024, Immigration: Stock, 2020: НСК, 2023" in page
    before = Entry.objects.count()
    apply(client, "claim", content, kind)
    claims = {claim.pk: claim for claim in Claim.objects.all()}
    assert len(claims) == 4
    changed = claims[int(rows[0]["Id"])]
    assert (changed.value, changed.access, changed.version) == ("partially_available", "on_request", 2)
    new = Claim.objects.filter(cell__year=2021).order_by("pk")
    assert [(one.source, one.statement_kind, one.value) for one in new] == [
        (source, "", "not_available"),
        (None, "meeting", "available"),
    ]
    assert (new[0].languages, new[1].stated_on) == (["ky", "ru"], date(2023, 10, 19))
    entries = Entry.objects.order_by("pk")[before:]
    assert len({entry.act for entry in entries}) == 1
    assert {entry.reason for entry in entries} == {f"Imported from claims.{kind}"}


def test_the_same_file_again_changes_nothing(cell, consultant, sign_in):
    client = sign_in(consultant)
    content = written([{**STOCK, "Source": "НСК, 2023", "Value": "no", "Access": "unknown"}] * 2)
    assert counts(compare(client, "claim", content)) == (1, 0, 1)
    apply(client, "claim", content)
    assert counts(compare(client, "claim", content)) == (0, 0, 2)


def test_a_blank_wipes_nothing_and_a_missing_row_deletes_nothing(cell, consultant, sign_in):
    client = sign_in(consultant)
    row = dict.fromkeys(first_row(client), "") | {"Exercise": "KGZ-2024", "Id": first_claim().pk}
    assert counts(compare(client, "claim", written([row]))) == (0, 0, 1)
    apply(client, "claim", written([{**row, "Coverage": "all of it"}]))
    claim = first_claim()
    assert (Claim.objects.count(), claim.coverage_note, claim.languages) == (2, "all of it", ["ky", "ru"])


def test_a_source_in_a_statements_place_replaces_it_and_the_other_way_round(cell, source, consultant, sign_in):
    client = sign_in(consultant)
    cited, stated = table(exported(client, "claim"))
    swapped = [
        {**cited, "Source": "", "Statement": "an interview"},
        {**stated, "Source": "НСК, 2023", "Statement": ""},
    ]
    apply(client, "claim", written(swapped))
    bases = Claim.objects.order_by("pk").values_list("source", "statement_kind")
    assert list(bases) == [(None, "interview"), (source.pk, "")]


def test_every_error_is_told_with_its_row_and_nothing_is_saved(cell, outsider, consultant, sign_in):
    client = sign_in(consultant)
    row, other = table(exported(client, "claim"))
    tajik = factories.assess(outsider, factories.cell(factories.exercise("TJK-2024", "TJK")))
    new = {**STOCK, "Source": "НСК, 2023", "Value": "yes"}
    rows = [
        new,
        {**row, "Value": "perhaps", "When": "13/31/2023", "Languages": "kyrgyzish", "Published by": "Nobody"},
        {**row, "Note": ""},
        {**other, "Id": tajik.claims.get().pk},
        {**other, "Id": "9" * 5000},
        {**other, "Year": "2021"},
        {**new, "Year": "1950"},
        {**new, "Source": "Nobody, 1999"},
        {**new, "Value": "not applicable"},
        {**new, "Value": ""},
        {**new, "Source": ""},
        {**new, "Statement": "a report that says so"},
        {**new, "Subgroup": "astronauts"},
        {**new, "Exercise": "TJK-2024"},
    ]
    rows = [{name: text for name, text in one.items() if name != "Note"} for one in rows]
    told = problems(compare(client, "claim", written(rows)))
    assert sorted(told) == list(range(3, 16))
    assert len(told[3]) == 4
    for number, sentence in {
        4: "Row 3 is about the same one already.",
        5: "has no claim with the id",
        6: "has no claim with the id 999",
        7: "The id belongs to a claim of “Immigration: Stock, 2020”",
        8: "has no cell “Immigration”, “Stock”, “1950”",
        9: "No source of KGZ-2024 is cited as “Nobody, 1999”",
        10: "“not applicable” is not one of the words for this. Write one of: Available, Partially available, Not available.",
        11: "cannot be blank",
        12: "A claim rests on a source or on a statement",
        13: "A claim rests on a source or on a statement",
        14: "subgroup",
        15: "“TJK-2024” is no exercise that you may change.",
    }.items():
        assert sentence in told[number][0], number
    assert Claim.objects.filter(cell__exercise__code="KGZ-2024").count() == 2


def test_what_somebody_changed_since_the_export_is_not_overwritten(cell, consultant, coordinator, sign_in):
    client = sign_in(consultant)
    mine, others = table(exported(client, "claim"))
    change(coordinator, first_claim(), locator="p. 5")
    told = problems(compare(client, "claim", written([{**mine, "Value": "no"}, {**others, "Value": "no"}])))
    assert told == {2: ["It was changed since this file was exported. Export it again and make your change there."]}
    apply(client, "claim", written([{**others, "Value": "no"}]))
    assert Claim.objects.order_by("pk").last().value == "not_available"


def test_a_change_after_the_comparison_stops_the_confirmation(cell, consultant, coordinator, sign_in):
    client = sign_in(consultant)
    content = written([{**first_row(client), "Value": "no"}, {**STOCK, "Source": "НСК, 2023", "Value": "partial"}])
    form = compare(client, "claim", content).context["confirm_form"]
    change(coordinator, first_claim(), locator="p. 5")
    answer = client.post(address("claim", "process_import"), form.initial)
    assert "It was changed since this file was exported" in answer.content.decode()
    assert (Claim.objects.count(), first_claim().value) == (2, "available")


def test_claims_of_a_submitted_cell_are_refused_in_words_and_of_an_approved_one_reopen_it(
    cell, consultant, reviewer, sign_in
):
    client = sign_in(consultant)
    factories.submit(consultant, cell)
    content = written([{**first_row(client), "Value": "no"}])
    assert "Withdraw it first" in problems(compare(client, "claim", content))[2][0]
    factories.approve(reviewer, *[claim.source for claim in cell.claims.exclude(source=None)], cell)
    apply(client, "claim", content)
    cell.refresh_from_db()
    assert (cell.status, cell.claims.order_by("pk").first().value) == ("draft", "not_available")


def test_who_may_not_edit_may_not_import_and_who_may_not_see_exports_nothing(cell, observer, outsider, sign_in):
    assert sign_in(observer).post(address("claim", "process_import"), {}).status_code == 403
    assert len(table(exported(sign_in(observer), "claim"))) == 2
    assert table(exported(sign_in(outsider), "claim")) == []


def test_a_file_written_in_russian_is_read_in_english(cell, consultant, sign_in):
    client = sign_in(consultant)
    with translation.override("ru"):
        client.cookies["django_language"] = "ru"
        content = exported(client, "claim")
    client.cookies["django_language"] = "en"
    assert counts(compare(client, "claim", content)) == (0, 0, 2)


def test_more_rows_ask_no_more_of_the_database(
    cell, exercise, source, consultant, sign_in, django_assert_max_num_queries
):
    client = sign_in(consultant)
    years = [str(year) for year in range(2018, 2024)]
    indicators = list(exercise.methodology.sections.get(key="immigration").indicators.values_list("title", flat=True))
    rows = [
        {**STOCK, "Indicator": title, "Year": year, "Source": "НСК, 2023", "Value": "yes", "Collected by": "NSC"}
        for title in indicators[1:]
        for year in years
    ]
    content = written(rows)
    compared = compare(client, "claim", content)
    assert counts(compared) == (len(rows), 0, 0)
    with django_assert_max_num_queries(45):
        client.post(address("claim", "process_import"), compared.context["confirm_form"].initial)
    assert Claim.objects.count() == len(rows) + 2
    with django_assert_max_num_queries(15):
        assert len(table(exported(client, "claim"))) == len(rows) + 2
