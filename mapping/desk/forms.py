"""What the section page's plain form posts, read with distrust."""

import re
from dataclasses import dataclass

from django.core.exceptions import BadRequest

from mapping.availability.services import CellEdit

_SEEN = re.compile(r"^v-(\d{1,15})$")
_STATE = re.compile(r"^(\d{1,9}):(\w{0,20})$")


@dataclass
class Typed:
    """A cell as it was typed: its value now, and the version and value that were on the page before."""

    value: str
    version: int
    seen_value: str


def typed_cells(data):
    """Return {cell id: Typed} of the cells that were changed on the page.

    Each cell posts `c-<id>` (its value) and `v-<id>` (`version:value` as seen); a cell whose value is as it was seen
    is nobody's edit, even where somebody else changed it meanwhile.
    """
    found = {}
    for name, state in data.items():
        if not (match := _SEEN.match(name)):
            continue
        seen = _STATE.match(state)
        if seen is None:
            raise BadRequest(f"{name} is not version:value")
        value = data.get(f"c-{match[1]}", seen[2])
        if value != seen[2]:
            found[int(match[1])] = Typed(value, int(seen[1]), seen[2])
    return found


def edits(typed):
    """Return the typed cells as edits for `save_cells`."""
    return [CellEdit(pk, cell.version, {"value": cell.value}) for pk, cell in typed.items()]
