"""Every change of a request by the people of the desk: one function a state change.

Who may do what, and from which status to which, is the table in `permissions.ACTS`. A service that also needs the
rows of the outbox locks those first and the request second, as the worker does (see `sending`).
"""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import work
from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, record, values
from mapping.availability.models import Cell
from mapping.content.services import check_version, validate
from mapping.countries.models import Exercise
from mapping.countries.services import save_focal_point
from mapping.data_requests import permissions
from mapping.data_requests.models import DataRequest, Message, RequestItem

Status = DataRequest.Status
SEND_MESSAGE = "data_requests.send_message"
_WRITTEN_FIELDS = ("focal_point", "language", "subject", "letter", "due_on")


# --- Writing -----------------------------------------------------------------


@transaction.atomic
def write_request(*, actor, exercise, agency, subject, letter, language, due_on, cells):
    """Write the draft of a request to one agency, about the cells with these ids.

    It is addressed to the agency's focal point, if it has one yet. Returns the request. Raises Refused where the
    actor may not, the agency or a cell is of another country, or the request is not well-formed.
    """
    exercise = Exercise.objects.select_for_update().get(pk=exercise.pk)  # two drafts at once get two numbers
    if refusal := permissions.why_not_write(actor, exercise):
        raise Refused(refusal)
    if agency.country_id != exercise.country_id:
        raise Refused(_("%(agency)s is an agency of another country.") % {"agency": agency})
    last = DataRequest.objects.filter(exercise=exercise).aggregate(last=Max("number"))["last"] or 0
    request = DataRequest(
        exercise=exercise,
        agency=agency,
        focal_point=_focal_point_of(agency),
        number=last + 1,
        written_by=actor,
        last_author=actor,
        language=language,
        subject=" ".join(subject.split()),
        letter=letter.strip(),
        due_on=due_on,
    )
    _check(request, cells)
    request.save()
    RequestItem.objects.bulk_create(RequestItem(request=request, cell_id=pk) for pk in sorted(set(cells)))
    _record(actor, request, Verb.CREATED, new={**values(request, _WRITTEN_FIELDS), "cells": sorted(set(cells))})
    return request


@transaction.atomic
def change_request(*, actor, request, version, subject, letter, language, due_on, cells):
    """Change a draft; `version` is the one that was seen. Raises Refused, StaleVersion, Unchanged."""
    request = _lock(request)
    check_version(request, version)
    _refuse(actor, request, "change")
    before = _content(request)
    request.focal_point = _focal_point_of(request.agency)
    request.language, request.due_on = language, due_on
    request.subject, request.letter = " ".join(subject.split()), letter.strip()
    _check(request, cells)
    old, new = difference(before, {**values(request, _WRITTEN_FIELDS), "cells": sorted(set(cells))})
    if not new:
        raise Unchanged(_("Nothing was changed."))
    request.version += 1
    request.last_author, request.changed_at = actor, timezone.now()
    request.save()
    request.items.exclude(cell__in=cells).delete()
    RequestItem.objects.bulk_create(
        RequestItem(request=request, cell_id=pk) for pk in sorted(set(cells) - set(before["cells"]))
    )
    _record(actor, request, Verb.CHANGED, old=old, new=new)
    return request


def _content(request):
    cells = sorted(request.items.order_by().values_list("cell_id", flat=True))
    return {**values(request, _WRITTEN_FIELDS), "cells": cells}


def _check(request, cells):
    validate(request)
    if not cells:
        raise Refused(_("Choose at least one indicator and year to ask about."))
    if Cell.objects.filter(exercise=request.exercise_id, pk__in=cells).count() != len(set(cells)):
        raise Refused(_("Some of these cells are not of %(exercise)s.") % {"exercise": request.exercise.code})
    _refuse_past(request.due_on)


def _refuse_past(day):
    if day <= timezone.localdate():
        raise Refused(_("The agency must have time to answer: choose a day to come."))


def _focal_point_of(agency):
    return agency.focal_points.order_by("pk").first()


# --- From draft to the agency ------------------------------------------------


@transaction.atomic
def approve_request(*, actor, request, version):
    """Approve the draft that was seen and queue its mail. Raises Refused, StaleVersion."""
    request = _lock(request)
    check_version(request, version)
    _refuse(actor, request, "approve")
    _refuse_past(request.due_on)
    request.focal_point = request.focal_point or _focal_point_of(request.agency)
    _refuse_unaddressed(request)
    request.approved_by, request.approved_at = actor, timezone.now()
    _move(actor, request, "approve", Verb.APPROVED, save=["focal_point", "approved_by", "approved_at"])
    _queue(request)
    return request


