"""The words of a request: the letter offered for a start, and its mails, all in the letter's language.

Mails are written when they are sent: the link is made then, so that no secret ever lies in the database.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.mail import Unwanted
from mapping.data_requests.models import DataRequest, Message
from mapping.data_requests.selectors import LINK_VALID_SECONDS, answer_token, questions

Kind, Status = Message.Kind, DataRequest.Status


def suggested(exercise, agency, language):
    """Return (subject, letter) to begin with, in the letter's language."""
    told = {
        "country": exercise.country.name,
        "first": exercise.first_year,
        "last": exercise.last_year,
        "methodology": exercise.methodology.title,
        "agency": agency.name,
    }
    with translation.override(language):
        subject = _("Migration data on %(country)s, %(first)d–%(last)d") % told
        letter = _(
            "We are mapping which migration data exist on %(country)s for the years %(first)d–%(last)d, by the "
            "“%(methodology)s”. The mapping tells, for each kind of data and each year, whether data are available, "
            "available in part or missing. It names who holds them; it does not collect the data themselves, nor any "
            "data about persons.\n"
            "\n"
            "For the data listed below we have found no complete source. %(agency)s may hold them, or know who does. "
            "We kindly ask you to tell us, for each of them, whether they exist, and whether they are public, given "
            "on request or not shared. Your answer keeps the country's summary from calling data missing that exist."
        )
    return subject, letter % told


def build(message):
    """Return the `EmailMessage` of a row of the outbox. Raises `Unwanted` where there is no reason to send it."""
    request = message.request
    _refuse_unwanted(message, request)
    with translation.override(request.language):
        context = {
            "request": request,
            "focal_point": message.focal_point,
            "questions": questions(request),
            "link": settings.BASE_URL + reverse("answer", args=[answer_token(request, message.focal_point)]),
            "link_valid_until": timezone.now() + timedelta(seconds=LINK_VALID_SECONDS),
            "sender": request.approved_by,
        }
        body = render_to_string(f"mapping/data_requests/mail/{message.kind}.txt", context)
        subject = f"{request.reference}: {request.subject}"
        if message.kind == Kind.REMINDER:
            subject = _("Reminder: %(subject)s") % {"subject": subject}
    return EmailMessage(
        subject,
        body,
        to=[message.focal_point.email],
        reply_to=[request.approved_by.email] if request.approved_by.is_active else None,
        headers=_headers(message, request),
    )


def _refuse_unwanted(message, request):
    if message.kind == Kind.REQUEST and request.status != Status.QUEUED:
        raise Unwanted("The request no longer waits to be sent.")
    if message.kind == Kind.REMINDER and request.status != Status.SENT:
        raise Unwanted("The request no longer waits for an answer.")
    if message.kind == Kind.REMINDER and request.due_on >= timezone.localdate():
        raise Unwanted("The deadline was extended.")


def _headers(message, request):
    headers = {"Message-ID": _message_id(message)}
    if message.kind == Kind.REMINDER:
        headers["Auto-Submitted"] = "auto-generated"
        first = request.messages.filter(kind=Kind.REQUEST).exclude(message_id="").order_by("-number").first()
        if first:
            headers["In-Reply-To"] = headers["References"] = first.message_id
    return headers


def _message_id(message):
    """Return one id for the row, however often it is tried: a receiver can then tell a second copy."""
    return f"<{message.queued_at:%Y%m%d%H%M%S}.request-mail.{message.pk}@{urlsplit(settings.BASE_URL).hostname}>"
