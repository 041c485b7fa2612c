"""How the rows stand here that a report tells of: whether they are approved, which a change ends; who changed them last."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from accounts.models import User
from mapping.availability.models import Cell, Claim
from mapping.content.models import ReviewStatus
from mapping.sources.models import Source

# {kind: (model, where its state is, its exercise, its key in the order of a record's name)}
_KINDS = {
    "cell": (Cell, "", "exercise__code", ("indicator__section__key", "indicator__key", "year")),
    "source": (Source, "", "exercise__code", ("pk",)),
    "claim": (Claim, "cell__", "cell__exercise__code", ("pk",)),
}
_STATE = ("pk", "status", "last_author", "changed_at")


@dataclass
class Standing:
    """How a row stands, and where it is edited; a claim stands as its cell does."""

    page: str
    is_approved: bool
    who: User | None
    when: datetime


def standing_of(records, exercise=None):
    """Return {record: Standing} of those records that are here; by at most one query a kind, and one for the people.

    Records are named as a report names them: of several exercises (`exercise` is None), behind the code of theirs.
    """
    wanted = defaultdict(dict)
    for record in records:
        code, _bar, name = record.rpartition("|") if exercise is None else (exercise.code, "", record)
        kind, _colon, key = name.partition(":")
        if kind in _KINDS and "!" not in name:  # a new row is named by its place, whatever its sheet is called
            wanted[kind][code, *key.split("/")] = record
    rows = [row for kind, named in wanted.items() for row in _states(kind, named)]
    people = User.objects.in_bulk({who for *_row, who, _when in rows if who})
    return {
        record: Standing(page, status == ReviewStatus.APPROVED, people.get(who), when)
        for record, page, status, who, when in rows
    }


def _states(kind, named):
    """Yield (record, its page, status, last author's id, when) of a kind; `named` is {(exercise's code, *key): record}."""
    model, state, *code, key = _KINDS[kind]
    columns = (*code, *key)
    asked = {f"{column}__in": set(values) for column, values in zip(columns, zip(*named, strict=True), strict=True)}
    states = [f"{state}{name}" for name in _STATE]
    page = "admin:mapping_source_change" if kind == "source" else "admin:mapping_cell_change"
    for *place, pk, status, who, when in model.objects.filter(**asked).order_by().values_list(*columns, *states):
        if record := named.get(tuple(map(str, place))):
            yield record, reverse(page, args=[pk]), status, who, when
