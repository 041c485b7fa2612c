"""The hidden sheet that says what was exported: of every row its version and its fields, as the file showed them."""

import itertools
from dataclasses import dataclass, field

from mapping.workbook.layout import FIELDS, FORMAT, STAMP_TITLE
from mapping.workbook.plain import plain_text

FINGERPRINT = "fingerprint"
_WIDTH = {"cell": 3, "source": 1, "claim": 1}  # how many columns a key takes


@dataclass
class Stamp:
    """A row as it was exported."""

    version: int
    values: dict
    shown_in: tuple = ()


@dataclass
class Stamps:
    """All of a file: `head` tells exercise and methodology, `rows` is {(kind, key): Stamp}."""

    head: dict = field(default_factory=dict)
    rows: dict = field(default_factory=dict)

    def of(self, kind, key):
        return self.rows.get((kind, key))

    def keys(self, kind):
        return [key for found, key in self.rows if found == kind]


def stamp_rows(known, *, head, fingerprints=None):
    """Yield the rows of the hidden sheet; `fingerprints` is {kind: one for each of its rows, in their order}."""
    yield [STAMP_TITLE, FORMAT]
    yield from ([name, str(value)] for name, value in head.items())
    for kind, rows in (("cell", known.cells), ("source", known.sources), ("claim", known.claims)):
        marks = fingerprints[kind] if fingerprints else [""] * len(rows)
        yield ["fields", kind, *FIELDS[kind], *([FINGERPRINT] if fingerprints else [])]
        for row, mark in zip(rows.values(), marks, strict=True):
            yield [kind, *(str(part) for part in row.key), str(row.version), *_stamped(row), mark]


def _stamped(row):
    values = dict(row.values)
    if row.kind == "source":
        values["sections"] = " ".join(row.shown_in)
    return [values[name] for name in FIELDS[row.kind]]


def read_stamps(rows):
    """Return the Stamps of a hidden sheet; what is not understood is left out, so the row counts as never exported."""
    stamps, fields = Stamps(), {}
    for row in rows[1:]:
        texts = [plain_text(int(cell) if isinstance(cell, float) and cell.is_integer() else cell) for cell in row]
        kind = texts[0]
        if kind == "fields" and len(texts) > 1:
            fields[texts[1]] = [name for name in texts[2:] if name]
        elif kind in _WIDTH and kind in fields:
            _read_stamp(stamps, kind, texts[1:], fields[kind])
        elif kind:
            stamps.head[kind] = texts[1] if len(texts) > 1 else ""
    return stamps


def stamps_of_several(rows):
    """Return {exercise's code: its rows of the hidden sheet} of a file of several: each begins with a row of its own."""
    starts = [number for number, row in enumerate(rows) if row[0] == "exercise"] + [len(rows)]
    return {
        str(rows[start][1]): [rows[0], *rows[start:end]]
        for start, end in itertools.pairwise(starts)
        if len(rows[start]) > 1
    }


def read_fingerprints(rows):
    """Return ({fingerprint: (kind, key, version, its row)} of a hidden sheet, [all rows without one])."""
    found, rest, places = {}, rows[:1], {}
    for row in rows[1:]:
        kind = row[0]
        if kind == "fields" and FINGERPRINT in row:
            places[row[1]] = row.index(FINGERPRINT) + _WIDTH.get(row[1], 0)
        told = _fingerprint(row, places.get(kind))
        if told:
            found[row[places[kind]]] = (*told, row)
        else:
            rest.append(row)
    return found, rest


def _fingerprint(row, place):
    """Return (kind, key, version) of a row with a fingerprint at that place, or None where it cannot be read."""
    if place is None or len(row) <= place or not row[place]:
        return None
    width = _WIDTH[row[0]]
    try:
        return row[0], (*row[1:width], int(row[width])), int(row[width + 1])
    except ValueError:
        return None


def _read_stamp(stamps, kind, texts, fields):
    width = _WIDTH[kind]
    texts += [""] * (width + 1 + len(fields) - len(texts))
    key, version = texts[:width], texts[width]
    try:
        key = (*key[:-1], int(key[-1]))
        values = dict(zip(fields, texts[width + 1 :], strict=False))
        stamp = Stamp(int(version), {name: values.get(name, "") for name in FIELDS[kind]})
    except ValueError:
        return
    stamp.shown_in = tuple(stamp.values.get("sections", "").split())
    stamps.rows[kind, key] = stamp


def is_stamp_sheet(rows):
    """Say whether these are the rows of a hidden sheet of ours."""
    return bool(rows and rows[0] and rows[0][0] == STAMP_TITLE)
