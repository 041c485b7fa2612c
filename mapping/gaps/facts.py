"""What gaps and scores are told from: plain values, as approved or as they stand. No database behind them."""

from dataclasses import dataclass, field

WITH_DATA = frozenset({"available", "partially_available"})


@dataclass(frozen=True)
class ClaimFacts:
    """What one source or statement says about a cell."""

    value: str
    basis: str  # citation key, or the words of the statement
    source: str = ""  # citation key; empty for a statement
    agency: str = ""  # acronym of who publishes the data, else of who collects them
    of_government: bool = False  # the agency is a government's, whatever the scope
    access: str = "unknown"
    scope: str = "any"
    nature: str = "quantitative"
    languages: tuple[str, ...] = ()  # of the data; unknown where empty
    definition: str = ""  # the one the source says it uses
    period: str = ""
    subgroup: str = ""
    note: str = ""
    publisher_id: int | None = None
    collector_id: int | None = None

    @property
    def has_data(self):
        return self.value in WITH_DATA


@dataclass(frozen=True)
class CellFacts:
    """One year of an indicator. `value` is empty where it was not assessed."""

    year: int
    value: str = ""
    partial_reason: str = ""
    resolved: bool = False  # a note says how its contradiction is resolved
    review: str = "draft"
    claims: tuple[ClaimFacts, ...] = ()

    @property
    def applicable(self):
        return self.value != "not_applicable"

    @property
    def assessed(self):
        return self.applicable and self.value != ""

    @property
    def has_data(self):
        return self.value in WITH_DATA

    @property
    def lacks_data(self):
        return self.value == "not_available"

    @property
    def data_claims(self):
        """The claims by which there are data."""
        return [claim for claim in self.claims if claim.has_data]


@dataclass(frozen=True)
class IndicatorFacts:
    key: str
    title: str
    measure: str
    breakdown: str
    group: str
    cells: tuple[CellFacts, ...] = ()  # by year

    def cell(self, year):
        """Return the cell of a year, or None."""
        return next((cell for cell in self.cells if cell.year == year), None)


@dataclass(frozen=True)
class SectionFacts:
    key: str
    title: str
    indicators: tuple[IndicatorFacts, ...] = ()

    @property
    def cells(self):
        return [cell for indicator in self.indicators for cell in indicator.cells]

    def total_of(self, indicator):
        """Return the indicator that gives the same measure without a breakdown, or None."""
        return next(
            (
                other
                for other in self.indicators
                if other.measure == indicator.measure and other.breakdown == "total" and other is not indicator
            ),
            None,
        )


@dataclass(frozen=True)
class Facts:
    """An exercise at one moment."""

    sections: tuple[SectionFacts, ...] = ()
    sources: tuple[dict, ...] = ()  # content of the sources, by citation key, the agency by its acronym
    agencies: tuple[dict, ...] = ()


@dataclass(frozen=True)
class Gap:
    """One finding."""

    type: str
    indicator: str | None
    years: tuple[int, ...]
    text: str
    agencies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    sections: tuple[str, ...] = field(default=(), kw_only=True)  # of a cross-cutting gap only
