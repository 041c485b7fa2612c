"""A section page, against an empty page of the desk."""

from mapping.availability.models import Cell
from mapping.framework.models import Indicator, Section
from tests import factories
from tests.benchmarks.measuring import against_floor
from tests.benchmarks.world import analyze, claims_of, floor, page, signed_in, world

USUAL = "18 indicators × 6 years, 3 claims each"
LARGE = "60 indicators × 33 years, 3 claims each"


def measure():
    """Yield the figures of a usual section and of the largest."""
    here = world()
    large = large_section(here.exercise)
    source = factories.source(here.consultant, here.exercise)
    for key in ("immigration", large.key):
        claims_of(source, here.exercise.cells.filter(indicator__section__key=key), each=3)
    analyze()
    client, sections = signed_in(here.consultant), f"/desk/exercises/{here.exercise.code}/sections"
    acts = {
        USUAL: page(client, f"{sections}/immigration/"),
        LARGE: page(client, f"{sections}/{large.key}/?years=all"),
    }
    yield from against_floor(floor(client), acts, most={USUAL: 2.0, LARGE: 4.0}, most_queries={USUAL: 12, LARGE: 12})


def large_section(exercise):
    """Add the largest section there may be to the exercise's methodology."""
    section = Section.objects.create(methodology=exercise.methodology, key="large", title="Large", order=99)
    indicators = Indicator.objects.bulk_create(
        Indicator(
            section=section,
            key=f"measure_{number}",
            title=f"Measure {number} by place of origin",
            order=number,
            group="other",
            measure=f"measure_{number}",
            breakdown="total",
        )
        for number in range(60)
    )
    Cell.objects.bulk_create(
        Cell(exercise=exercise, indicator=indicator, year=year)
        for indicator in indicators
        for year in range(1991, 2024)
    )
    return section
