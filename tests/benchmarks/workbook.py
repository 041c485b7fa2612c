"""Several exercises in one file: read, compared and applied, against parsing it and COPY of the same rows."""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from time import perf_counter
from unittest.mock import patch

from django.db import connection, transaction
from django.db.models import JSONField
from import_export.resources import modelresource_factory
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from mapping.availability.models import Cell, Claim
from mapping.countries.models import Exercise
from mapping.fields import WordsField
from mapping.sources.models import Source
from mapping.workbook import write
from mapping.workbook.models import WorkbookImport
from mapping.workbook.selectors import content_of
from mapping.workbook.services import apply_import, compare_upload, upload
from mapping.workbook.write import OPTIONS, write_workbook
from mapping.workbook.write_regional import write_regional
from tests.benchmarks.measuring import Act, Figure, medians
from tests.benchmarks.recording import Recording
from tests.benchmarks.world import fill, multiply, world

EXERCISES = int(os.environ.get("BENCH_EXERCISES", "20"))  # of the 200 of a region: `make bench` shall end today
CELLS, SOURCES = 600, 100
TIMES = 5
SAMPLE = 300  # rows that django-import-export is judged by


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
    content = _file(_exercises())
    parse, tables = Act(lambda: _parse(content)), Act(_read_tables)
    unchanged = Act(lambda: compare_upload(actor=here.regional, exercise=None, content=content))
    found = medians({"parse": parse, "tables": tables, "unchanged": unchanged}, TIMES)
    floor = found["parse"] + found["tables"]
    yield Figure("floor: parse the file, read the tables", floor, 1.0)
    yield Figure("the same file, unchanged", found["unchanged"], found["unchanged"] / floor, 2)
    if connection.vendor == "postgresql":
        yield from _apply(here, content)


