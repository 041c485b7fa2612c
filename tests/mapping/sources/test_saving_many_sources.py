"""Many sources saved by one act: all or none, each as if it were the only one, by as few queries as one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapping.audit.models import Entry
from mapping.content.errors import RowsRefused, StaleVersion
from mapping.sources.models import Source
from mapping.sources.services import SourceEdit, change_source, save_sources
from tests import factories


@pytest.fixture
def sources(exercise, consultant):
    return [factories.source(consultant, exercise, f"Agency {number}", title=f"T{number}") for number in range(3)]


def new(author, year="2023", **values):
    return SourceEdit({"citation_author": author, "citation_year": year, **values})


def change(source, **values):
    return SourceEdit(values, source.pk, source.version)


def test_new_and_changed_sources_are_one_act_with_an_entry_each(exercise, consultant, sources):
    before = Entry.objects.count()
    edits = [change(sources[0], note="Seen"), new("IOM", title="Survey"), change(sources[1], title="Census")]
    saved = save_sources(actor=consultant, exercise=exercise, edits=edits, reason="Together")
    assert [str(source) for source in saved] == ["Agency 0, 2023", "IOM, 2023", "Agency 1, 2023"]
    entries = list(Entry.objects.order_by("pk"))[before:]
    assert [(entry.verb, entry.target_id) for entry in entries] == [
        ("changed", saved[0].pk),
        ("created", saved[1].pk),
        ("changed", saved[2].pk),
    ]
    assert (entries[0].old, entries[0].new) == ({"note": ""}, {"note": "Seen"})
    assert {(entry.actor, entry.reason, entry.exercise_code) for entry in entries} == {
        (consultant, "Together", "KGZ-2024")
    }
    assert len({entry.act for entry in entries}) == 1


def test_a_changed_source_is_found_by_its_new_words_and_years(exercise, consultant, sources):
    edits = [change(sources[0], title="Перепись Ң", years_covered="2018–2020", link="http://www.stat.kg/a/")]
    save_sources(actor=consultant, exercise=exercise, edits=edits)
    source = Source.objects.get(search_text__contains="перепись ң")
    assert (source.covered_years, source.link_folded, source.title_folded) == (
        [2018, 2019, 2020],
        "stat.kg/a",
        "перепись ң",
    )


def test_an_edit_that_changes_nothing_is_passed_over(exercise, consultant, sources):
    before = Entry.objects.count()
    edits = [change(sources[0], title="T0"), new("IOM")]
    unchanged, entered = save_sources(actor=consultant, exercise=exercise, edits=edits)
    assert (unchanged, entered.citation_key) == (None, "IOM, 2023")
    sources[0].refresh_from_db()
    assert (sources[0].version, Entry.objects.count()) == (1, before + 1)


def test_keys_given_in_one_act_differ_and_a_key_left_free_is_given_again(exercise, consultant, sources):
    edits = [new("IOM"), new("iom"), change(sources[0], citation_author="IOM"), new("Agency 0")]
    saved = save_sources(actor=consultant, exercise=exercise, edits=edits)
    assert [source.citation_key for source in saved] == ["IOM, 2023", "iom, 2023a", "IOM, 2023b", "Agency 0, 2023"]


def test_a_printed_key_that_the_same_act_gives_is_refused(exercise, consultant):
    edits = [new("IOM"), SourceEdit({"title": "Another"}, printed_key="IOM, 2023")]
    with pytest.raises(RowsRefused) as refused:
        save_sources(actor=consultant, exercise=exercise, edits=edits)
    assert {place: str(refusal) for place, refusal in refused.value.refusals.items()} == {
        1: "There is a source “IOM, 2023” already."
    }


def test_an_approved_source_is_reopened_and_one_that_is_cited_keeps_its_key(exercise, consultant, reviewer, sources):
    factories.approve(reviewer, factories.submit(consultant, sources[0]))
    factories.assess(consultant, factories.cell(exercise), source=sources[1])
    for source in sources:
        source.refresh_from_db()
    edits = [change(source, citation_author="NSC") for source in sources]
    saved = save_sources(actor=consultant, exercise=exercise, edits=edits)
    assert [source.citation_key for source in saved] == ["Agency 0, 2023", "Agency 1, 2023", "NSC, 2023"]
    sources[0].refresh_from_db()
    assert (sources[0].status, sources[0].approved_content["citation_author"]) == ("draft", "Agency 0")


def test_every_refusal_is_told_by_its_place_and_nothing_is_written(exercise, consultant, outsider, sources):
    tajik = factories.source(outsider, factories.exercise("TJK-2024", "TJK"))
    stranger = factories.agency(outsider, tajik.exercise)
    change_source(actor=consultant, source=sources[1], version=1, values={"note": "Meanwhile"})
    factories.submit(consultant, sources[2])
    before = Entry.objects.count(), Source.objects.count()
    edits = [
        change(sources[0], note="Good"),
        change(sources[1], note="Stale"),
        change(sources[2], note="Submitted"),
        change(tajik, note="Elsewhere"),
        new(""),
        new("IOM", link="nothing"),
        new("IOM", frequency="sometimes"),
        new("IOM", agency=stranger),
    ]
    with pytest.raises(RowsRefused) as refused:
        save_sources(actor=consultant, exercise=exercise, edits=edits)
    told = refused.value.refusals
    assert list(told) == [1, 2, 3, 4, 5, 6, 7]
    assert isinstance(told[1], StaleVersion)
    assert told[1].row.note == "Meanwhile"
    for place, sentence in {
        2: "Withdraw it first",
        3: "There is no such source in KGZ-2024",
        4: "Say who is cited",
        6: "“sometimes” is not a word of this methodology.",
        7: "The agency is not one of this country.",
    }.items():
        assert sentence in str(told[place])
    assert (Entry.objects.count(), Source.objects.count()) == before
    sources[0].refresh_from_db()
    assert sources[0].note == ""


def test_many_are_saved_by_as_many_queries_as_few(exercise, consultant):
    agency = factories.agency(consultant, exercise)
    asked = []
    for count in (2, 20):
        held = [factories.source(consultant, exercise, f"{count} {number}") for number in range(count)]
        edits = [change(source, citation_author=f"{source.citation_author} renamed") for source in held]
        edits += [new(f"{count} new {number}", agency=agency, frequency="annual") for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            save_sources(actor=consultant, exercise=exercise, edits=edits)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 15
