"""The hidden sheet: however long the fields of a row are they come back, and whatever else stands there does no harm."""

import pytest

from mapping.workbook.stamps import read_stamps, stamp_rows
from tests import factories
from tests.mapping.workbook.workbooks import compared, content_of, exported


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
