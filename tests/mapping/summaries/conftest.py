import pytest

from mapping.availability.services import CellEdit, save_cell
from mapping.countries.models import Agency
from mapping.summaries.services import compile_summary, request_compilation
from tests import factories


@pytest.fixture
def assessed(exercise, consultant, reviewer):
    """A few cells: two approved with their source, one draft, one not applicable."""
    agency = Agency.objects.create(country=exercise.country, acronym="NSC KR", name="Комитет", kind="government")
    source = factories.source(consultant, exercise, title="Миграция <b>#1</b>", languages=["ky", "ru"], agency=agency)
    for year, value in ((2020, "available"), (2021, "not_available")):
        factories.assess(consultant, factories.cell(exercise, year=year), value, source=source)
    factories.approve(reviewer, factories.submit(consultant, source))
    for year in (2020, 2021):
        factories.approve(reviewer, factories.submit(consultant, factories.cell(exercise, year=year)))
    factories.assess(consultant, factories.cell(exercise, year=2022), "partially_available")
    save_cell(
        actor=consultant,
        exercise=exercise,
        edit=CellEdit(factories.cell(exercise, year=2023).pk, 1, {"value": "not_applicable"}),
    )
    return exercise


@pytest.fixture
def compiled(assessed, coordinator):
    """Return a function that compiles a summary as a worker would, and gives its row."""

    def compile_one(basis="approved", actor=coordinator):
        row = request_compilation(actor=actor, exercise=assessed, basis=basis, language="en")
        assert compile_summary(summary_id=row.pk)
        row.refresh_from_db()
        return row

    return compile_one