def _apply(here, content):
    """Yield what applying costs, in turn with its floor, and what else was promised of it."""
    _make_tables_alike()
    floor = _floor(content)
    tenth, whole = _exercises()[: max(1, EXERCISES // 10)], _exercises()
    acts = {
        "one in 10": _application(here, whole, 10),
        "all": _application(here, whole, 1),
        "a tenth": _application(here, tenth, 1),
    }
    found = medians({"floor": floor, **acts}, TIMES, warm_ups=0)
    yield Figure("floor: parse the file, COPY as many rows", found["floor"], 1.0)
    yield Figure(
        "read, compare and apply, one cell in 10 changed", found["one in 10"], found["one in 10"] / found["floor"], 3
    )
    yield Figure("read, compare and apply, every cell changed", found["all"], found["all"] / found["floor"], 4)
    if EXERCISES >= 10:
        yield Figure("growth: ten times the rows", found["a tenth"], found["all"] / found["a tenth"], 11)
    theirs = sum(map(_by_import_export, (Cell, Source, Claim)))
    told = f"of django-import-export's {theirs / 1000:.0f} s, in fortieths"
    yield Figure(told, found["all"], 40 * found["all"] / theirs, 1)
    peak = _peak(here.regional, _rewritten(_file(whole), 1))
    yield Figure("peak memory in MB, every cell changed", 0, peak, 600)
    yield from _all_new(here, _unstamped(content))


def _floor(content):
    """Return the Act of parsing a file and copying the rows that are here into empty tables alike."""
    return Act(lambda rows: (_parse(content), _copy(rows)), prepare=_rows_of_tables)


def _parse(content):
    book = _book(content)
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def _by_import_export(model):
    """Return the milliseconds that the default resource takes for all rows of a model, judged by some of them.

    Lists are left out: it cannot read what it wrote of them.
    """
    lists = [
        field.name for field in model._meta.fields if isinstance(field, (WordsField, JSONField)) and not field.null
    ]
    resource = modelresource_factory(model, meta_options={"exclude": [*lists, "said"]})()
    some = model.objects.filter(pk__in=model.objects.order_by("pk").values_list("pk", flat=True)[:SAMPLE])
    dataset = resource.export(some)
    with transaction.atomic():
        spent = _timed(lambda: resource.import_data(dataset, raise_errors=True))
        transaction.set_rollback(True)
    return spent * model.objects.count() / len(dataset)


def _peak(actor, content):
    """Return the megabytes that a process of its own takes at most to apply a file."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        names = [connection.settings_dict["NAME"], str(actor.pk), file.name]
        command = [sys.executable, "-m", "tests.benchmarks.peak", *names]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _file(exercises):
    return write_regional(map(content_of, exercises))


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
    """Return {table and its columns: its rows, as COPY takes them}; those that were copied before are gone."""
    _empty()
    found = {}
    with connection.cursor() as cursor:
        for model in (Cell, Source, Claim):
            table = model._meta.db_table
            columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields if not field.generated)
            cursor.execute(f"SELECT {columns} FROM {table}")
            rows = [[str(one) if isinstance(one, (dict, list)) else one for one in row] for row in cursor]
            found[f"copy_{table} ({columns})"] = rows
    return found


def _make_tables_alike():
    """Make a copy of each table, without its rows: with its indexes, its checks, its foreign keys."""
    keys = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
    with connection.cursor() as cursor:
        for model in (Cell, Source, Claim):
            table = model._meta.db_table
            cursor.execute(f"CREATE TABLE copy_{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(keys, [table])
            for (definition,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE copy_{table} ADD {definition}")


def _empty():
    """Empty the tables that are copied into."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE copy_mapping_cell, copy_mapping_source, copy_mapping_claim")


def _copy(rows_of_tables):
    """Copy the rows into tables of the same shape."""
    with connection.cursor() as cursor:
        for table, rows in rows_of_tables.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
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


def _all_new(here, content):
    """Yield what a file costs in which every value, source and claim is new.

    It is the file without what knows its rows again, brought into the exercises as they were before anybody worked.
    """
    before = [model.objects.count() for model in (Source, Claim)]

    def uploaded():
        _empty()
        Claim.objects.all().delete()
        Source.objects.all().delete()
        Cell.objects.update(
            value="", partial_reason="", partial_note="", resolution="", note="", status="draft",
            approved_by=None, approved_content=None, approved_version=None,
        )  # fmt: skip
        return _uploaded(here, content)

    def apply(row):
        apply_import(actor=here.regional, workbook_import=row)
        assert [model.objects.count() for model in (Source, Claim)] == before

    found = medians({"floor": _floor(content), "new": Act(apply, uploaded)}, TIMES, warm_ups=0)
    yield Figure("floor: parse the file without what knows rows again, COPY", found["floor"], 1.0)
    yield Figure("read, compare and apply, all of it new", found["new"], found["new"] / found["floor"], 3)


def _uploaded(here, content):
    """Return an uploaded file, in a database without the rows that former acts left behind, as the floor has it."""
    row = upload(actor=here.regional, exercise=None, name="region.xlsx", content=content)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return row


def _unstamped(content):
    """Return the file without its stamps and its ids."""
    out = BytesIO()
    book = _book(content)
    with Workbook(out, OPTIONS) as workbook:
        for name in book.sheet_names[:-1]:
            head, *rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheet = workbook.add_worksheet(name)
            columns = [column for column, heading in enumerate(head) if heading != "Id"]
            for line, row in enumerate([head, *rows]):
                for column in columns:
                    if row[column] != "":
                        sheet.write(line, column, row[column])
    return out.getvalue()


def _editable():
    rows = Cell.objects.exclude(status="submitted").order_by()
    names = ("exercise__code", "indicator__section__key", "indicator__key", "year")
    return set(rows.values_list(*names))


def _application(here, exercises, every):
    """Return the Act of applying a file; each time it says something new."""

    def uploaded():
        return _uploaded(here, _rewritten(_file(exercises), every))

    def apply(row):
        apply_import(actor=here.regional, workbook_import=row)
        assert WorkbookImport.objects.get(pk=row.pk).status == "applied"

    return Act(apply, uploaded)
