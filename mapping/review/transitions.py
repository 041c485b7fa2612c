"""The review's state changes: submit, withdraw, approve, return. The only place, but for an edit, that writes `status`.

Each takes rows of one kind (cells or sources) of one exercise, as [(id, version seen)], and decides over all of them
or none: a row at another version than was seen is refused, so that nobody decides on what they did not see.
"""

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.availability.models import Cell
from mapping.comments.selectors import blocking
from mapping.content.batches import write_rows
from mapping.content.errors import RowsRefused
from mapping.content.models import ReviewStatus
from mapping.content.services import check_version
from mapping.countries.models import Exercise
from mapping.review import permissions
from mapping.review.models import Decision
from mapping.review.news import tell
from mapping.review.selectors import unapproved_sources, why_incomplete, why_sources_unapproved
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


@transaction.atomic
def submit(*, actor, model, exercise, rows, act=None):
    """Submit drafts and returned rows for review."""
    unsettled = blocking(model, exercise, [pk for pk, version in rows])

    def why_not(row):
        return permissions.why_not_submit(actor, row) or why_incomplete(row) or unsettled.get(row.pk, "")

    def change(row, now):
        row.status, row.submitted_by, row.submitted_at, row.return_reason = ReviewStatus.SUBMITTED, actor, now, ""

    return _decide(
        Decision.Kind.SUBMITTED,
        Verb.SUBMITTED,
        why_not,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
    )


@transaction.atomic
def withdraw(*, actor, model, exercise, rows, act=None):
    """Take submitted rows back to draft."""

    def change(row, now):
        row.status, row.submitted_by, row.submitted_at = ReviewStatus.DRAFT, None, None

    def why_not(row):
        return permissions.why_not_withdraw(actor, row)

    return _decide(
        Decision.Kind.WITHDRAWN,
        Verb.WITHDRAWN,
        why_not,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
    )


@transaction.atomic
def approve(*, actor, model, exercise, rows, act=None):
    """Approve submitted rows: their content as it is now becomes the approved copy."""
    ids = [pk for pk, version in rows]
    contributors = permissions.contributors_of(model, ids)
    unapproved = unapproved_sources(model, ids)

    def why_not(row):
        refusal = permissions.why_not_approve(actor, row, contributors=contributors.get(row.pk, set()))
        return refusal or why_sources_unapproved(row, unapproved)

    def change(row, now):
        row.status, row.approved_by, row.approved_at, row.return_reason = ReviewStatus.APPROVED, actor, now, ""
        row.approved_content, row.approved_version = row.content(), row.version

    return _decide(
        Decision.Kind.APPROVED,
        Verb.APPROVED,
        why_not,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
    )


@transaction.atomic
def return_with_reason(*, actor, model, exercise, rows, reason, act=None):
    """Return submitted or approved rows to who entered them, always with a reason; the approved copy is kept."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why: who gets it back needs to know what to change."))

    def change(row, now):
        row.status, row.return_reason = ReviewStatus.RETURNED, reason

    def why_not(row):
        return permissions.why_not_return(actor, row)

    return _decide(
        Decision.Kind.RETURNED,
        Verb.RETURNED,
        why_not,
        change,
        actor=actor,
        model=model,
        exercise=exercise,
        rows=rows,
        act=act,
        reason=reason,
    )


def _decide(kind, verb, why_not, change, *, actor, model, exercise, rows, act, reason=""):
    """Lock, guard every row, then change, decide and audit all of them; return the changed rows."""
    act, now = act or uuid.uuid4(), timezone.now()
    locked = _lock(model, exercise, rows)
    refusals = {}
    for pk, version in rows:
        if refusal := _refusal(locked.get(pk), version, why_not):
            refusals[pk] = refusal
    if refusals:
        raise RowsRefused(
            _("Nothing was done: %(count)d rows need your attention.") % {"count": len(refusals)}, refusals
        )
    entries = []
    for row in locked.values():
        old_status = row.status
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
    write_rows(locked.values(), _DECIDED_FIELDS)
    Decision.objects.bulk_create(
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
        for row in locked.values()
    )
    record(*entries)
    tell(actor=actor, exercise=exercise, kind=kind, model=model, rows=list(locked.values()), reason=reason, act=act)
    return list(locked.values())


def _lock(model, exercise, rows):
    queryset = model.objects.select_for_update(of=("self",)).filter(
        exercise=exercise, pk__in=[pk for pk, version in rows]
    )
    queryset = (
        queryset.select_related("last_author", "submitted_by", "indicator__section")
        if model is Cell
        else queryset.select_related("last_author", "submitted_by")
    )
    locked = {row.pk: row for row in queryset.order_by("pk").prefetch_related(*(["claims"] if model is Cell else []))}
    fresh = Exercise.objects.get(pk=exercise.pk)  # after the lock: see countries.services.freeze
    for row in locked.values():
        row.exercise = fresh
    return locked


def _refusal(row, version, why_not):
    if row is None:
        return Refused(_("There is no such row in this exercise."))
    try:
        check_version(row, version)
    except Refused as stale:
        return stale
    sentence = why_not(row)
    return Refused(f"{row}: {sentence}") if sentence else None


def cited_sources(cells, *, statuses):
    """Return the sources with one of the statuses that the claims of these cells cite: they go with them."""
    return Source.objects.filter(claims__cell__in=cells, status__in=statuses).distinct().order_by("pk")
