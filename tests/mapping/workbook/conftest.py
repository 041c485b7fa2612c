"""What several tests of the workbook start from."""

import pytest

from tests import factories


@pytest.fixture
def source(exercise, consultant):
    return factories.source(
        consultant, exercise, sections=["immigration", "emigration"], link="https://stat.kg/x", title="Population"
    )


@pytest.fixture
def assessed(exercise, consultant, source):
    """A cell with a value, which rests on the `source` of the test's own file."""
    return factories.assess(consultant, factories.cell(exercise), source=source)
