"""Queued work is a row: written with its cause, claimed by a conditional update, found again after any crash.

A lost broker message or a dead worker costs a delay, never the work: beat scans for rows that are due. It stands in
`accounts`, the lowest room, because invitations, data requests and summaries all queue work.
"""

from datetime import timedelta

from celery import signature
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(minutes=10)  # longer than any one piece of work may take: after it, the worker is taken for dead


class QueuedWork(models.Model):
    """Something a worker does once: who claims it, when, how often it was tried and how it ended."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        CLAIMED = "claimed", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("may have been sent")
        CANCELLED = "cancelled", _("cancelled")

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED, db_index=True)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    claimed_at = models.DateTimeField(_("begun"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        abstract = True


def due(queryset, *, now=None):
    """Return the rows a worker may claim: waiting and due, or claimed by a worker that must have died."""
    now = now or timezone.now()
    waiting = Q(state=QueuedWork.State.QUEUED, not_before__lte=now)
    abandoned = Q(state=QueuedWork.State.CLAIMED, claimed_at__lt=now - LEASE)
    return queryset.filter(waiting | abandoned).order_by("queued_at", "pk")


def claim(model, pk):
    """Claim one row for this worker. Of two workers that try, exactly one is told True."""
    now = timezone.now()
    rows = due(model.objects.filter(pk=pk), now=now).order_by()
    return rows.update(state=QueuedWork.State.CLAIMED, claimed_at=now, attempts=F("attempts") + 1) == 1


def nudge(task, pk):
    """Ask a worker to look at a row once this transaction is committed.

    A broker that cannot be reached is logged and no more: the next scan finds the row.
    """
    transaction.on_commit(lambda: enqueue(task, pk), robust=True)


def enqueue(task, pk):
    """Put a task for one row on the queue; it expires, for a scan puts it there again while the row is due."""
    signature(task, args=(pk,)).apply_async(expires=settings.SCAN_SECONDS, retry=False, ignore_result=True)


def finish(row, *, state, error=""):
    """Write how a claimed row ended; False, and nothing written, if another worker has taken it over."""
    return _settle(row, state=state, finished_at=timezone.now(), last_error=error)


def requeue(row, *, delay, error):
    """Give a claimed row back, to be tried again after `delay` (a timedelta); False as for `finish`."""
    return _settle(row, state=QueuedWork.State.QUEUED, not_before=timezone.now() + delay, last_error=error)


def _settle(row, **values):
    # The number of attempts tells this claim from a later one, of a worker that took us for dead.
    mine = type(row).objects.filter(pk=row.pk, state=QueuedWork.State.CLAIMED, attempts=row.attempts)
    if not mine.update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True
