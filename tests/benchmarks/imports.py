"""Applying an import of 800 cells, against the same rows and their history written by bare statements."""

import uuid

from django.db import connection, transaction
from django.utils import timezone

from mapping.availability.models import Cell
from mapping.availability.services import CellEdit, save_cells
from tests.benchmarks.measuring import Act, Figure, medians
from tests.benchmarks.world import world

ROWS = 800


def measure():
    """Yield what the service costs beyond the writing itself."""
    here = world()
    cells = Cell.objects.filter(exercise=here.exercise).order_by("pk")[:ROWS]
    bare, service = _bare(here, cells), _through_the_service(here, cells)
    found = medians({"bare": bare, "service": service})
    yield Figure(f"floor: executemany of {ROWS} cells and {ROWS} entries", found["bare"], 1.0)
    yield Figure(
        f"save_cells of {ROWS} cells", found["service"], found["service"] / found["bare"], queries=service.queries()
    )


def _other(value):
    return "not_available" if value == "available" else "available"


def _through_the_service(here, cells):
    def edits():
        return [CellEdit(cell.pk, cell.version, {"value": _other(cell.value)}) for cell in cells.all()]

    return Act(lambda edits: save_cells(actor=here.consultant, exercise=here.exercise, edits=edits), edits)


def _bare(here, cells):
    def rows():
        now, act = timezone.now(), uuid.uuid4()
        act = act if connection.features.has_native_uuid_field else act.hex
        changed = [(_other(cell.value), now, here.consultant.pk, cell.pk) for cell in cells.all()]
        told = [
            (now, here.consultant.pk, cell.pk, here.exercise.code, '{"value": "available"}', act)
            for cell in cells.all()
        ]
        return changed, told

    def write(rows):
        changed, told = rows
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE mapping_cell SET value = %s, changed_at = %s, last_author_id = %s, version = version + 1"
                " WHERE id = %s",
                changed,
            )
            cursor.executemany(
                "INSERT INTO mapping_entry (at, actor_id, verb, target_type, target_id, part, exercise_code,"
                ' "old", "new", reason, act)'
                " VALUES (%s, %s, 'changed', 'cell', %s, '', %s, '{}', %s, '', %s)",
                told,
            )

    return Act(write, rows)
