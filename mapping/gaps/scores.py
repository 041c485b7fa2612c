"""Counts of cells, and scores made of them: exact until `percent` rounds them for people."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Score:
    """The counts of some cells. What does not apply leaves every denominator; what is empty is never “not available”."""

    cells: int
    not_applicable: int
    available: int
    partially_available: int
    not_available: int
    approved: int

    @property
    def applicable(self):
        return self.cells - self.not_applicable

    @property
    def assessed(self):
        return self.available + self.partially_available + self.not_available

    @property
    def not_assessed(self):
        return self.applicable - self.assessed

    @property
    def points(self):
        """Available counts one, partially available a half, as the Open Data Inventory counts."""
        return self.available + Fraction(self.partially_available, 2)

    @property
    def of_assessed(self):
        """Points by assessed cells: how much there is of what was looked at; None where nothing was."""
        return share(self.points, self.assessed)

    @property
    def of_applicable(self):
        """Points by applicable cells: what is known to be there of all there could be; None as above."""
        return share(self.points, self.applicable) if self.assessed else None


def score(cells):
    """Count cells."""
    values = [cell.value for cell in cells]
    return Score(
        cells=len(values),
        not_applicable=values.count("not_applicable"),
        available=values.count("available"),
        partially_available=values.count("partially_available"),
        not_available=values.count("not_available"),
        approved=sum(cell.review == "approved" for cell in cells),
    )


def share(part, whole):
    """Return an exact fraction, or None of nothing: “0 %” of nothing is no finding."""
    return Fraction(part) / whole if whole else None


def percent(fraction):
    """Return a fraction as per cent with one decimal, rounded half up; None stays None."""
    if fraction is None:
        return None
    per_cent = Decimal(fraction.numerator) * 100 / Decimal(fraction.denominator)
    return float(per_cent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
