"""The plain form of a field: one text that file, stamp and database have in common when they say the same."""

import re
from datetime import date

from mapping.workbook.layout import LONGEST_TEXT, NOT_ASSESSED, Kind

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def unstorable(text):
    """Return the first character of a text that no field can keep, or ""."""
    found = None if text.isprintable() else _UNSTORABLE.search(text)
    return found[0] if found else ""


def plain_text(text):
    """Return text as a workbook can carry it: no control characters, one kind of line end, nothing around it."""
    text = str(text)
    if text.isprintable():
        return text.strip()[:LONGEST_TEXT].rstrip()  # nearly all is: what follows takes several times as long
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub("", text).strip()[:LONGEST_TEXT].rstrip()


def plain_list(items):
    """Return a list as text, its items between semicolons; an item that holds one is two."""
    parts = (" ".join(part.split()) for item in items for part in plain_text(item).split(";"))
    return plain_text("; ".join(part for part in parts if part))


def from_model(value, kind=Kind.TEXT):
    """Return the plain form of a model's value; "" for none."""
    return "" if value is None else _FROM_MODEL.get(kind, plain_text)(value)


_FROM_MODEL = {Kind.LIST: plain_list, Kind.LANGUAGES: " ".join, Kind.DATE: date.isoformat}


def to_model(text, kind=Kind.TEXT):
    """Return the model's value of a plain form."""
    if kind is Kind.LIST:
        return [item.strip() for item in text.split(";") if item.strip()]
    if kind is Kind.LANGUAGES:
        return text.split()
    if kind is Kind.DATE:
        return date.fromisoformat(text) if text else None
    return "" if text == NOT_ASSESSED else text
