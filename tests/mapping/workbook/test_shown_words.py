"""What the page of an import shows: words for keys, sentences that are true, and what became of each choice."""

import re
from datetime import date

import pytest

from mapping.workbook.regional import write_regional
from mapping.workbook.selectors import content_of
from mapping.workbook.services import upload
from tests import factories
from tests.mapping.workbook.workbooks import address, edited, exported, first_empty

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(exercise, consultant):
    return factories.source(
        consultant, exercise, sections=["immigration"], data_source_type="administrative_data", frequency="annual"
    )


def kept(actor, exercise, content, edits):
    return upload(actor=actor, exercise=exercise, name="w.xlsx", content=edited(content, edits))


def page_of(row):
    code = f"exercises/{row.exercise.code}/workbook" if row.exercise else "workbooks"
    return f"/desk/{code}/{row.pk}/"


def shown(client, row):
    """The page as a reader sees it: its text, without tags."""
    text = re.sub(r"<[^>]+>", " ", client.get(page_of(row)).text.partition("<h1>")[2])
    return " ".join(text.split())


def of_source(content, column, sheet="Immigration", head="Sources by year"):
    return (sheet, address(content, sheet, row="NSC KR, 2023", column=column, head=head))


def test_keys_of_the_methodology_are_shown_as_its_words_and_dates_day_first(exercise, consultant, source, sign_in):
    content = exported(exercise)
    new = first_empty(content, "Emigration", "Source")
    edits = {
        of_source(content, "Data source"): "Census",
        of_source(content, "Frequency"): "Monthly",
        of_source(content, "Accessed on"): date(2023, 4, 3),
        ("Emigration", f"A{new}"): "A new one",
    }
    text = shown(sign_in(consultant), kept(consultant, exercise, content, edits))
    assert "Administrative data Census" in text
    assert "Annual Monthly" in text
    assert "– 03-04-2023" in text
    assert "sections Emigration" in text
    for key in ("administrative_data", "census", "annual", "2023-04-03", "sections emigration"):
        assert key not in text


def test_so_they_are_for_a_file_of_several_exercises(exercise, consultant, source, regional_coordinator, sign_in):
    content = write_regional([content_of(exercise)])
    edits = {
        of_source(content, "Data source", "Sources", "Exercise"): "Census",
        of_source(content, "Sections", "Sources", "Exercise"): "Immigration; Remittances",
    }
    text = shown(sign_in(regional_coordinator), kept(regional_coordinator, None, content, edits))
    assert "Administrative data Census" in text
    assert "Immigration Immigration; Remittances" in text
