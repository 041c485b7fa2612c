"""What the grid's script posts, read with distrust."""

import json
import uuid
from dataclasses import dataclass

from django.core.exceptions import BadRequest, RequestDataTooBig

from mapping.availability.models import Cell
from mapping.availability.services import CellEdit

MAX_BYTES = 1024 * 1024  # a section of 60 indicators and 33 years, every cell with a note, is a third of it
MAX_NUMBER = 2**63 - 1


@dataclass
class Save:
    """Edits of one act, and as whom the page that sends them was opened."""

    act: uuid.UUID
    person: int | None
    edits: list


def save_of(request):
    """Return the Save that was posted. Raises BadRequest where it is none."""
    try:
        body = request.body if int(request.headers.get("Content-Length") or 0) <= MAX_BYTES else None
    except (RequestDataTooBig, ValueError):
        body = None
    if body is None or len(body) > MAX_BYTES:
        raise BadRequest("too large")
    try:
        data = json.loads(body)
        edits = [_edit(edit) for edit in data["edits"]]
        save = Save(uuid.UUID(data["act"]), data.get("by"), edits)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadRequest("not a save of cells") from error
    if len({edit.cell_id for edit in edits}) < len(edits):
        raise BadRequest("a cell twice")
    return save


def _edit(edit):
    values = {name: _text(edit[name]) for name in Cell.CONTENT_FIELDS if name in edit}
    if not values or set(edit) - {"id", "version", *values}:
        raise ValueError("an edit says what of a cell it changes, and nothing else")
    return CellEdit(_number(edit["id"]), _number(edit["version"]), values)


def _number(value):
    if type(value) is not int or not 0 < value <= MAX_NUMBER:
        raise ValueError("not a number of a row")
    return value


def _text(value):
    if type(value) is not str:
        raise TypeError("not text")
    value.encode()  # half a surrogate pair cannot be stored
    return value
