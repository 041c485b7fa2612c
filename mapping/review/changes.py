"""What changed in rows since they were last decided on: old → new, by whom, when; told from the history."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from mapping.audit.models import Entry, Verb
from mapping.audit.presentation import Told, told
from mapping.availability.models import Cell
from mapping.review.meanwhile import EDITS
from mapping.review.models import Decision
from mapping.sources.models import Source

_DECISIVE = (Decision.Kind.APPROVED, Decision.Kind.RETURNED)


@dataclass
class Changes:
    """Of one row. `value` is (old, new) of a cell whose value changed; `parts` tells of its claims or files."""

    decision: Decision | None
    who: list[str]
    at: datetime | None
    value: tuple[str, str] | None = None
    fields: list = field(default_factory=list)
    parts: list[Told] = field(default_factory=list)

    @property
    def is_new(self):
        """Say whether nobody decided on the row yet."""
        return self.decision is None

    @property
    def is_changed(self):
        """Say whether it differs from what was decided on."""
        return not self.is_new and bool(self.value or self.fields or self.parts)


def since_decision(rows, *, known=()):
    """Return {(model, row id): Changes} of cells and sources, by two queries and one for each kind of row they name.

    Parameters: `known` are rows they may name that are read already.
    """
    wanted = _these(rows)
    decisions, entries = _last_decisions(wanted), {}
    for entry in Entry.objects.filter(wanted, verb__in=EDITS).select_related("actor").order_by("at", "pk"):
        key = (entry.target_type, entry.target_id)
        if key not in decisions or entry.at > decisions[key].at:
            entries.setdefault(key, []).append(entry)
    merged = [one for of_row in entries.values() for one in _merged(of_row)]
    lines = {}
    for one in told(merged, known=known):
        lines.setdefault((one.entry.target_type, one.entry.target_id), []).append(one)
    keys = {(type(row), row.pk): (row._meta.model_name, row.pk) for row in rows}
    return {row: _changes(decisions.get(key), entries.get(key, []), lines.get(key, [])) for row, key in keys.items()}


def _these(rows):
    found = Q(pk__in=[])
    for model in (Cell, Source):
        if ids := [row.pk for row in rows if type(row) is model]:
            found |= Q(target_type=model._meta.model_name, target_id__in=ids)
    return found


def _last_decisions(wanted):
    asked = Decision.objects.filter(wanted, kind__in=_DECISIVE).select_related("actor").order_by("at", "pk")
    return {(decision.target_type, decision.target_id): decision for decision in asked}


def _merged(entries):
    """Return one unsaved entry for the row and one for each of its parts, from before all of these to after."""
    by_part = {}
    for entry in entries:
        by_part.setdefault(entry.part, []).append(entry)
    return [one for part in by_part.values() if (one := _one(part)) is not None]


def _one(entries):
    first, last = entries[0], entries[-1]
    if first.part and first.verb == Verb.CREATED and last.verb == Verb.DELETED:
        return None
    old, new = {}, {}
    for entry in entries:
        for name in {**entry.old, **entry.new}:
            old.setdefault(name, entry.old.get(name))
            new[name] = entry.new.get(name)
    differing = [name for name in new if (old[name] or None) != (new[name] or None)]
    if not differing:
        return None
    verb = last.verb if last.verb == Verb.DELETED else first.verb
    return Entry(
        at=last.at,
        actor=last.actor,
        verb=verb,
        target_type=last.target_type,
        target_id=last.target_id,
        part=last.part,
        old={name: old[name] for name in differing},
        new={name: new[name] for name in differing},
    )


def _changes(decision, entries, lines):
    of_row = [one for one in lines if not one.part]
    found = Changes(
        decision=decision,
        who=list(dict.fromkeys(str(entry.actor) for entry in entries)),
        at=entries[-1].at if entries else None,
        parts=[one for one in lines if one.part],
    )
    for one in of_row:
        is_cell = one.entry.target_type == Cell._meta.model_name
        if is_cell and "value" in one.entry.new:
            found.value = (one.entry.old["value"] or "", one.entry.new["value"] or "")
        names = list({**one.entry.old, **one.entry.new})
        found.fields += [
            change for name, change in zip(names, one.changes, strict=True) if not (is_cell and name == "value")
        ]
    return found
