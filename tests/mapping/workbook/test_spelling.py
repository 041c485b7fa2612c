"""How words, dates and languages are read: the usual spellings, and nothing that could mean two things."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from mapping.workbook.layout import CLAIM_COLUMNS
from mapping.workbook.spelling import Misspelt, Words, text_of

WORDS = Words(SimpleNamespace(terms={}, sources={}, claims={}, agencies={}, agency_names={}, exercise=None))
COLUMNS = {column.field: column for column in CLAIM_COLUMNS}

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("written", "value", "reason"),
    [
        ("Available", "available", ""),
        ("AVAILABLE ", "available", ""),
        ("yes", "available", ""),
        ("✓", "available", ""),
        ("A", "available", ""),
        (1, "available", ""),
        (True, "available", ""),
        ("да", "available", ""),
        ("Partially available", "partially_available", ""),
        ("partial", "partially_available", ""),
        ("P", "partially_available", ""),
        (0.5, "partially_available", ""),
        ("частично", "partially_available", ""),
        ("Partially available: survey or estimate", "partially_available", "survey_or_estimate"),
        ("partial:Not digitised", "partially_available", "not_digitised"),
        ("no", "not_available", ""),
        ("N", "not_available", ""),
        (0, "not_available", ""),
        ("нет", "not_available", ""),
        ("not applicable", "not_applicable", ""),
        ("Not assessed", "not_assessed", ""),
    ],
)
def test_values_are_understood_as_people_write_them(written, value, reason):
    assert WORDS.value_and_reason(text_of(written)) == (value, reason)


@pytest.mark.parametrize(
    "written",
    ["N/A", "n.a.", "-", "–", "?", "x", "maybe", "10", 7, "05", "partial: who knows", "Available: 2020", "#REF!"],
)
def test_what_is_ambiguous_is_never_guessed(written):
    with pytest.raises(Misspelt):
        WORDS.value_and_reason(text_of(written))


@pytest.mark.parametrize(
    ("written", "why"),
    [("N/A", "means one thing to some"), ("–", "means one thing to some"), ("maybe", "not one of the words")],
)
def test_the_choices_are_named_and_not_assessed_is_one_of_them(written, why):
    with pytest.raises(Misspelt, match=f"{why}.*Not available, Not applicable, Not assessed"):
        WORDS.value_and_reason(written)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("28-11-2023", "2023-11-28"),
        ("3.4.2023", "2023-04-03"),
        ("2023-04-03", "2023-04-03"),
        (date(2023, 4, 3), "2023-04-03"),
        (datetime(2023, 4, 3), "2023-04-03"),  # noqa: DTZ001 - Excel knows no time zones
        (" ", ""),
    ],
)
def test_dates_are_day_month_year_or_real_ones(written, read):
    assert WORDS.read(COLUMNS["stated_on"], written) == read


@pytest.mark.parametrize("written", ["11/28/2023", "31-02-2023", "13/2023", "yesterday", 45000])
def test_what_is_no_date_is_refused(written):
    with pytest.raises(Misspelt, match="not a date"):
        WORDS.read(COLUMNS["stated_on"], written)


@pytest.mark.parametrize(
    ("written", "read"),
    [("ky ru", "ky ru"), ("ky, ru;en", "ky ru en"), ("Kyrgyz and Russian", "ky ru"), ("Русский, узбекский", "ru uz")],
)
def test_languages_are_codes_or_names(written, read):
    assert WORDS.read(COLUMNS["languages"], written) == read


def test_an_unknown_language_is_refused():
    with pytest.raises(Misspelt, match="“Klingonish” is not a language"):
        WORDS.read(COLUMNS["languages"], "Russian, Klingonish")


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("access", "On Request", "on_request"),
        ("access", "yes", "public"),
        ("access", "on_request", "on_request"),
        ("scope", "NGO", "ngo"),
        ("value", "partial", "partially_available"),
        ("statement_kind", "a documented search", "documented_search"),
    ],
)
def test_words_of_a_closed_list_are_read_by_label_or_key(field, written, read):
    assert WORDS.read(COLUMNS[field], written) == read


def test_a_word_of_no_list_is_refused_with_the_choices():
    with pytest.raises(Misspelt, match="Write one of: public, on request, not shared, unknown"):
        WORDS.read(COLUMNS["access"], "no")


def test_a_claim_is_never_not_applicable():
    with pytest.raises(Misspelt):
        WORDS.read(COLUMNS["value"], "Not applicable")
