"""The arithmetic of cells: what their claims suggest, where they contradict, what is shared. Pure functions."""

from itertools import combinations

from mapping.availability.models import Scope, Value

# Best first: a cell's suggested value is the best its claims say, over all scopes.
ORDER = (Value.AVAILABLE, Value.PARTIALLY_AVAILABLE, Value.NOT_AVAILABLE)
# Most open first.
ACCESS_ORDER = ("public", "on_request", "not_shared", "unknown")


def suggested_value(claims):
    """Return the best value among the claims, or "" where there are none."""
    said = {claim.value for claim in claims}
    return next((str(value) for value in ORDER if value in said), "")


def suggestion(cell, claims):
    """Return the value that the claims suggest where the cell has another or none, or "" where nothing is suggested.

    Not applicable is no judgement over claims, and a note on how a contradiction is resolved has settled the value:
    neither is questioned again. `selectors.with_suggestion` says the same of rows.
    """
    suggested = suggested_value(claims)
    settled = cell.value and (cell.value == Value.NOT_APPLICABLE or cell.resolution)
    return "" if settled or suggested == cell.value else suggested


def access_of(claims, value):
    """Return the most open access among the claims that say `value`, or "" where none does or none has data."""
    if value not in {Value.AVAILABLE, Value.PARTIALLY_AVAILABLE}:
        return ""
    accesses = {claim.access for claim in claims if claim.value == value}
    return next((access for access in ACCESS_ORDER if access in accesses), "")


def contradictions(claims):
    """Return the pairs of claims that contradict each other.

    Two claims contradict when they speak of the same cell, subgroup and overlapping scope (`any` overlaps all) and
    differ in value or, for the same agency, in access (the methodology's notion of a claim). An unknown access differs from none.
    """
    return [pair for pair in combinations(claims, 2) if _contradict(*pair)]


def is_contradicted(cell, claims):
    """Say whether the claims contradict and no note resolves it yet."""
    return not cell.resolution and bool(contradictions(claims))


def _contradict(one, other):
    if one.subgroup != other.subgroup or not _scopes_overlap(one.scope, other.scope):
        return False
    if one.value != other.value:
        return True
    same_agency = _agency(one) is not None and _agency(one) == _agency(other)
    return same_agency and "unknown" not in {one.access, other.access} and one.access != other.access


def _scopes_overlap(one, other):
    return one == other or Scope.ANY in {one, other}


def _agency(claim):
    return claim.publisher_id or claim.collector_id
