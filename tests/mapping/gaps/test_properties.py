"""What holds for all cells there could be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.availability.rules import suggested_value
from mapping.gaps.facts import CellFacts, ClaimFacts
from mapping.gaps.scores import percent, score
from mapping.gaps.types import gaps_of
from tests.mapping.gaps.facts import indicator, section, stock

pytestmark = pytest.mark.once

claims = st.builds(
    ClaimFacts,
    value=st.sampled_from(["available", "partially_available", "not_available"]),
    basis=st.sampled_from(["A", "B", "C"]),
    source=st.sampled_from(["A", "B", ""]),
    agency=st.sampled_from(["", "NSC KR", "IOM"]),
    access=st.sampled_from(["public", "on_request", "not_shared", "unknown"]),
    scope=st.sampled_from(["government", "international", "any"]),
    nature=st.sampled_from(["quantitative", "qualitative"]),
    languages=st.sampled_from([(), ("en",), ("ru",)]),
)
cells = st.builds(
    CellFacts,
    year=st.integers(2018, 2023),
    value=st.sampled_from(["available", "partially_available", "not_available", "not_applicable", ""]),
    review=st.sampled_from(["draft", "approved"]),
    claims=st.lists(claims, max_size=3).map(tuple),
)
rows = st.lists(cells, max_size=6, unique_by=lambda cell: cell.year)


def told(gaps):
    return {(gap.type, gap.indicator, gap.years, gap.text) for gap in gaps}


@given(rows, st.integers(0, 9))
def test_what_does_not_apply_never_moves_the_score(some, more):
    not_applicable = [CellFacts(2018, "not_applicable")] * more
    one, other = score(some), score(some + not_applicable)
    assert (one.of_assessed, one.of_applicable, one.applicable) == (
        other.of_assessed,
        other.of_applicable,
        other.applicable,
    )


@given(rows, st.integers(1, 9))
def test_an_empty_cell_is_never_counted_as_not_available(some, more):
    one, other = score(some), score(some + [CellFacts(2018)] * more)
    assert (one.not_available, one.of_assessed) == (other.not_available, other.of_assessed)
    assert other.not_assessed == one.not_assessed + more


@given(rows)
def test_the_counts_add_up_and_a_score_of_nothing_is_none(some):
    counted = score(some)
    assert counted.applicable == counted.assessed + counted.not_assessed
    assert (counted.of_assessed is None) == (counted.assessed == 0)
    if counted.of_assessed is not None:
        assert 0 <= counted.of_applicable <= counted.of_assessed <= 1
        assert 0 <= percent(counted.of_assessed) <= 100


@given(rows, claims.filter(lambda claim: claim.has_data))
def test_a_better_claim_never_adds_a_gap_of_no_data(some, better):
    def with_it(cell):
        if cell.value in {"", "not_applicable"}:
            return cell
        said = (*cell.claims, better)
        return replace(cell, claims=said, value=suggested_value([*said, cell]))

    before = gaps_of(section(indicator(some)))
    after = gaps_of(section(indicator([with_it(cell) for cell in some])))
    years = {year for gap in before if gap.type == "no_data" for year in gap.years}
    assert {year for gap in after if gap.type == "no_data" for year in gap.years} <= years


@given(rows, rows, st.randoms())
def test_the_order_of_cells_and_claims_does_not_matter(total, breakdown, random):
    def shuffled(some):
        mixed = [replace(cell, claims=tuple(random.sample(cell.claims, len(cell.claims)))) for cell in some]
        random.shuffle(mixed)
        return mixed

    straight = gaps_of(section(stock(total), indicator(breakdown)))
    mixed = gaps_of(section(stock(shuffled(total)), indicator(shuffled(breakdown))))
    assert told(straight) == told(mixed)
