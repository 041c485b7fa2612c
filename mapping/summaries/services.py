"""Ask for a summary, and compile it: at once, or by a worker that tells how far it is."""

import logging
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from accounts.work import QueuedWork, claim, due, enqueue, finish, nudge
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.countries.models import Exercise
from mapping.gaps.selectors import approved_facts, current_facts
from mapping.summaries.compiling import compile_snapshot, frame_of, unheard
from mapping.summaries.models import Basis, Summary
from mapping.summaries.permissions import why_not_compile

logger = logging.getLogger(__name__)

COMPILE_TASK = "summaries.compile"
MAX_ATTEMPTS = 3  # a worker that dies of a summary must not die of it for ever
State = QueuedWork.State


@transaction.atomic
def request_compilation(*, actor, exercise, basis, language):
    """Queue the compilation of a summary and return its row.

    Raises Refused where the actor may not, Unchanged where the same one waits or is under way already.
    """
    exercise = Exercise.objects.select_for_update().get(pk=exercise.pk)  # two requests at once get two numbers
    if refusal := why_not_compile(actor, exercise, basis):
        raise Refused(refusal)
    summaries = Summary.objects.filter(exercise=exercise)
    unfinished = summaries.filter(basis=basis, language=language, state__in=[State.QUEUED, State.CLAIMED]).first()
    if unfinished:
        raise Unchanged(
            _("Version %(number)d is being compiled on this basis already.") % {"number": unfinished.number}
        )
    number = (summaries.aggregate(last=Max("number"))["last"] or 0) + 1
    summary = Summary.objects.create(
        exercise=exercise, number=number, basis=basis, language=language, requested_by=actor
    )
    _tell(summary, Verb.QUEUED, {"number": number, "basis": str(basis), "language": language})
    nudge(COMPILE_TASK, summary.pk)
    return summary


def compile_now(exercise, *, basis, language, progress=unheard):
    """Compile and return a snapshot of an exercise, in the language asked for; writes nothing."""
    with translation.override(language):
        steps = exercise.methodology.sections.count() + 2
        progress(1, steps, _("Cells, claims and sources"))
        facts = approved_facts(exercise) if basis == Basis.APPROVED else current_facts(exercise)
        frame = frame_of(exercise, basis=basis, language=language)
        return compile_snapshot(frame, facts, compiled_at=timezone.now(), progress=progress)


def compile_summary(*, summary_id):
    """Compile a queued summary, unless another worker has it; return whether this one did.

    Never called inside a transaction: progress is written in short ones of its own, for others to see.
    """
    if not claim(Summary, summary_id):
        return False
    summary = Summary.objects.select_related("exercise__country", "exercise__methodology", "requested_by").get(
        pk=summary_id
    )
    with translation.override(summary.language):
        if summary.attempts > MAX_ATTEMPTS:
            return _fail(summary, _("The worker stopped each time it compiled this summary. Tell an administrator."))
        try:
            snapshot = compile_now(
                summary.exercise, basis=summary.basis, language=summary.language, progress=_progress_of(summary)
            )
        except SoftTimeLimitExceeded:
            return _fail(summary, _("It took too long and was stopped. Ask for it again when less is going on."))
        except Exception:
            logger.exception("Summary %s could not be compiled", summary.pk)
            return _fail(
                summary,
                _("A mistake in the program stopped it; the details are in its log. Tell an administrator."),
            )
    return _keep(summary, snapshot)


def scan_summaries():
    """Put every summary that is due on the queue: waiting ones, and those whose worker must have died."""
    for pk in due(Summary.objects).values_list("pk", flat=True):
        enqueue(COMPILE_TASK, pk)


def _progress_of(summary):
    def progress(step, steps, title):
        mine = Summary.objects.filter(pk=summary.pk, state=State.CLAIMED, attempts=summary.attempts)
        mine.update(step=step, steps=steps, step_title=title[:200])

    return progress


@transaction.atomic
def _keep(summary, snapshot):
    if not finish(summary, state=State.DONE):
        return False
    summary.snapshot, summary.snapshot_hash = snapshot, snapshot["snapshot"]
    summary.compiled_at = datetime.fromisoformat(snapshot["compiled_at"])
    summary.save(update_fields=["snapshot", "snapshot_hash", "compiled_at"])
    _tell(summary, Verb.COMPILED, {"number": summary.number, "snapshot": summary.snapshot_hash})
    return True


@transaction.atomic
def _fail(summary, sentence):
    if not finish(summary, state=State.FAILED, error=sentence):
        return False
    _tell(summary, Verb.FAILED, {"number": summary.number}, reason=sentence)
    return True


def _tell(summary, verb, new, reason=""):
    record(
        entry(
            actor=summary.requested_by,
            verb=verb,
            target=summary,
            exercise_code=summary.exercise.code,
            new=new,
            reason=reason,
        )
    )
