"""Who may do what to a request, as data: roles and statuses of each act, with the sentence that tells each refusal.

`why_not` and `allowed` read the same table, one for a request, the other for a queryset; a test holds them together.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mapping.countries.permissions import COORDINATORS, EDITORS, exercises_with_role, has_role
from mapping.data_requests.models import DataRequest

Status = DataRequest.Status


@dataclass(frozen=True)
class Act:
    """One thing a person may do to a request: who, from which statuses, to which (None where it stays)."""

    roles: frozenset
    statuses: frozenset
    to: Status | None
    who: str
    when: str
    in_frozen: bool = True


ACTS = {
    "change": Act(
        EDITORS,
        frozenset({Status.DRAFT}),
        None,
        lazy("Only the consultants and coordinators of %(exercise)s write its requests."),
        lazy("It is %(status)s: only a draft is changed. Recall it first, while it can be."),
        in_frozen=False,
    ),
    "approve": Act(
        COORDINATORS,
        frozenset({Status.DRAFT}),
        Status.QUEUED,
        lazy("Only a coordinator of %(exercise)s approves its requests."),
        lazy("It is %(status)s: only a draft is approved."),
        in_frozen=False,
    ),
    "recall": Act(
        COORDINATORS,
        frozenset({Status.QUEUED}),
        Status.DRAFT,
        lazy("Only a coordinator of %(exercise)s recalls its requests."),
        lazy("It is %(status)s: only a request that was not sent yet is recalled."),
    ),
    "extend": Act(
        COORDINATORS,
        frozenset({Status.SENT, Status.BOUNCED}),
        None,
        lazy("Only a coordinator of %(exercise)s extends the deadline of its requests."),
        lazy("It is %(status)s: only a request that waits for its answer is extended."),
    ),
    "reissue": Act(
        COORDINATORS,
        frozenset({Status.BOUNCED}),
        Status.QUEUED,
        lazy("Only a coordinator of %(exercise)s sends its requests anew."),
        lazy("It is %(status)s: only a request that could not be delivered is sent anew."),
        in_frozen=False,
    ),
    "register_answer": Act(
        EDITORS,
        frozenset({Status.SENT, Status.BOUNCED, Status.ANSWERED}),
        Status.ANSWERED,
        lazy("Only the consultants and coordinators of %(exercise)s register an answer."),
        lazy("It is %(status)s: an answer is registered once it was sent, and until it is closed."),
    ),
    "withdraw": Act(
        COORDINATORS,
        frozenset({Status.DRAFT, Status.SENT, Status.BOUNCED}),
        Status.WITHDRAWN,
        lazy("Only a coordinator of %(exercise)s withdraws its requests."),
        lazy("It is %(status)s: only a draft or a request without an answer is withdrawn; recall it if it waits."),
    ),
    "close": Act(
        COORDINATORS,
        frozenset({Status.ANSWERED}),
        Status.CLOSED,
        lazy("Only a coordinator of %(exercise)s closes its requests."),
        lazy("It is %(status)s: only an answered request is closed."),
    ),
    "settle_mail": Act(
        COORDINATORS,
        frozenset({Status.QUEUED, Status.SENT, Status.ANSWERED}),
        None,
        lazy("Only a coordinator of %(exercise)s says what became of a mail."),
        lazy("It is %(status)s: what became of its mail no longer matters."),
    ),
}
# Where the agency may answer: also while our own records do not know yet whether the mail arrived.
ANSWERABLE = frozenset({Status.QUEUED, Status.SENT, Status.BOUNCED, Status.ANSWERED})
_SAME_HANDS = lazy("You wrote it or changed it last. Another coordinator approves it, or a regional one.")


def why_not(user, request, act):
    """Return why the person may not do this to the request now, or an empty string."""
    rule = ACTS[act]
    told = {"exercise": request.exercise.code, "status": request.get_status_display()}
    if not has_role(user, request.exercise_id, rule.roles):
        return str(rule.who) % told
    if request.status not in rule.statuses:
        return str(rule.when) % told
    if request.exercise.is_frozen and not rule.in_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % told
    if act == "approve" and user.pk in {request.written_by_id, request.last_author_id}:
        return str(_SAME_HANDS)
    return ""


def allowed(user, act):
    """Return the requests to which the person may do this now. Agrees with `why_not`."""
    rule = ACTS[act]
    found = DataRequest.objects.filter(exercise__in=exercises_with_role(user, rule.roles), status__in=rule.statuses)
    if not rule.in_frozen:
        found = found.filter(exercise__frozen_at=None)
    if act == "approve":
        found = found.exclude(Q(written_by=user.pk) | Q(last_author=user.pk))
    return found


def why_not_write(user, exercise):
    """Return why the person may not write a new request in the exercise, or an empty string."""
    told = {"exercise": exercise.code}
    if not has_role(user, exercise, EDITORS):
        return str(ACTS["change"].who) % told
    if exercise.is_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % told
    return ""


def visible(user):
    """Return the requests the person may read: those of their exercises. Agrees with `can_view`."""
    return DataRequest.objects.filter(exercise__in=exercises_with_role(user))


def can_view(user, request):
    """Agrees with `visible`."""
    return has_role(user, request.exercise_id)
