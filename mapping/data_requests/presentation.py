"""How a request is shown: its steps, its timeline, its buttons, each with why it cannot act."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mapping.audit.models import Verb
from mapping.audit.selectors import history
from mapping.data_requests.models import DataRequest
from mapping.data_requests.permissions import ACTS, why_not

Status = DataRequest.Status


@dataclass
class Button:
    """What one person may do to a request, or why not."""

    act: str
    label: str
    why_not: str
    primary: bool


_LABELS = {
    "approve": _("Approve and send"),
    "change": _("Edit"),
    "recall": _("Recall"),
    "close": _("Close"),
    "register_answer": _("Register an answer on paper"),
    "extend": _("Extend the deadline"),
    "withdraw": _("Withdraw"),
    "reissue": _("Correct and send anew"),
}
_PRIMARY = {"approve", "reissue", "close"}


def buttons(user, request):
    """Return {act: Button} of what makes sense at this status: what does not is not there."""
    return {
        act: Button(act, label, why_not(user, request, act), act in _PRIMARY)
        for act, label in _LABELS.items()
        if request.status in ACTS[act].statuses
    }


@dataclass
class Step:
    label: str
    at: object
    state: str  # "ok", "now" or ""


def steps(request):
    """Return the life of a request as steps; what went wrong takes the place of the step it hinders."""
    path = [
        (Status.DRAFT, _("Draft"), request.created_at),
        (Status.QUEUED, _("Approved"), request.approved_at),
        (Status.SENT, _("Sent"), request.sent_at),
        (Status.ANSWERED, _("Answered"), request.answered_at),
        (Status.CLOSED, _("Closed"), None),
    ]
    if request.status == Status.BOUNCED:
        path[2] = (Status.BOUNCED, _("Not delivered"), None)
    if request.status == Status.WITHDRAWN:
        path = [step for step in path if step[2]] + [(Status.WITHDRAWN, _("Withdrawn"), None)]
    now = [status for status, _label, _at in path].index(request.status)
    return [
        Step(label, at, "ok" if index < now else "now" if index == now else "")
        for index, (_status, label, at) in enumerate(path)
    ]


_SENTENCES = {
    Verb.CREATED: _("Written by %(who)s"),
    Verb.CHANGED: _("Changed by %(who)s"),
    Verb.APPROVED: _("Approved by %(who)s"),
    Verb.RECALLED: _("Recalled by %(who)s"),
    Verb.SENT: _("Sent"),
    Verb.FAILED: _("Not delivered"),
    Verb.REISSUED: _("Addressed anew by %(who)s"),
    Verb.REMINDED: _("Reminder sent"),
    Verb.QUEUED: _("Queued once more by %(who)s"),
    Verb.EXTENDED: _("Deadline extended by %(who)s"),
    Verb.WITHDRAWN: _("Withdrawn by %(who)s"),
    Verb.CLOSED: _("Closed by %(who)s"),
}


@dataclass
class Event:
    at: object
    sentence: str
    incoming: bool
    reason: str


def timeline(request):
    """Return what happened to a request, newest first."""
    return [_event(entry) for entry in history(request)]


def _event(entry):
    if entry.verb == Verb.ANSWERED:
        sentence = _("Answered by the link") if entry.new.get("channel") == "link" else _("Answer entered by %(who)s")
    else:
        sentence = _SENTENCES[entry.verb]
    return Event(entry.at, sentence % {"who": entry.actor}, entry.verb == Verb.ANSWERED, entry.reason)
