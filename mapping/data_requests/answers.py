"""Answers of an agency: kept as they came, each as a row of its own; proposals, never written into cells."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.data_requests import permissions
from mapping.data_requests.models import Answer, DataRequest, ItemAnswer
from mapping.data_requests.selectors import latest_answer

Status = DataRequest.Status
_SAID = ("item_id", "value", "access", "comment")


@dataclass(frozen=True)
class Said:
    """What is said of one item: its id, a value ("" for “not ours, or not known”), the access, a comment."""

    item_id: int
    value: str
    access: str
    comment: str = ""


@transaction.atomic
def answer(*, actor, request, focal_point, said, note=""):
    """Keep what a focal point answers by the link; `actor` is the system, for nobody signed in.

    Answering anew adds an answer; sending the same twice is Unchanged. Raises Refused once no answer is taken.
    """
    request = _lock(request)
    if request.status not in permissions.ANSWERABLE:
        raise Refused(_("This request no longer takes answers."))
    _refuse_repetition(request, said, note)
    return _keep(actor, request, said, Answer(channel=Answer.Channel.LINK, focal_point=focal_point, note=note))


@transaction.atomic
def register_answer(*, actor, request, said, note=""):
    """Keep what an agency answered on paper, by telephone or in a meeting. Raises Refused, Unchanged."""
    request = _lock(request)
    if refusal := permissions.why_not(actor, request, "register_answer"):
        raise Refused(refusal)
    _refuse_repetition(request, said, note)
    return _keep(actor, request, said, Answer(channel=Answer.Channel.PAPER, registered_by=actor, note=note))


def answer_by_link(*, request, focal_point, said, note=""):
    """Answer for whoever holds the link, in the name of the system."""
    return answer(actor=User.objects.system(), request=request, focal_point=focal_point, said=said, note=note)


def _lock(request):
    return DataRequest.objects.select_for_update(of=("self",)).select_related("exercise").get(pk=request.pk)


def _refuse_repetition(request, said, note):
    if not said and not note:
        raise Refused(_("Nothing is answered yet: answer at least one question, or leave a note."))
    last = latest_answer(request)
    if last is None or last.note != note:
        return
    before = {Said(*values) for values in last.item_answers.values_list(*_SAID)}
    if before == set(said):
        raise Unchanged(_("This is what was answered before: nothing was changed."))


def _keep(actor, request, said, row):
    own = set(request.items.filter(pk__in=[one.item_id for one in said]).values_list("pk", flat=True))
    if own != {one.item_id for one in said}:
        raise Refused(_("Some of these questions are not part of the request."))
    row.request = request
    row.save()
    ItemAnswer.objects.bulk_create(
        ItemAnswer(answer=row, item_id=one.item_id, value=one.value, access=one.access, comment=one.comment)
        for one in said
    )
    old = request.status
    request.status, request.answered_at = Status.ANSWERED, request.answered_at or row.at
    request.sent_at = request.sent_at or timezone.now()  # it arrived, whatever the mail server said
    request.save(update_fields=["status", "answered_at", "sent_at"])
    record(
        entry(
            actor=actor,
            verb=Verb.ANSWERED,
            target=request,
            part=f"answer:{row.pk}",
            exercise_code=request.exercise.code,
            old={"status": old},
            new={"status": request.status, "channel": row.channel, "items": len(said)},
        )
    )
    return row
