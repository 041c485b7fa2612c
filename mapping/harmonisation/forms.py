"""Read a decision as it was typed."""

from dataclasses import dataclass

from django.core.exceptions import BadRequest

LONGEST_NUMBER = 18  # digits of an id or a version
MOST_CELLS = 500


@dataclass
class Typed:
    text: str
    indicators: list
    cells: list
    version: int


def decision_of(data):
    """Return what was typed. Raises BadRequest where it cannot have come from the form."""
    cells = data.getlist("cells")
    if len(cells) > MOST_CELLS:
        raise BadRequest("too many cells")
    return Typed(
        text=data.get("text", ""),
        indicators=data.getlist("indicators"),
        cells=[_number(word) for word in cells],
        version=_number(data.get("version") or "0"),
    )


def _number(word):
    if not word.isdecimal() or len(word) > LONGEST_NUMBER:
        raise BadRequest("not a number")
    return int(word)
