"""The review's state changes: submit, withdraw, approve, return. The only place, but for an edit, that writes `status`.

Each takes rows of one kind (cells or sources) of one exercise, as [(id, version seen)], and decides over all of them
or none: a row at another version than was seen is refused, so that nobody decides on what they did not see.
"""

import uuid
from contextlib import nullcontext
from functools import wraps

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.availability.models import Cell, Claim
from mapping.batches import write_rows
from mapping.comments.selectors import blocking
from mapping.content.errors import RowsRefused, StaleVersion
from mapping.content.models import ReviewStatus
from mapping.countries.models import Exercise
from mapping.review import meanwhile, permissions
from mapping.review.completeness import lacks, refusals
from mapping.review.models import Decision
from mapping.review.news import tell
from mapping.review.selectors import unapproved_sources, why_sources_unapproved
from mapping.sources.models import Source

_DECIDED_FIELDS = (
    "status",
    "submitted_at",
    "submitted_by",
    "approved_at",
    "approved_by",
    "return_reason",
    "approved_content",
    "approved_version",
)

LONGEST_REASON = 2000  # characters


def _as_one(transition):
    """Make a transition one transaction, or a part of the one it is called in.

    It needs no savepoint there: it judges every row before it writes the first, so what it refuses left nothing behind.
    """

    @wraps(transition)
    def in_transaction(**kwargs):
        with nullcontext() if connection.in_atomic_block else transaction.atomic():
            return transition(**kwargs)

    return in_transaction


@_as_one
def submit(*, actor, model, exercise, rows, along=(), act=None, sources_locked=False):
    """Submit drafts and returned rows for review, refusing those that lack what the methodology insists on.

    Parameters: `along` are the ids of sources submitted in the same act, which cells may therefore cite;
    `sources_locked` says that the caller holds the cited sources.
    """
    if not sources_locked:
        lock_sources(model, rows)

    def judge(locked):
        lacking = refusals(lacks(model, locked, exercise=exercise, along=along))
        unsettled = blocking(model, exercise, [row.pk for row in locked])
        return lambda row: (
            permissions.why_not_submit(actor, row) or " ".join(lacking.get(row.pk, ())) or unsettled.get(row.pk, "")
        )

    def change(row, now):
        row.status, row.submitted_by, row.submitted_at, row.return_reason = ReviewStatus.SUBMITTED, actor, now, ""

    return _decide(
        Decision.Kind.SUBMITTED,
        Verb.SUBMITTED,
        judge,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
    )


@_as_one
def withdraw(*, actor, model, exercise, rows, act=None):
    """Take submitted rows back to draft."""

    def judge(locked):
        return lambda row: permissions.why_not_withdraw(actor, row)

    def change(row, now):
        row.status, row.submitted_by, row.submitted_at = ReviewStatus.DRAFT, None, None

    return _decide(
        Decision.Kind.WITHDRAWN,
        Verb.WITHDRAWN,
        judge,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
    )


@_as_one
def approve(*, actor, model, exercise, rows, act=None, sources_locked=False):
    """Approve submitted rows: their content as it is now becomes the approved copy; `sources_locked` as in `submit`."""
    if not sources_locked:
        lock_sources(model, rows)

    def judge(locked):
        ids = [row.pk for row in locked]
        contributors, unapproved = permissions.contributors_of(model, ids), unapproved_sources(model, ids)
        return lambda row: (
            permissions.why_not_approve(actor, row, contributors=contributors.get(row.pk, set()))
            or why_sources_unapproved(row, unapproved)
        )

    def change(row, now):
        row.status, row.approved_by, row.approved_at, row.return_reason = ReviewStatus.APPROVED, actor, now, ""
        row.approved_content, row.approved_version = row.content(), row.version

    return _decide(
        Decision.Kind.APPROVED,
        Verb.APPROVED,
        judge,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
    )


@_as_one
def return_with_reason(*, actor, model, exercise, rows, reason="", reasons=None, act=None):
    """Return submitted or approved rows to who entered them, always with a reason; the approved copy is kept.

    Parameters: `reason` is for all rows that `reasons`, {row id: its own reason}, leaves without one. A returned source that was
    approved is withdrawn as evidence: the approved cells that cite it are drafts again.
    """
    act, told = act or uuid.uuid4(), _reasons(rows, reason, reasons or {})
    withdrawn = []

    def judge(locked):
        return lambda row: permissions.why_not_return(actor, row)

    def change(row, now):
        if row.status == ReviewStatus.APPROVED:
            withdrawn.append(row)
        row.status, row.return_reason = ReviewStatus.RETURNED, told[row.pk]

    returned = _decide(
        Decision.Kind.RETURNED,
        Verb.RETURNED,
        judge,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
        reasons=told,
    )
    if model is Source and withdrawn:
        _reopen_cells(actor=actor, exercise=exercise, sources=withdrawn, act=act)
    return returned


