"""Hand-made facts: short ways to write a cell, a claim, an indicator, a section."""

from mapping.gaps.facts import CellFacts, ClaimFacts, IndicatorFacts, SectionFacts
from mapping.gaps.types import gaps_of

VALUES = {
    "a": "available",
    "p": "partially_available",
    "n": "not_available",
    "x": "not_applicable",
    ".": "",
}


def claim(value="a", source="NSC KR, 2023", **values):
    """A public claim of a government agency, in English."""
    defaults = {
        "basis": source or "an interview",
        "agency": "NSC KR",
        "access": "public",
        "scope": "government",
        "languages": ("en",),
    }
    return ClaimFacts(value=VALUES[value], source=source, **{**defaults, **values})


def cell(value, year=2020, *claims, **values):
    return CellFacts(year=year, value=VALUES[value], claims=claims, **values)


def indicator(cells, key="stock_by_gender", measure="stock", breakdown="gender"):
    """An indicator; `cells` may be a string of one letter a year from 2018: “aan.x”."""
    if isinstance(cells, str):
        cells = [
            cell(letter, year, *([claim(letter)] if letter in "apn" else [])) for year, letter in enumerate(cells, 2018)
        ]
    return IndicatorFacts(
        key=key, title=key.replace("_", " ").capitalize(), measure=measure, breakdown=breakdown, group="stock",
        cells=tuple(cells),
    )  # fmt: skip


def stock(cells):
    return indicator(cells, "stock", "stock", "total")


def section(*indicators, key="immigration", title="Immigration"):
    return SectionFacts(key, title, indicators)


def found(of_type, *indicators):
    """Return {indicator key: years} of the gaps of one type in a section of these indicators."""
    return {gap.indicator: list(gap.years) for gap in gaps_of(section(*indicators)) if gap.type == of_type}
