"""The rule of suggested values and the query that narrows cells by it say the same."""

from itertools import product

import pytest

from mapping.availability.models import Claim
from mapping.availability.rules import suggestion
from mapping.availability.selectors import suggestions
from tests import factories

SAID = ["available", "partially_available", "not_available"]
CLAIMS = [[], *([value] for value in SAID), ["not_available", "available"], ["not_available", "partially_available"]]


@pytest.mark.django_db
def test_rule_and_query_agree_for_every_value_claim_and_note(exercise):
    section = factories.cell(exercise).indicator.section
    cells = list(exercise.cells.filter(indicator__section=section).order_by("pk"))
    cases = list(product(["", *SAID, "not_applicable"], CLAIMS, ["", "settled"]))
    for cell, (value, said, resolution) in zip(cells, cases, strict=False):
        cell.value, cell.resolution = value, resolution
        cell.save()
        Claim.objects.bulk_create(Claim(cell=cell, statement_kind="report", value=one) for one in said)
    assert len(cases) <= len(cells)
    expected = {cell.pk: word for cell in cells if (word := suggestion(cell, list(cell.claims.all())))}
    assert dict(suggestions(exercise, section).values_list("pk", "suggested")) == expected
    assert len(expected) == 20
