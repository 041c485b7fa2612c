"""Deliver one mail that is a row: at most once where a second copy would do harm, at least once where not.

The order decides what a crash costs. The message is built and the server's line is open before `handed_over_at` is
written; only then is the message given away. So:

| what happens                                        | what becomes of the row                                    |
|-----------------------------------------------------|------------------------------------------------------------|
| the worker dies before the hand-over                | claimed again by the scan, once the lease is over          |
| no connection, or the server says "later" (4xx)     | waits longer each time, failed after the last of `DELAYS`  |
| the server says "never" (5xx), or the row cannot be rendered for good | failed                                   |
| the mail is no longer wanted                        | cancelled                                                  |
| anything else after the hand-over, death included   | uncertain: a person decides; sent again if `may_repeat`    |

It serves every subclass of `OutgoingMail`; a room brings its own `build`.
"""

import logging
import smtplib
from contextlib import suppress
from datetime import timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.utils import timezone

from accounts.work import QueuedWork, claim, due, enqueue, finish, requeue

logger = logging.getLogger(__name__)

DELAYS = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480)]
SCAN_LIMIT = 500  # rows a scan puts on the queue; the next one takes the next
LATER, NEVER = 400, 500  # a mail server's answers begin here: "not now", "not like this"
State = QueuedWork.State


class Unwanted(Exception):  # noqa: N818 - no error: a reason
    """Raised by a `build`: there is no reason to send this mail any more. Its text says why."""


class Unsendable(Exception):  # noqa: N818 - as above
    """Raised by a `build`: this mail can never be sent as it is. Its text says why."""


def deliver(row, *, build, settled=None):
    """Send one mail row, if no other worker has it. Never call it inside a transaction.

    `build(row)` returns the `EmailMessage`, to one recipient; it may raise `Unwanted` or `Unsendable`.
    `settled(row)`, if given, is called in the transaction that writes how the row ended (`row.state`), so that what
    hangs on the mail changes with it; it is not called while the row still waits for another try.
    Returns whether this worker had the row.
    """
    if not claim(type(row), row.pk):
        return False
    row.refresh_from_db()
    if row.handed_over_at:  # by a worker that died before it could write what came of it
        _settle_unknown(row, "The worker stopped after handing the mail to the server.", settled)
        return True
    try:
        message = _built(row, build)
    except Unwanted as reason:
        _settle(row, State.CANCELLED, str(reason), settled)
    except Unsendable as reason:
        _settle(row, State.FAILED, str(reason), settled)
    except Exception as error:  # a mistake in a template or in data: tried again, for a release may mend it
        logger.exception("Mail %s of %s could not be written", row.pk, row._meta.label)
        _settle_later(row, error, settled)
    else:
        _send(row, message, settled)
    return True


def scan(model, task):
    """Put every due row of a model on the queue, to be delivered by the task of that name."""
    for pk in due(model.objects).values_list("pk", flat=True)[:SCAN_LIMIT]:
        enqueue(task, pk)


def _built(row, build):
    message = build(row)
    domain = urlsplit(settings.BASE_URL).hostname
    message.extra_headers.setdefault("Message-ID", make_msgid(domain=domain))
    message.message().as_bytes()  # what cannot be encoded fails here, while nothing has been given away
    return message


def _send(row, message, settled):
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        _settle_later(row, error, settled)
        return
    try:
        if _hand_over(row, message):
            _give_away(row, message, connection, settled)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()


def _hand_over(row, message):
    """Write that the server is about to get the mail; False if the row was taken for abandoned meanwhile."""
    values = {"handed_over_at": timezone.now(), "message_id": message.extra_headers["Message-ID"]}
    mine = type(row).objects.filter(pk=row.pk, state=State.CLAIMED, attempts=row.attempts, handed_over_at__isnull=True)
    with transaction.atomic(durable=True):
        return mine.update(**values) == 1


def _give_away(row, message, connection, settled):
    try:
        connection.send_messages([message])
    except Exception as error:  # noqa: BLE001 - whatever it is, its row must say what became of the mail
        _settle_refusal(row, error, settled)
    else:
        _settle(row, State.DONE, "", settled)


def _settle_refusal(row, error, settled):
    """Sort an error after the hand-over: only the server's own answer proves that nothing was sent."""
    code = _answer_code(error)
    if code is None:
        logger.warning("Mail %s of %s may have been sent", row.pk, row._meta.label, exc_info=error)
        _settle_unknown(row, _told(error), settled)
    elif code >= NEVER:
        _settle(row, State.FAILED, _told(error), settled)
    else:
        _settle_later(row, error, settled)


def _answer_code(error):
    """Return the code with which the server answered, `NEVER` where the mail cannot be put into its words, or None."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= LATER:
        return error.smtp_code
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NEVER
    return None


def _settle(row, state, error, settled):
    with transaction.atomic(durable=True):
        if finish(row, state=state, error=error) and settled:
            settled(row)


def _settle_later(row, error, settled):
    if row.attempts > len(DELAYS):
        _settle(row, State.FAILED, _told(error), settled)
        return
    with transaction.atomic(durable=True):
        if requeue(row, delay=DELAYS[row.attempts - 1], error=_told(error)):
            type(row).objects.filter(pk=row.pk).update(handed_over_at=None, message_id="")


def _settle_unknown(row, error, settled):
    if row.may_repeat:
        _settle_later(row, error, settled)
    else:
        _settle(row, State.UNCERTAIN, error, settled)


def _told(error):
    return f"{type(error).__name__}: {error}" if isinstance(error, Exception) else error