@transaction.atomic
def recall(*, actor, request):
    """Take an approved request back to draft, unless its mail is on its way already. Raises Refused."""
    messages = list(request.messages.select_for_update().order_by("pk"))
    request = _lock(request)
    _refuse(actor, request, "recall")
    if any(_may_be_out(message) for message in messages):
        raise Refused(
            _("Its mail was handed to the mail server already: it cannot be recalled. Once it is sent, withdraw it.")
        )
    waiting = [message.pk for message in messages if message.state in {Message.State.QUEUED, Message.State.CLAIMED}]
    Message.objects.filter(pk__in=waiting).update(state=Message.State.CANCELLED, finished_at=timezone.now())
    request.approved_by = request.approved_at = None
    return _move(actor, request, "recall", Verb.RECALLED, save=["approved_by", "approved_at"])


def _may_be_out(message):
    """Say whether this mail of the queued request was given to the server, or may have been."""
    underway = message.state == Message.State.CLAIMED and message.handed_over_at is not None
    return underway or message.state == Message.State.UNCERTAIN


@transaction.atomic
def reissue(*, actor, request, name, email):
    """Correct the focal point of a request that was not delivered and send it anew; earlier links stop working."""
    request = _lock(request)
    _refuse(actor, request, "reissue")
    _refuse_past(request.due_on)
    focal_point = request.focal_point
    if (focal_point.name, focal_point.email) != (name, email):
        focal_point.name, focal_point.email = name, email
        save_focal_point(actor=actor, focal_point=focal_point)
    request.link_generation += 1
    _move(actor, request, "reissue", Verb.REISSUED, save=["link_generation"])
    _queue(request)
    return request


def _refuse_unaddressed(request):
    if request.focal_point is None:
        raise Refused(
            _("%(agency)s has no focal point with an e-mail address. Add one, then approve.")
            % {"agency": request.agency}
        )


def _queue(request):
    number = request.messages.filter(kind=Message.Kind.REQUEST).count() + 1
    message = Message.objects.create(
        request=request, kind=Message.Kind.REQUEST, number=number, focal_point=request.focal_point
    )
    work.nudge(SEND_MESSAGE, message.pk)


# --- While it is out, and after ----------------------------------------------


@transaction.atomic
def extend(*, actor, request, due_on):
    """Give the agency more time. Raises Refused, also where the day is not a later one."""
    request = _lock(request)
    _refuse(actor, request, "extend")
    _refuse_past(due_on)
    if due_on <= request.due_on:
        raise Refused(_("Choose a later day than %(day)s.") % {"day": request.due_on})
    old, request.due_on = request.due_on, due_on
    request.save(update_fields=["due_on"])
    _record(actor, request, Verb.EXTENDED, old={"due_on": old}, new={"due_on": due_on})
    return request


@transaction.atomic
def withdraw(*, actor, request, reason=""):
    """Withdraw a request: its link says so, and no reminder goes out. Raises Refused."""
    request = _lock(request)
    _refuse(actor, request, "withdraw")
    return _move(actor, request, "withdraw", Verb.WITHDRAWN, reason=reason.strip())


@transaction.atomic
def close(*, actor, request):
    """Close an answered request: its link no longer takes answers. Raises Refused."""
    request = _lock(request)
    _refuse(actor, request, "close")
    return _move(actor, request, "close", Verb.CLOSED)


# --- What they have in common ------------------------------------------------


def _lock(request):
    locked = DataRequest.objects.select_for_update(of=("self",)).select_related(
        "exercise", "agency", "focal_point", "last_author"
    )
    return locked.get(pk=request.pk)


def _refuse(actor, request, act):
    if refusal := permissions.why_not(actor, request, act):
        raise Refused(refusal)


def _move(actor, request, act, verb, *, save=(), reason=""):
    """Bring a request where the act leads, with the history's entry."""
    old, request.status = request.status, permissions.ACTS[act].to
    request.save(update_fields=["status", *save])
    _record(actor, request, verb, old={"status": old}, new={"status": request.status}, reason=reason)
    return request


def _record(actor, request, verb, *, old=None, new=None, reason=""):
    record(
        entry(
            actor=actor,
            verb=verb,
            target=request,
            exercise_code=request.exercise.code,
            old=old,
            new=new,
            reason=reason,
        )
    )
