"""What waits for a person: theirs to correct, to settle, to follow up, to approve."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from urllib.parse import urlencode

from django.db.models import Case, Count, Max, Min, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mapping.availability import models as availability
from mapping.availability.models import Cell
from mapping.availability.selectors import contradiction
from mapping.content.models import ReviewStatus
from mapping.countries.models import Role
from mapping.countries.permissions import EDITORS, REVIEWERS, exercises_with_role, has_role_anywhere
from mapping.data_requests import permissions as requests
from mapping.data_requests.models import DataRequest
from mapping.review.permissions import SUBMITTABLE, approvable
from mapping.sources.models import Source

REQUESTS_SHOWN = 50
TO_REVIEW_SHOWN = 31  # one more than home has room for, so that it can say that there are more


class Kind(Enum):
    """Why something waits, most pressing first: its word, its symbol, whether the person must act."""

    RETURNED = (gettext_lazy("Returned"), "r-returned", True)
    LATE = (gettext_lazy("Late"), "i-clock", True)
    CONTRADICTED = (gettext_lazy("Contradicted"), "i-contradicted", False)
    NO_REASON = (gettext_lazy("Reason missing"), "v-partially_available", False)
    ANSWER = (gettext_lazy("Answer"), "a-on_request", False)
    REQUEST = (gettext_lazy("Request to approve"), "a-on_request", False)
    REVIEW = (gettext_lazy("To review"), "r-submitted", False)

    def __init__(self, word, symbol, pressing):
        self.word, self.symbol, self.pressing = word, symbol, pressing


@dataclass
class Waiting:
    """One line: rows of one kind in one section or exercise, or one request, since when, and where to see to it."""

    kind: Kind
    title: str
    address: str
    amount: str
    since: datetime | date
    detail: str = ""


def waiting_for(user):
    """Return what waits for a person, most pressing first, by five queries at most."""
    found = []
    if has_role_anywhere(user, EDITORS):
        found += [*_own_cells(user), *_own_sources(user)]
    if has_role_anywhere(user, REVIEWERS):
        found += [*_cells_to_review(user), *_sources_to_review(user)]
    if has_role_anywhere(user, EDITORS):
        found += _requests(user)
    pressing = list(Kind)
    return sorted(found, key=lambda waiting: (pressing.index(waiting.kind), f"{waiting.since:%Y-%m-%d %H:%M}"))


# --- Rows of one's own -------------------------------------------------------


def _mine(user):
    return Q(last_author=user) | Q(submitted_by=user)


def _own(user, model, mine):
    return model.objects.filter(
        mine, status__in=SUBMITTABLE, exercise__in=exercises_with_role(user, EDITORS), exercise__frozen_at=None
    ).order_by()


def _own_cells(user):
    """Tell of cells that were returned to the person, lack a reason or are contradicted, each in one of the three.

    The last two are for the consultant of the exercise, and for whoever wrote the cell last.
    """
    to_settle = Q(exercise__in=exercises_with_role(user, {Role.CONSULTANT})) | Q(last_author=user)
    reasonless = Q(value=availability.Value.PARTIALLY_AVAILABLE, partial_reason="")
    kind = Case(
        When(_mine(user) & Q(status=ReviewStatus.RETURNED), then=Value(Kind.RETURNED.name)),
        When(to_settle & reasonless, then=Value(Kind.NO_REASON.name)),
        When(to_settle & contradiction(), then=Value(Kind.CONTRADICTED.name)),
    )
    cells = _own(user, Cell, to_settle | _mine(user)).annotate(kind=kind).filter(kind__isnull=False)
    query = {
        Kind.RETURNED: {"status": "returned", "by": "me"},
        Kind.NO_REASON: {"open": "reason"},
        Kind.CONTRADICTED: {"open": "contradicted"},
    }
    return [
        Waiting(
            kind=Kind[group["kind"]],
            title=f"{group['exercise__code']}: {group['indicator__section__title']}",
            address=_list("exercise_cells", group, section=group["indicator__section__key"], **query[Kind[group["kind"]]]),
            amount=_cells(group["count"]),
            since=group["since"],
            detail=_quoted(group["reason"]) if group["kind"] == Kind.RETURNED.name else _to_do(Kind[group["kind"]]),
        )
        for group in _by_section(cells, "kind", since=Min("changed_at"), reason=Max("return_reason"))
    ]  # fmt: skip


def _own_sources(user):
    returned = _own(user, Source, _mine(user)).filter(status=ReviewStatus.RETURNED)
    groups = returned.values("exercise__code").annotate(
        count=Count("pk"), since=Min("changed_at"), reason=Max("return_reason")
    )
    return [
        Waiting(
            kind=Kind.RETURNED,
            title=f"{group['exercise__code']}: {_('Sources')}",
            address=_list("sources", group, status="returned"),
            amount=_sources(group["count"]),
            since=group["since"],
            detail=_quoted(group["reason"]),
        )
        for group in groups
    ]


def _to_do(kind):
    if kind is Kind.NO_REASON:
        return _("Partially available: say why before it is submitted.")
    return _("What its claims say differs. A note that says which holds, and why, is missing.")


# --- Rows of others ----------------------------------------------------------


def _cells_to_review(user):
    return [
        Waiting(
            kind=Kind.REVIEW,
            title=f"{group['exercise__code']}: {group['indicator__section__title']}",
            address=reverse("exercise_section", args=[group["exercise__code"], group["indicator__section__key"]]),
            amount=_cells(group["count"]),
            since=group["since"],
        )
        for group in _oldest(_by_section(approvable(user, Cell.objects.order_by()), since=Min("submitted_at")))
    ]


def _sources_to_review(user):
    sources = approvable(user, Source.objects.order_by()).values("exercise__code")
    queue = reverse("admin:mapping_sourceunderreview_changelist")
    return [
        Waiting(
            kind=Kind.REVIEW,
            title=f"{group['exercise__code']}: {_('Sources')}",
            address=f"{queue}?{urlencode({'exercise': group['exercise__code']})}",
            amount=_sources(group["count"]),
            since=group["since"],
        )
        for group in _oldest(sources.annotate(count=Count("pk"), since=Min("submitted_at")))
    ]


def _oldest(groups):
    return groups.order_by("since")[:TO_REVIEW_SHOWN]


# --- Requests ----------------------------------------------------------------


def _requests(user):
    """Tell of requests to approve, answered ones to settle, and those past their day without an answer."""
    today = timezone.localdate()
    late = Q(status=DataRequest.Status.SENT, due_on__lt=today)
    followed = DataRequest.objects.filter(
        Q(status=DataRequest.Status.ANSWERED) | late, exercise__in=exercises_with_role(user, EDITORS)
    )
    found = (requests.allowed(user, "approve") | followed).annotate(items_count=Count("items"))
    kinds = {
        DataRequest.Status.DRAFT: (Kind.REQUEST, "changed_at", _("Not sent before somebody else approves it.")),
        DataRequest.Status.ANSWERED: (Kind.ANSWER, "answered_at", _("Look at what it proposes for each cell.")),
        DataRequest.Status.SENT: (Kind.LATE, "due_on", _("No answer has come. Extend it, or ask in another way.")),
    }
    return [
        Waiting(
            kind=kind,
            title=f"{request.reference}, {request.agency}: {request.subject}",
            address=request.get_absolute_url(),
            amount=_cells(request.items_count),
            since=getattr(request, moment),
            detail=detail,
        )
        for request in found.select_related("exercise", "agency").order_by("due_on", "pk")[:REQUESTS_SHOWN]
        for kind, moment, detail in [kinds[request.status]]
    ]


# --- In words ----------------------------------------------------------------


def _by_section(cells, *also, **figures):
    section = ("indicator__section__key", "indicator__section__title")
    return cells.values("exercise__code", *section, *also).annotate(count=Count("pk"), **figures)


def _list(name, group, **query):
    return f"{reverse(name, args=[group['exercise__code']])}?{urlencode(query)}"


def _quoted(reason):
    return _("“%(reason)s”") % {"reason": reason}


def _cells(count):
    return ngettext("%(count)d cell", "%(count)d cells", count) % {"count": count}


def _sources(count):
    return ngettext("%(count)d source", "%(count)d sources", count) % {"count": count}
