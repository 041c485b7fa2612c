"""Long workbooks: compared and applied by a worker that tells how far it is, and that can be stopped.

What a worker writes of a workbook is one transaction, which also says that the work is done: a worker that dies leaves
nothing of it, and beat's scan finds the row again.
"""

import hashlib
import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from accounts.work import claim, due, enqueue, finish, nudge
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.workbook.models import WorkbookImport
from mapping.workbook.opening import is_long
from mapping.workbook.permissions import why_not_import
from mapping.workbook.services import (
    NotApplicable,
    compare_read,
    content_of_file,
    lock_open,
    read_upload,
    upload,
    write_compared,
)

logger = logging.getLogger(__name__)

IMPORT_TASK = "workbook.work"
MAX_ATTEMPTS = 3  # a worker that dies of a workbook must not die of it for ever
State, Status, Work = WorkbookImport.State, WorkbookImport.Status, WorkbookImport.Work


class Stopped(Exception):  # noqa: N818 - no error: somebody stopped the work, or another worker has it
    """The work is no longer this worker's."""


@transaction.atomic
def receive(*, actor, exercise, name, content):
    """Keep an uploaded file, given as bytes; return the WorkbookImport.

    A short one is compared at once, and raises as `upload`; a long one is queued to be compared.
    """
    if not is_long(content):
        return upload(actor=actor, exercise=exercise, name=name, content=content)
    if refusal := why_not_import(actor, exercise):
        raise Refused(refusal)
    row = WorkbookImport.objects.create(
        exercise=exercise,
        file=ContentFile(content, name="workbook.xlsx"),
        name=name[:200],
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_by=actor,
        status=Status.UPLOADED,
        is_long=True,
    )
    return _queue(row, actor=actor, work=Work.COMPARE)


@transaction.atomic
def order_comparison(*, actor, workbook_import):
    """Queue another comparison of a long workbook with what is here by then."""
    return _queue(lock_open(actor, workbook_import, but=(Status.UPLOADED,)), actor=actor, work=Work.COMPARE)


@transaction.atomic
def order_application(*, actor, workbook_import, choices=None):
    """Queue the application of a long workbook; `choices` decides its conflicts as in `compare`."""
    return _queue(lock_open(actor, workbook_import), actor=actor, work=Work.APPLY, choices=choices)


@transaction.atomic
def stop(*, actor, workbook_import):
    """Stop what a worker does with a workbook, or is to do: nothing of it is written. Raises Unchanged if it is done."""
    rows = WorkbookImport.objects.select_for_update(of=("self",)).select_related("exercise")
    row = rows.defer("report").get(pk=workbook_import.pk)
    if refusal := why_not_import(actor, row.exercise):
        raise Refused(refusal)
    if not row.is_under_way:
        raise Unchanged(_("There is nothing to stop: the work is %(state)s.") % {"state": row.get_state_display()})
    row.state, row.finished_at = State.CANCELLED, timezone.now()
    row.save(update_fields=["state", "finished_at"])
    return row


def work(*, import_id):
    """Do the queued work on one workbook, unless another worker has it; return whether this one did it.

    Never called inside a transaction: progress is written in short ones of its own, for others to see.
    """
    if not claim(WorkbookImport, import_id):
        return False
    rows = WorkbookImport.objects.select_related("exercise__country", "exercise__methodology", "asked_by")
    row = rows.defer("report").get(pk=import_id)
    with translation.override(row.language):
        try:
            failure = _attempt(row)
        except Stopped:
            return False
        return failure is None or _fail(row, *failure)


def _attempt(row):
    """Do the work; return None, or (why it failed, its report or None)."""
    if row.attempts > MAX_ATTEMPTS:
        return _("The worker stopped each time it worked on this file. Tell an administrator."), None
    try:
        (_apply if row.work == Work.APPLY else _compare)(row, _progress_of(row))
    except Stopped:
        raise
    except NotApplicable as refusal:
        return str(refusal), refusal.report
    except Refused as refusal:
        return "\n".join(map(str, [refusal, *refusal.problems])), None
    except SoftTimeLimitExceeded:
        return _("It took too long and was stopped. Try again when less is going on, or split the file."), None
    except Exception:
        logger.exception("Workbook %s could not be worked on", row.pk)
        return _("A mistake in the program stopped it; the details are in its log. Tell an administrator."), None
    return None


def scan():
    """Put all work that is due on the queue: what waits, and what a worker must have died of."""
    for pk in due(WorkbookImport.objects).values_list("pk", flat=True):
        enqueue(IMPORT_TASK, pk)


def _queue(row, *, actor, work, choices=None):
    now = timezone.now()
    values = {"state": State.QUEUED, "work": work, "asked_by": actor, "language": get_language() or "en"}
    values |= {
        "choices": row.choices if choices is None else choices,
        "queued_at": now,
        "not_before": now,
        "finished_at": None,
    }
    values |= {"attempts": 0, "step": 0, "steps": 0, "step_title": "", "last_error": ""}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    nudge(IMPORT_TASK, row.pk)
    return row


def _progress_of(row):
    def progress(step, steps, title):
        mine = WorkbookImport.objects.filter(pk=row.pk, state=State.CLAIMED, attempts=row.attempts)
        if not mine.update(step=step, steps=steps, step_title=title[:200]):
            raise Stopped

    return progress


def _compare(row, progress):
    """Read, then compare: the exercise may be long, and several exercises are."""
    read = read_upload(actor=row.asked_by, exercise=row.exercise, content=content_of_file(row), progress=progress)
    told = {"actor": row.asked_by, "exercise": row.exercise, "choices": row.choices}
    report = compare_read(read=read, progress=progress, **told).report()
    with transaction.atomic():
        _finish(row)
        row.status = Status.COMPARED
        row.save(update_fields=["status", *row.keep_report(report)])


def _apply(row, progress):
    """Read before the transaction, for that is most of the time; compare with what is here within it."""
    read = read_upload(actor=row.asked_by, exercise=row.exercise, content=content_of_file(row), progress=progress)
    progress(1, 2, _writing(row))
    with transaction.atomic():
        compared = compare_read(actor=row.asked_by, exercise=row.exercise, read=read, choices=row.choices)
        write_compared(actor=row.asked_by, row=row, compared=compared)
        _finish(row)


def _writing(row):
    count = sum(row.counts.get(name, 0) for name in ("new", "changed", "conflicts"))
    return ngettext("Writing %(count)d row", "Writing %(count)d rows", count) % {"count": count}


def _finish(row):
    """Say that the work is done, in the transaction that writes it: who was stopped meanwhile writes nothing."""
    if not finish(row, state=State.DONE):
        raise Stopped


@transaction.atomic
def _fail(row, sentence, report):
    if not finish(row, state=State.FAILED, error=sentence):
        return False
    if report is not None:
        row.save(update_fields=row.keep_report(report))
    told = {"name": row.name, "work": row.work}
    code = row.exercise.code if row.exercise else ""
    record(entry(actor=row.asked_by, verb=Verb.FAILED, target=row, exercise_code=code, new=told, reason=sentence))
    return True
