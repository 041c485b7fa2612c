"""Which of the rows that a report tells of are approved: to change them reopens them."""

from collections import defaultdict

from mapping.availability.models import Cell, Claim
from mapping.content.models import ReviewStatus
from mapping.sources.models import Source

_APPROVED = {"status": ReviewStatus.APPROVED}
# {kind: (model, what makes one approved, its exercise, its key in the order of a record's name)}
_KINDS = {
    "cell": (Cell, _APPROVED, "exercise__code", ("indicator__section__key", "indicator__key", "year")),
    "source": (Source, _APPROVED, "exercise__code", ("pk",)),
    "claim": (Claim, {"cell__status": ReviewStatus.APPROVED}, "cell__exercise__code", ("pk",)),
}


def approved_among(records, exercise=None):
    """Return the set of those records that are approved, or are claims of approved cells; by at most one query a kind.

    Records are named as a report names them: of several exercises (`exercise` is None), behind the code of theirs.
    """
    wanted = defaultdict(dict)
    for record in records:
        code, _bar, name = record.rpartition("|") if exercise is None else (exercise.code, "", record)
        kind, _colon, key = name.partition(":")
        if kind in _KINDS:  # a new row is named by its place
            wanted[kind][code, *key.split("/")] = record
    return {record for kind, named in wanted.items() for record in _approved(kind, named)}


def _approved(kind, named):
    """Yield the records of one kind that are approved; `named` is {(exercise's code, *key): record}."""
    model, approved, *code, key = _KINDS[kind]
    columns = (*code, *key)
    asked = {f"{column}__in": set(values) for column, values in zip(columns, zip(*named, strict=True), strict=True)}
    for row in model.objects.filter(**approved, **asked).order_by().values_list(*columns):
        if record := named.get(tuple(map(str, row))):
            yield record
