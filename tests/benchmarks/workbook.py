"""Several exercises in one file: read, compared and applied, against parsing it and COPY of the same rows."""

import gc
import os
import resource
from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import perf_counter
from unittest.mock import patch

from django.db import connection
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.workbook import write
from mapping.workbook.models import WorkbookImport
from mapping.workbook.regional import write_regional
from mapping.workbook.selectors import content_of
from mapping.workbook.services import apply_import, compare_upload, upload
from mapping.workbook.write import OPTIONS, write_workbook
from tests.benchmarks.measuring import Act, Figure, medians
from tests.benchmarks.recording import Recording
from tests.benchmarks.world import fill, multiply, world

EXERCISES = int(os.environ.get("BENCH_EXERCISES", "20"))  # of the 200 of a region: `make bench` shall end today
CELLS, SOURCES = 600, 100
TIMES = 3


def measure():
    """Yield what a region's file costs, and the export of one exercise."""
    here = world()
    fill(here, cells=CELLS, sources=SOURCES)
    yield from _export(here.exercise)
    multiply(here.exercise, EXERCISES)
    yield from _import(here)


def _exercises():
    return Exercise.objects.select_related("country", "methodology").order_by("code")


def _export(exercise):
    recording = Recording()
    with patch.object(write, "Workbook", recording):
        write_workbook(content_of(exercise), by="")
    alone = Act(lambda again: again(), prepare=lambda: recording.prepared(OPTIONS))
    whole = Act(lambda: write_workbook(content_of(exercise), by=""))
    gc.disable()  # it would look through all that was noted, at anybody's expense
    found = medians({"alone": alone, "whole": whole})
    gc.enable()
    yield Figure("floor: XlsxWriter alone writes the same sheets", found["alone"], 1.0)
    yield Figure("export of one exercise", found["whole"], found["whole"] / found["alone"], 1.5, whole.queries(), 40)


def _book(content):
    return CalamineWorkbook.from_object(BytesIO(content))


def _import(here):
    content = _file()
    parse = Act(lambda: [_book(content).get_sheet_by_index(number).to_python() for number in range(4)])
    found = medians({"parse": parse, "tables": Act(_read_tables)}, TIMES)
    unchanged = _timed(lambda: compare_upload(actor=here.regional, exercise=None, content=content))
    floor = found["parse"] + found["tables"]
    yield Figure("floor: parse the file, read the tables", floor, 1.0)
    yield Figure("the same file, unchanged", unchanged, unchanged / floor, 2)
    if connection.vendor != "postgresql":
        return
    rows = _rows_of_tables()
    floor = found["parse"] + _timed(lambda: _copy(rows))
    yield Figure("floor: parse the file, COPY as many rows", floor, 1.0)
    for part, most in ((10, 3), (1, 4)):
        spent = median(_applied(here, _rewritten(_file(), part)) for _time in range(TIMES))
        yield Figure(f"read, compare and apply, one cell in {part} changed", spent, spent / floor, most)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure(f"peak memory: {peak:.0f} MB of at most 600", 0)


def _file():
    return write_regional(map(content_of, _exercises()))


def _timed(act: Callable):
    start = perf_counter()
    act()
    return 1000 * (perf_counter() - start)


def _read_tables():
    with connection.cursor() as cursor:
        for table in ("mapping_cell", "mapping_source", "mapping_claim"):
            cursor.execute(f"SELECT * FROM {table}")
            cursor.fetchall()


def _rows_of_tables():
    """Return {table: its rows, as COPY takes them}."""
    found = {}
    with connection.cursor() as cursor:
        for table in ("mapping_cell", "mapping_source", "mapping_claim"):
            cursor.execute(f"SELECT * FROM {table}")
            found[table] = [[str(one) if isinstance(one, (dict, list)) else one for one in row] for row in cursor]
            cursor.execute(f"CREATE TEMP TABLE copy_{table} (LIKE {table} INCLUDING INDEXES)")
    return found


def _copy(rows_of_tables):
    """Copy the rows into tables of the same shape."""
    with connection.cursor() as cursor:
        for table, rows in rows_of_tables.items():
            with cursor.copy(f"COPY copy_{table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _rewritten(content, every):
    """Return the file with the note of one cell in `every` changed, but of submitted ones, which are refused."""
    out = BytesIO()
    book = _book(content)
    editable = _editable()
    with Workbook(out, OPTIONS) as workbook:
        for number, name in enumerate(book.sheet_names):
            sheet = workbook.add_worksheet(name)
            for line, row in enumerate(book.get_sheet_by_index(number).to_python(skip_empty_area=False)):
                told = list(row)
                if number == 0 and line and line % every == 0 and (row[0], row[1], row[2], int(row[3])) in editable:
                    told[-1] = f"changed {perf_counter()}"
                for column, cell in enumerate(told):
                    if cell != "":
                        sheet.write(line, column, cell)
    return out.getvalue()


def _editable():
    rows = Cell.objects.exclude(status="submitted").order_by()
    names = ("exercise__code", "indicator__section__key", "indicator__key", "year")
    return set(rows.values_list(*names))


def _applied(here, content):
    """Return the milliseconds that an uploaded file takes to be read, compared and applied."""
    row = upload(actor=here.regional, exercise=None, name="region.xlsx", content=content)
    spent = _timed(lambda: apply_import(actor=here.regional, workbook_import=row))
    assert WorkbookImport.objects.get(pk=row.pk).status == "applied"
    return spent
