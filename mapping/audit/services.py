"""Write the history. Called by every service, inside its transaction."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import timezone

from mapping.audit.models import Entry, Verb
from mapping.batches import insert_rows

_EMPTY = (None, "", [])


@dataclass
class NewEntry:
    """An Entry to be written: thousands are made of an import, and a model instance costs ten times as much."""

    actor_id: int
    verb: Verb
    target_type: str
    target_id: int
    part: str
    exercise_code: str
    old: dict
    new: dict
    reason: str
    act: uuid.UUID
    at: datetime | None = None


def entry(*, actor, verb, target, part="", exercise_code="", old=None, new=None, reason="", act=None):
    """Return a NewEntry about `target` (a saved model instance), to be written by `record`."""
    return NewEntry(
        actor_id=actor.pk,
        verb=verb,
        target_type=target._meta.model_name,
        target_id=target.pk,
        part=part,
        exercise_code=exercise_code,
        old=old or {},
        new=new or {},
        reason=reason,
        act=act or uuid.uuid4(),
    )


def record(*entries):
    """Write entries; several of one act go out in one statement, and happened at one moment."""
    now = timezone.now()
    for one in entries:
        one.at = now
    insert_rows(Entry, entries)


def values(row, fields):
    """Return the named fields of a row as plain values; a foreign key as the other row's id."""
    return {name: getattr(row, attname) for name, attname in _attnames(type(row), tuple(fields))}


def filled_in(row, fields):
    """Return `values` of the fields that say anything: what the history tells of a new row."""
    return {name: value for name, value in values(row, fields).items() if value not in _EMPTY}


@lru_cache(maxsize=200)
def _attnames(model, names):
    return [(name, model._meta.get_field(name).attname) for name in names]


def difference(before, after):
    """Return (old, new), holding only what differs between two dicts of values."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}
