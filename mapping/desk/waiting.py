"""What waits for a person: theirs to correct, to settle, to follow up, to approve, to answer."""

from urllib.parse import urlencode

from django.db.models import Case, Count, Max, Min, Q, TextField, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability import models as availability
from mapping.availability.models import Cell
from mapping.availability.selectors import contradiction
from mapping.content.models import ReviewStatus
from mapping.countries.models import Role
from mapping.countries.permissions import EDITORS, REVIEWERS, exercises_with_role, has_role_anywhere
from mapping.data_requests import permissions as requests
from mapping.data_requests.models import DataRequest
from mapping.desk.waiting_kinds import Kind, Waiting
from mapping.desk.waiting_talk import due_sections, mentions, news_of, to_settle
from mapping.review.permissions import SUBMITTABLE, approvable
from mapping.sources.models import Source

REQUESTS_SHOWN = 50
TO_REVIEW_SHOWN = 31  # one more than home has room for, so that it can say that there are more


def waiting_for(user, mentioned=None):
    """Return what waits for a person, most pressing first, by six queries at most.

    Parameters: `mentioned` are the notifications of their mentions, read here unless given.
    """
    edits, reviews = has_role_anywhere(user, EDITORS), has_role_anywhere(user, REVIEWERS)
    mentioned = news_of(user)[0] if mentioned is None else mentioned
    found = mentions(mentioned)
    if edits or reviews:
        found += [*_cells_waiting(user, edits, reviews), *_sources_waiting(user, edits, reviews), *due_sections(user)]
    if edits:
        found += [*to_settle(user), *_requests(user)]
    pressing = list(Kind)
    return sorted(found, key=lambda waiting: (pressing.index(waiting.kind), _moment(waiting)))


def oldest_first(waiting):
    """Return what waits, what waits longest first."""
    return sorted(waiting, key=_moment)


def _moment(waiting):
    return f"{waiting.since:%Y-%m-%d %H:%M}"


# --- Cells and sources: one's own, and those of others to review -------------


def _mine(user):
    return Q(last_author=user) | Q(submitted_by=user)


def _own(user, model, mine):
    return model.objects.filter(
        mine, status__in=SUBMITTABLE, exercise__in=exercises_with_role(user, EDITORS), exercise__frozen_at=None
    ).order_by()


def _one_query(*groups):
    """Return the rows of queries with the same columns, asked for at once."""
    first, *others = groups
    return list(first.union(*others, all=True) if others else first)


def _grouped(rows, *columns, since, reason):
    return rows.values(*columns, "kind").annotate(count=Count("pk"), since=Min(since), reason=reason)


_UNASKED = Value("", output_field=TextField())  # what is to be reviewed has no reason; reading it would miss the index


def _own_cells(user):
    """Group the cells that were returned to the person, lack a reason or are contradicted, each in one of the three.

    The last two are for the consultant of the exercise, and for whoever wrote the cell last.
    """
    settles = Q(exercise__in=exercises_with_role(user, {Role.CONSULTANT})) | Q(last_author=user)
    reasonless = Q(value=availability.Value.PARTIALLY_AVAILABLE, partial_reason="")
    kind = Case(
        When(_mine(user) & Q(status=ReviewStatus.RETURNED), then=Value(Kind.RETURNED.name)),
        When(settles & reasonless, then=Value(Kind.NO_REASON.name)),
        When(settles & contradiction(), then=Value(Kind.CONTRADICTED.name)),
    )
    cells = _own(user, Cell, settles | _mine(user)).annotate(kind=kind).filter(kind__isnull=False)
    return _grouped(cells, *_SECTION, since="changed_at", reason=Max("return_reason"))


_SECTION = ("exercise__code", "indicator__section__key", "indicator__section__title")


def _cells_waiting(user, edits, reviews):
    groups = [_own_cells(user)] if edits else []
    if reviews:
        cells = approvable(user, Cell.objects.order_by()).annotate(kind=Value(Kind.REVIEW.name))
        groups.append(_grouped(cells, *_SECTION, since="submitted_at", reason=_UNASKED))
    return [_cells_told(group) for group in _shortened(_one_query(*groups))]


def _cells_told(group):
    kind, code, key = Kind[group["kind"]], group["exercise__code"], group["indicator__section__key"]
    query = {
        Kind.RETURNED: {"status": "returned", "by": "me"},
        Kind.NO_REASON: {"open": "reason"},
        Kind.CONTRADICTED: {"open": "contradicted"},
    }
    to_review = kind is Kind.REVIEW
    return Waiting(
        kind=kind,
        title=f"{code}: {group['indicator__section__title']}",
        address=reverse("section_review", args=[code, key])
        if to_review
        else _list("exercise_cells", group, section=key, **query[kind]),
        amount=_cells(group["count"]),
        since=group["since"],
        detail=_quoted(group["reason"]) if kind is Kind.RETURNED else "" if to_review else _to_do(kind),
    )


def _sources_waiting(user, edits, reviews):
    groups = []
    if edits:
        returned = _own(user, Source, _mine(user)).filter(status=ReviewStatus.RETURNED)
        returned = returned.annotate(kind=Value(Kind.RETURNED.name))
        groups.append(_grouped(returned, "exercise__code", since="changed_at", reason=Max("return_reason")))
    if reviews:
        sources = approvable(user, Source.objects.order_by()).annotate(kind=Value(Kind.REVIEW.name))
        groups.append(_grouped(sources, "exercise__code", since="submitted_at", reason=_UNASKED))
    return [_sources_told(group) for group in _shortened(_one_query(*groups))]


def _sources_told(group):
    kind, code = Kind[group["kind"]], group["exercise__code"]
    queue = reverse("admin:mapping_sourceunderreview_changelist")
    return Waiting(
        kind=kind,
        title=f"{code}: {_('Sources')}",
        address=f"{queue}?{urlencode({'exercise': code})}"
        if kind is Kind.REVIEW
        else _list("sources", group, status="returned"),
        amount=_sources(group["count"]),
        since=group["since"],
        detail=_quoted(group["reason"]) if kind is Kind.RETURNED else "",
    )


def _shortened(groups):
    """Leave out what waits for review beyond what has room, the newest of it."""
    to_review = sorted(
        (group for group in groups if group["kind"] == Kind.REVIEW.name), key=lambda group: group["since"]
    )
    return [group for group in groups if group["kind"] != Kind.REVIEW.name] + to_review[:TO_REVIEW_SHOWN]


def _to_do(kind):
    if kind is Kind.NO_REASON:
        return _("Partially available: say why before it is submitted.")
    return _("What its claims say differs. A note that says which holds, and why, is missing.")


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


def _list(name, group, **query):
    return f"{reverse(name, args=[group['exercise__code']])}?{urlencode(query)}"


def _quoted(reason):
    return _("“%(reason)s”") % {"reason": reason}


def _cells(count):
    return ngettext("%(count)d cell", "%(count)d cells", count) % {"count": count}


def _sources(count):
    return ngettext("%(count)d source", "%(count)d sources", count) % {"count": count}
