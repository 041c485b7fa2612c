"""From a key to the painted change, in a usual section and in the largest there may be."""

import pytest

from mapping.availability.models import Cell
from mapping.framework.models import Indicator
from tests.e2e.browsing import sign_in
from tests.e2e.grids import open_grid
from tests.e2e.painting import key_to_paint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def largest(exercise):
    """60 indicators over 33 years."""
    section = exercise.methodology.sections.get(key="big_data")
    Indicator.objects.bulk_create(
        Indicator(section=section, key=f"i{n}", title=f"Measure {n}", order=100 + n, group="other", measure=f"m{n}",
                  breakdown="total", first_year=1991)
        for n in range(60)
    )  # fmt: skip
    indicators = section.indicators.filter(first_year=1991)
    Cell.objects.bulk_create(
        Cell(exercise=exercise, indicator=i, year=y) for i in indicators for y in range(1991, 2024)
    )


@pytest.mark.parametrize(("address", "most"), [("immigration/", 50), ("big_data/?years=all", 400)])
def test_a_key_is_painted_at_once(page, live_server, largest, consultant, address, most):
    sign_in(page, consultant, live_server.url)
    open_grid(page, f"/desk/exercises/KGZ-2024/sections/{address}")
    median = key_to_paint(page)
    print(f"{median:.0f} ms from a key to its painted change on {address}")
    assert median < most
