"""What a type of gap is: its name, its one definition, what to do about it, and the rule that finds it."""

from collections.abc import Callable
from dataclasses import dataclass

from mapping.gaps.facts import CellFacts, ClaimFacts, Gap
from mapping.gaps.sentences import told_years


@dataclass(frozen=True)
class Found:
    """What a rule found in one indicator: the years, the sentence, and the claims that speak of it."""

    cells: list[CellFacts]
    sentence: str
    claims: list[ClaimFacts]


@dataclass(frozen=True)
class GapType:
    """A type of gap. `definition` and `advice` are what the page, the help and docs/gaps.md say of it."""

    key: str
    label: str
    definition: str
    advice: str
    rule: Callable

    def find(self, section, indicator):
        """Return the gap of this type in one indicator of a section, or None."""
        result = self.rule(section, indicator)
        if result is None:
            return None
        return Gap(
            type=self.key,
            indicator=indicator.key,
            years=tuple(sorted(cell.year for cell in result.cells)),
            text=result.sentence,
            agencies=tuple(sorted({claim.agency for claim in result.claims} - {""})),
            sources=tuple(sorted({claim.source for claim in result.claims} - {""})),
        )


def gap_type(key, *, label, definition, advice):
    """Make the decorated rule, a function of (section, indicator) that returns Found or None, a type of gap."""
    return lambda rule: GapType(key, label, definition, advice, rule)


def found(indicator, cells, sentence, claims, **words):
    """Return what a rule found in some cells of an indicator, or None where there are no cells.

    `sentence` may name %(indicator)s, %(years)s and each of `words`.
    """
    if not cells:
        return None
    years = told_years(cell.year for cell in cells)
    return Found(cells, sentence % {"indicator": indicator.title, "years": years, **words}, claims)


def all_claims(cells):
    """Return the claims of several cells."""
    return [claim for cell in cells for claim in cell.claims]


def data_claims(cells):
    """Return the claims by which there are data in several cells."""
    return [claim for cell in cells for claim in cell.data_claims]
