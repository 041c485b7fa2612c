"""The outbox: deliver a request's mails, write what came of them, remind once, let a person settle what is uncertain.

Rows are locked message first, request second: a worker holds the message when it writes what became of it.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mail, work
from accounts.models import User
from accounts.refusals import Refused
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.data_requests import letters
from mapping.data_requests.models import DataRequest, Message
from mapping.data_requests.permissions import why_not
from mapping.data_requests.selectors import is_weekend, to_remind
from mapping.data_requests.services import SEND_MESSAGE

Kind, State, Status = Message.Kind, Message.State, DataRequest.Status


def send_message(pk):
    """Deliver one mail, unless it is gone, another worker has it, or it is a reminder and a weekend."""
    message = Message.objects.filter(pk=pk).first()
    if message is None or (message.kind == Kind.REMINDER and is_weekend(timezone.localdate())):
        return False
    return mail.deliver(message, build=letters.build, settled=_settled)


def scan():
    """Queue the reminders that have become due, and put every due mail on the queue."""
    if not is_weekend(timezone.localdate()):
        for request in to_remind():
            _remind(request)
    mail.scan(Message, SEND_MESSAGE)


@transaction.atomic
def _remind(request):
    """Queue the one reminder of a request; one that was called off, for a deadline since extended, is taken up again."""
    request = DataRequest.objects.select_for_update().get(pk=request.pk)
    if not to_remind().filter(pk=request.pk).exists():  # another scan was first, or the answer came
        return
    message, created = Message.objects.get_or_create(
        request=request, kind=Kind.REMINDER, number=1, defaults={"focal_point": request.focal_point}
    )
    if not created:
        _queue_again(message)
    work.nudge(SEND_MESSAGE, message.pk)


def _queue_again(message):
    now = timezone.now()
    Message.objects.filter(pk=message.pk, state=message.state).update(
        state=State.QUEUED, not_before=now, finished_at=None, handed_over_at=None, last_error=""
    )


def _settled(message):
    """Bring the request where its mail has come to. In the transaction that writes how the mail ended."""
    system = User.objects.system()
    if message.kind == Kind.REMINDER:
        if message.state == State.DONE:
            _record(system, message, Verb.REMINDED)
    elif message.state == State.DONE:
        _mark_sent(system, message)
    elif message.state == State.FAILED:
        _mark_bounced(system, message)


def _mark_sent(actor, message):
    request = _lock(message)
    if request.status != Status.QUEUED:  # the answer was quicker than we
        return
    request.status, request.sent_at = Status.SENT, message.handed_over_at or timezone.now()
    request.save(update_fields=["status", "sent_at"])
    _record(actor, message, Verb.SENT, old=Status.QUEUED, new=Status.SENT)


def _mark_bounced(actor, message):
    request = _lock(message)
    if request.status != Status.QUEUED:
        return
    request.status = Status.BOUNCED
    request.save(update_fields=["status"])
    # What the server said may hold the address: it stays with the mail's row, which can be erased.
    _record(actor, message, Verb.FAILED, old=Status.QUEUED, new=Status.BOUNCED)


def _lock(message):
    return DataRequest.objects.select_for_update().get(pk=message.request_id)


@transaction.atomic
def mark_as_sent(*, actor, message):
    """Say of a mail whose fate is unknown that it was sent. Raises Refused."""
    message = _lock_uncertain(actor, message)
    message.state, message.finished_at = State.DONE, timezone.now()
    message.save(update_fields=["state", "finished_at"])
    if message.kind == Kind.REQUEST:
        _mark_sent(actor, message)
    else:
        _record(actor, message, Verb.REMINDED)
    return message


@transaction.atomic
def send_again(*, actor, message):
    """Send a mail once more that may have been lost. Raises Refused."""
    message = _lock_uncertain(actor, message)
    _queue_again(message)
    _record(actor, message, Verb.QUEUED)
    work.nudge(SEND_MESSAGE, message.pk)
    return message


def _lock_uncertain(actor, message):
    message = Message.objects.select_for_update(of=("self",)).select_related("request__exercise").get(pk=message.pk)
    if refusal := why_not(actor, message.request, "settle_mail"):
        raise Refused(refusal)
    if message.state != State.UNCERTAIN:
        raise Refused(_("What became of this mail is known: it is %(state)s.") % {"state": message.get_state_display()})
    return message


def _record(actor, message, verb, *, old=None, new=None):
    record(
        entry(
            actor=actor,
            verb=verb,
            target=message.request,
            part=f"message:{message.pk}",
            exercise_code=message.request.exercise.code,
            old={"status": old} if old else None,
            new={"status": new} if new else None,
        )
    )
