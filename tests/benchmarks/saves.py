"""A save, against an empty page of the desk: as the grid's script sends it, and as the plain form posts it."""

import json
import uuid

from mapping.availability.models import Cell
from tests import factories
from tests.benchmarks.measuring import Act, against_floor
from tests.benchmarks.world import claims_of, floor, signed_in, world

ONE = "the grid: one cell of a section of 108"
MANY = "the grid: 100 cells at once, one request"
ONE_BY_FORM = "the form: one cell of a section of 108"
MANY_BY_FORM = "the form: 100 cells at once"


def measure():
    """Yield the figures of saving one cell, and of filling many."""
    here = world()
    source = factories.source(here.consultant, here.exercise)
    claims_of(source, here.exercise.cells.filter(indicator__section__key="immigration"), each=3)
    client = signed_in(here.consultant)
    acts = {
        ONE: _save(client, here.exercise, 1),
        MANY: _save(client, here.exercise, 100),
        ONE_BY_FORM: _post(client, here.exercise, 1),
        MANY_BY_FORM: _post(client, here.exercise, 100),
    }
    most = {ONE: 12, MANY: 20, ONE_BY_FORM: 12, MANY_BY_FORM: 20}
    yield from against_floor(floor(client), acts, most_queries=most)


def _cells(exercise):
    return Cell.objects.filter(exercise=exercise, indicator__section__key="immigration").order_by("pk")


def _other(cell):
    return "not_available" if cell.value == "available" else "available"


def _save(client, exercise, count):
    cells = _cells(exercise)

    def body():
        """Write what the grid's script sends: of some cells, the version that was seen and another value."""
        edits = [{"id": cell.pk, "version": cell.version, "value": _other(cell)} for cell in cells[:count]]
        return json.dumps({"act": str(uuid.uuid4()), "edits": edits})

    def save(body):
        address = f"/desk/exercises/{exercise.code}/sections/immigration/cells/"
        answer = client.post(address, body, content_type="application/json")
        assert len(answer.json()["saved"]) == count, "the save was refused"

    return Act(save, body)


def _post(client, exercise, count):
    cells = _cells(exercise)

    def form():
        """Fill the page's form in as a browser would send it: every cell as it was seen, some with another value."""
        fields = {}
        for number, cell in enumerate(cells.all()):
            fields[f"v-{cell.pk}"] = f"{cell.version}:{cell.value}"
            fields[f"c-{cell.pk}"] = _other(cell) if number < count else cell.value
        return fields

    def post(fields):
        answer = client.post(f"/desk/exercises/{exercise.code}/sections/immigration/", fields)
        assert answer.status_code == 302, "the save was refused"

    return Act(post, form)
