"""The history tells what a person chose, not the key that is stored for it."""

from mapping.audit.presentation import told
from mapping.audit.selectors import history
from tests import factories


def changes_of(row):
    return {change.label: (change.old, change.new) for entry in told(history(row)) for change in entry.changes}


def test_words_of_the_methodology_are_told_by_their_labels(exercise, consultant):
    source = factories.source(consultant, exercise, data_source_type="other", sections=["remittances", "immigration"])
    changes = changes_of(source)
    assert changes["data source"] == ("", "Other")
    assert changes["sections"] in {("", "Remittances, Immigration"), ("", "Immigration, Remittances")}


def test_of_a_new_row_it_tells_what_is_filled_in(exercise, consultant):
    source = factories.source(consultant, exercise, "NSC KR", title="Yearbook", note="", accessed_on=None, authors=[])
    (entry,) = history(source)
    assert entry.new.items() >= {"citation_key": source.citation_key, "title": "Yearbook"}.items()
    assert not entry.new.keys() & {"note", "accessed_on", "authors"}


def test_a_word_that_the_methodology_has_lost_is_told_by_its_key(exercise, consultant):
    source = factories.source(consultant, exercise, data_source_type="other")
    exercise.methodology.terms.filter(kind="data_source_type", key="other").update(key="something_else")
    assert changes_of(source)["data source"] == ("", "other")


def test_words_take_one_query_a_kind_however_many_entries(exercise, consultant, django_assert_max_num_queries):
    source = factories.source(consultant, exercise, data_source_type="other", sections=["remittances"])
    entries = list(history(source)) * 20
    with django_assert_max_num_queries(4):
        told(entries)
