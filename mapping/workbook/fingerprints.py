"""Tell a row that nobody touched since it was exported, without reading it: the hidden sheet keeps its fingerprint.

A fingerprint that does not agree costs only time: the row is then read and compared field by field.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import blake2b

KINDS = ("cell", "source", "claim")


@dataclass
class Untouched:
    """The rows of one exercise that a file and the database both hold as they were exported."""

    keys: dict = field(default_factory=lambda: {kind: set() for kind in KINDS})
    rows: set = field(default_factory=set)  # (name of the sheet, number of the row)
    stamps: list = field(default_factory=list)  # rows of the hidden sheet that tell of other rows
    is_all: bool = False  # whether nothing else was exported, or stands in the file

    def __len__(self):
        return len(self.rows)


def fingerprint(cells):
    """Return the fingerprint of a row: of what its cells hold, in the order of the columns."""
    texts = [cell if type(cell) is str else _text(cell) for cell in cells]
    return blake2b("\x1f".join(texts).encode(), digest_size=8).hexdigest()


def _text(cell):
    """Return what a cell holds as writer and reader both see it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
