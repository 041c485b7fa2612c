"""The hidden sheet that says what was exported: of every row its version and its fields, as the file showed them."""

import itertools
import json
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from mapping.workbook.layout import FIELDS, FORMAT, STAMP_TITLE
from mapping.workbook.opening import Unusable
from mapping.workbook.plain import plain_text

_KEY, _VERSION, _FINGERPRINT, _FIELDS = 1, 2, 3, 4  # columns, behind the kind
_PARTS = {"cell": 3, "source": 1, "claim": 1}  # of a key
_LONGEST_PART = 16_000  # characters: half of what Excel's cell holds, for it counts some characters twice
_UNREADABLE = (ValueError, TypeError, LookupError, OverflowError, RecursionError)  # whatever else stands in a cell


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
        yield ["fields", kind, "", "", *_packed(FIELDS[kind])]
        for row, mark in zip(rows.values(), marks, strict=True):
            yield [kind, "/".join(map(str, row.key)), str(row.version), mark, *_packed(_stamped(row))]


def _stamped(row):
    values = row.values
    if row.kind == "source":
        values = {**values, "sections": " ".join(row.shown_in)}
    return [values[name] for name in FIELDS[row.kind]]


def _packed(texts):
    """Return texts in as few cells as hold them: a parser keeps every column for each of a region's 300,000 rows."""
    packed = json.dumps(texts, ensure_ascii=False)
    return [packed[start : start + _LONGEST_PART] for start in range(0, len(packed), _LONGEST_PART)]


def _unpacked(cells):
    """Return the texts again. Raises ValueError where somebody else wrote there."""
    texts = json.loads("".join(map(str, cells)))
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError
    return [*map(plain_text, texts)]  # as it was written by us, for anybody can write there


def read_stamps(rows):
    """Return the Stamps of a hidden sheet; what is not understood is left out, so the row counts as never exported."""
    stamps, fields = Stamps(), {}
    for row in rows[1:]:
        kind = row[0]
        try:
            if kind == "fields":
                fields[row[_KEY]] = _unpacked(row[_FIELDS:])
            elif kind in fields:
                _read_stamp(stamps, row, fields[kind])
            elif kind:
                stamps.head[plain_text(kind)] = plain_text(row[_KEY])
        except _UNREADABLE:
            continue
    return stamps


def _read_stamp(stamps, row, fields):
    kind, key, version = _whose(row)
    values = dict.fromkeys(FIELDS[kind], "") | dict(zip(fields, _unpacked(row[_FIELDS:]), strict=False))
    stamps.rows[kind, key] = Stamp(version, values, tuple(values.get("sections", "").split()))


def _whose(row):
    """Return (kind, key, version) of a row. Raises ValueError where that cannot be read."""
    kind, key = row[0], row[_KEY]
    parts = key.split("/") if isinstance(key, str) else [key]
    if len(parts) != _PARTS.get(kind):
        raise ValueError
    return kind, (*parts[:-1], int(parts[-1])), int(row[_VERSION])


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
    found, rest = {}, rows[:1]
    for row in rows[1:]:
        try:
            if row[_FINGERPRINT]:
                found[row[_FINGERPRINT]] = (*_whose(row), row)
                continue
        except _UNREADABLE:
            pass
        rest.append(row)
    return found, rest


def is_stamp_sheet(rows):
    """Say whether these are the rows of a hidden sheet of ours. Raises Unusable where its format is a later one."""
    if not (rows and rows[0] and rows[0][0] == STAMP_TITLE):
        return False
    told = str(rows[0][1]).partition(".")[0] if len(rows[0]) > 1 else FORMAT
    if told.isdecimal() and told != FORMAT:
        raise Unusable(
            _(
                "The workbook was written in format %(format)s, which is not read here. Export it anew, and bring your changes over."
            )
            % {"format": told[:10]}
        )
    return True