def _reasons(rows, reason, reasons):
    """Return {row id: reason}, each row's own or the common one; raise Refused where one is missing or no text."""
    told = {pk: (reasons.get(pk, "").strip() or reason.strip()) for pk, _version in rows}
    if not all(told.values()) or (not rows and not reason.strip()):
        raise Refused(_("Say why: who gets it back needs to know what to change."))
    for text in set(told.values()):
        if len(text) > LONGEST_REASON:
            raise Refused(
                _("The reason is too long: it has %(count)d characters, and %(most)d are room enough.")
                % {"count": len(text), "most": LONGEST_REASON}
            )
        if "\0" in text:
            raise Refused(_("The reason has a character that cannot be stored (NUL)."))
    return told


def _reopen_cells(*, actor, exercise, sources, act):
    """Make drafts of the approved cells that rest on these sources; what was approved of them stays readable."""
    resting = Claim.objects.filter(source__in=sources).values("cell")
    cells = list(
        Cell.objects.select_for_update(of=("self",))
        .filter(exercise=exercise, pk__in=resting, status=ReviewStatus.APPROVED)
        .order_by("pk")
    )
    for cell in cells:
        cell.status = ReviewStatus.DRAFT
    write_rows(cells, ["status"])
    reason = _("%(sources)s was withdrawn as evidence.") % {"sources": ", ".join(map(str, sources))}
    statuses = {"old": {"status": ReviewStatus.APPROVED}, "new": {"status": ReviewStatus.DRAFT}}
    shared = {"actor": actor, "verb": Verb.REOPENED, "exercise_code": exercise.code, "reason": reason, "act": act}
    record(*(entry(target=cell, **statuses, **shared) for cell in cells))


def _decide(kind, verb, judge, change, *, actor, model, exercise, rows, act, reasons=None):
    """Lock, guard every row, then change, decide and audit all of them; return the changed rows.

    Parameters: `judge` is called with the locked rows and returns what says why not of one of them.
    """
    act, now, reasons = act or uuid.uuid4(), timezone.now(), reasons or {}
    locked = _lock(model, exercise, rows)
    if refused := _refused(model, locked, rows, judge(list(locked.values()))):
        raise RowsRefused(_("Nothing was done: %(count)d rows need your attention.") % {"count": len(refused)}, refused)
    entries, decisions = [], []
    for row in locked.values():
        old_status, reason = row.status, reasons.get(row.pk, "")
        change(row, now)
        entries.append(
            entry(
                actor=actor,
                verb=verb,
                target=row,
                exercise_code=exercise.code,
                old={"status": old_status},
                new={"status": row.status, "version": row.version},
                reason=reason,
                act=act,
            )
        )
        decisions.append(
            Decision(
                exercise=exercise,
                target_type=model._meta.model_name,
                target_id=row.pk,
                version=row.version,
                kind=kind,
                reason=reason,
                actor=actor,
                at=now,
            )
        )
    write_rows(locked.values(), _DECIDED_FIELDS)
    Decision.objects.bulk_create(decisions)
    record(*entries)
    tell(actor=actor, exercise=exercise, kind=kind, model=model, rows=list(locked.values()), reason=reason, act=act)
    return list(locked.values())


def lock_sources(model, rows, *, and_sources=()):
    """Lock the sources that cells cite, before the cells: everybody who locks both does it in this order."""
    if model is not Cell or not rows:
        return
    cited = Claim.objects.filter(cell__in=[pk for pk, _version in rows], source__isnull=False).order_by()
    wanted = Q(pk__in=cited.values("source")) | Q(pk__in=[pk for pk, _version in and_sources])
    list(Source.objects.select_for_update(of=("self",)).filter(wanted).order_by("pk").values_list("pk", flat=True))


def _lock(model, exercise, rows):
    queryset = model.objects.select_for_update(of=("self",)).filter(
        exercise=exercise, pk__in=[pk for pk, version in rows]
    )
    queryset = (
        queryset.select_related("last_author", "submitted_by", "indicator__section")
        if model is Cell
        else queryset.select_related("last_author", "submitted_by")
    )
    locked = {
        row.pk: row for row in queryset.order_by("pk").prefetch_related("claims" if model is Cell else "attachments")
    }
    fresh = Exercise.objects.get(pk=exercise.pk)  # after the lock: see countries.services.freeze
    for row in locked.values():
        row.exercise = fresh
    return locked


def _refused(model, locked, rows, why_not):
    """Return {row id: Refused} of the rows at fault: unknown, changed since they were seen, or not to be decided on."""
    stale = {locked[pk]: version for pk, version in rows if pk in locked and locked[pk].version != version}
    changed = meanwhile.changed_since(model, stale) if stale else {}
    found = {row.pk: StaleVersion(changed[row.pk], row=row) for row in stale}
    against = {pk: why_not(row) for pk, row in locked.items() if pk not in found}
    decided = meanwhile.last_decisions(model, [locked[pk] for pk, sentence in against.items() if sentence])
    for pk, _version in rows:
        if pk not in locked:
            found[pk] = Refused(_("There is no such row in this exercise."))
        elif against.get(pk):
            found[pk] = Refused(" ".join(filter(None, [f"{locked[pk]}: {against[pk]}", decided.get(pk)])))
    return found


def cited_sources(cells, *, statuses):
    """Return the sources with one of the statuses that the claims of these cells cite: they go with them."""
    return Source.objects.filter(claims__cell__in=cells, status__in=statuses).distinct().order_by("pk")
