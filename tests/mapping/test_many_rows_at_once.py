"""Rows that are written at once, few or many, are written as their model says."""

import uuid

import pytest

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.batches import MANY, MANY_NEW, insert_rows, write_rows

COUNTS = (1, MANY_NEW, MANY, 2 * MANY)


@pytest.mark.parametrize("count", COUNTS)
def test_changed_rows(exercise, consultant, count):
    *cells, other = exercise.cells.order_by("pk")[: count + 1]
    for number, cell in enumerate(cells):
        cell.note, cell.last_author = f'a\tb\\N\n"{number}" ө', consultant
        cell.approved_content = {"note": [number]} if number % 2 else None
    write_rows(cells, ["note", "last_author", "approved_content"])
    found = Cell.objects.in_bulk(cell.pk for cell in cells)
    for cell in cells:
        saved = found[cell.pk]
        assert (saved.note, saved.last_author, saved.approved_content) == (cell.note, consultant, cell.approved_content)
    other.refresh_from_db()
    assert (other.note, other.last_author) == ("", None)


@pytest.mark.parametrize("count", COUNTS)
def test_new_rows(consultant, count):
    act = uuid.uuid4()
    told = {"actor": consultant, "verb": "changed", "target_type": "cell", "act": act}
    rows = [Entry(target_id=number, new={"note": f"№ {number}\n"}, **told) for number in range(count)]
    insert_rows(Entry, rows, with_ids=True)
    saved = Entry.objects.filter(act=act).order_by("pk")
    assert [row.pk for row in saved] == [row.pk for row in rows]
    assert [(row.target_id, row.old, row.new) for row in saved] == [
        (number, {}, {"note": f"№ {number}\n"}) for number in range(count)
    ]


def test_no_rows():
    insert_rows(Entry, [])
    write_rows([], ["note"])
