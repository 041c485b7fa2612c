"""The hidden sheet: however long the fields of a row are they come back, and whatever else stands there does no harm."""

from datetime import date

import pytest

from mapping.workbook.opening import Unusable
from mapping.workbook.services import upload
from mapping.workbook.stamps import read_stamps, stamp_rows
from tests import factories
from tests.mapping.workbook.workbooks import address, compared, content_of, exported, opened, saved


def test_fields_that_fill_more_than_one_cell_come_back(exercise, consultant):
    long = "өңүр, " * 5_000
    cell = factories.assess(consultant, factories.cell(exercise), note=long, resolution=long)
    rows = list(stamp_rows(content_of(exercise), head={}))
    key = ("immigration", cell.indicator.key, cell.year)
    assert read_stamps(rows).of("cell", key).values["note"] == long.strip()
    assert compared(consultant, exercise, exported(exercise)).counts["changed"] == 0


@pytest.mark.parametrize(
    "row",
    [
        ["cell", "a/b", "1", "", "[]"],
        ["cell", "a/b/2020", "one", "", "[]"],
        ["cell", "a/b/2020", "1", "", '{"value": "available"}'],
        ["cell", "a/b/2020", "1", "", "[1, 2]"],
        ["cell", "a/b/2020", "1", "", "[" * 10_000],
        ["cell", True, None, "", 1.5],
        ["cell"],
    ],
)
def test_a_row_that_cannot_be_understood_was_never_exported(row):
    assert read_stamps([["title", "1"], ["fields", "cell", "", "", '["value"]'], row]).rows == {}


def test_a_later_format_is_refused(exercise, consultant):
    workbook = opened(exported(exercise))
    workbook["Stamps"]["B1"] = "2"
    with pytest.raises(Unusable, match="written in format 2"):
        compared(consultant, exercise, saved(workbook))


def test_a_base_that_was_never_exported_is_shown_as_it_is(exercise, consultant, sign_in):
    source = factories.source(consultant, exercise, sections=["immigration"], accessed_on=date(2023, 4, 3))
    content = exported(exercise)
    accessed = address(content, "Immigration", row=source.citation_key, column="Accessed on", head="Sources by year")
    workbook = opened(content)
    workbook["Immigration"][accessed] = date(2024, 1, 1)
    for row in workbook["Stamps"].iter_rows():
        if row[0].value == "source":
            row[4].value = row[4].value.replace('"2023-04-03"', '"yester\\ud800day"')
    row = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=saved(workbook))
    assert "yesterday" in sign_in(consultant).get(f"/desk/exercises/KGZ-2024/workbook/{row.pk}/").text
