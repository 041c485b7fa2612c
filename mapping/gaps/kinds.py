"""What a type of gap is: its name, its one definition, what to do about it, and the rule that finds it."""

from collections.abc import Callable
from dataclasses import dataclass

from mapping.gaps.facts import CellFacts, ClaimFacts, Gap


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
        found = self.rule(section, indicator)
        if not found:
            return None
        return Gap(
            type=self.key,
            indicator=indicator.key,
            years=tuple(sorted(cell.year for cell in found.cells)),
            text=found.sentence,
            agencies=tuple(sorted({claim.agency for claim in found.claims} - {""})),
            sources=tuple(sorted({claim.source for claim in found.claims} - {""})),
        )


def gap_type(key, *, label, definition, advice):
    """Make the decorated rule, a function of (section, indicator) that returns Found or None, a type of gap."""
    return lambda rule: GapType(key, label, definition, advice, rule)


def all_claims(cells):
    """Return the claims of several cells."""
    return [claim for cell in cells for claim in cell.claims]


def data_claims(cells):
    """Return the claims by which there are data in several cells."""
    return [claim for cell in cells for claim in cell.data_claims]
