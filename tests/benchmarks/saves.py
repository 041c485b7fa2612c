"""A save, against an empty page of the desk."""

from mapping.availability.models import Cell
from tests import factories
from tests.benchmarks.measuring import Act, against_floor
from tests.benchmarks.world import claims_of, floor, signed_in, world

ONE = "one cell of a section of 108"
MANY = "100 cells at once"


def measure():
    """Yield the figures of saving one cell, and of filling many."""
    here = world()
    source = factories.source(here.consultant, here.exercise)
    claims_of(source, here.exercise.cells.filter(indicator__section__key="immigration"), each=3)
    client = signed_in(here.consultant)
    acts = {ONE: _save(client, here.exercise, 1), MANY: _save(client, here.exercise, 100)}
    yield from against_floor(floor(client), acts, most_queries={ONE: 12, MANY: 20})


def _save(client, exercise, count):
    cells = Cell.objects.filter(exercise=exercise, indicator__section__key="immigration").order_by("pk")

    def form():
        """Fill the page's form in as a browser would send it: every cell as it was seen, some with another value."""
        fields = {}
        for number, cell in enumerate(cells.all()):
            fields[f"v-{cell.pk}"] = f"{cell.version}:{cell.value}"
            other = "not_available" if cell.value == "available" else "available"
            fields[f"c-{cell.pk}"] = other if number < count else cell.value
        return fields

    def post(fields):
        answer = client.post(f"/desk/exercises/{exercise.code}/sections/immigration/", fields)
        assert answer.status_code == 302, "the save was refused"

    return Act(post, form)
