"""What waits for a person because somebody said so: mentions, comments to settle first, sections that are due."""

from datetime import timedelta

from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.comments.selectors import open_threads
from mapping.countries.models import Role
from mapping.countries.permissions import exercises_with_role, has_role
from mapping.desk.waiting_kinds import Kind, Waiting
from mapping.duties.selectors import due
from mapping.framework.models import Section
from mapping.notifications import models as notifications
from mapping.notifications.selectors import waiting as told_of

SHOWN = 50  # of each
DUE_WITHIN = timedelta(days=7)


def news_of(user):
    """Return (a person's mentions that are not read, how many notifications are new to them) by one query."""
    new = Q(read_at=None) | Q(kind=notifications.Kind.MENTION)
    found = list(told_of(user).filter(new)[: notifications.MOST_COUNTED + 1])
    mentions = [row for row in found if row.kind == notifications.Kind.MENTION]
    return mentions[:SHOWN], sum(1 for row in found if row.read_at is None)


def mentions(rows):
    """Tell of notifications that are mentions."""
    return [
        Waiting(
            kind=Kind.MENTION,
            title=row.title,
            address=row.address,
            amount=_("by %(person)s") % {"person": row.actor},
            since=row.at,
            detail=_("“%(text)s”") % {"text": row.text},
        )
        for row in rows
    ]


def to_settle(user):
    """Tell a consultant of the comments that must be settled before the rows can be submitted, by one query."""
    section = Section.objects.filter(methodology=OuterRef("exercise__methodology"), key=OuterRef("section_key"))
    found = open_threads(blocks=True, exercise__frozen_at=None).annotate(title=Subquery(section.values("title")[:1]))
    if not has_role(user, None, {Role.CONSULTANT}):
        found = found.filter(exercise__in=exercises_with_role(user, {Role.CONSULTANT}))
    return [
        Waiting(
            kind=Kind.SETTLE,
            title=f"{comment.exercise.code}: {comment.cell or comment.source or comment.title or comment.section_key}",
            address=f"{_address(comment)}#comment-{comment.pk}",
            amount=_("by %(person)s") % {"person": comment.author},
            since=comment.created_at,
            detail=_("“%(text)s”") % {"text": comment},
        )
        for comment in found.select_related("exercise", "cell__indicator", "source", "author").order_by("created_at")[
            :SHOWN
        ]
    ]


def _address(comment):
    code = comment.exercise.code
    if comment.section_key:
        return reverse("exercise_section", args=[code, comment.section_key])
    return reverse("comments_of_row", args=[code, comment.about.value, comment.row.pk])


def due_sections(user):
    """Tell of the person's sections that are late or due within days, with work of theirs left; by one query."""
    today = timezone.localdate()
    theirs = Q(consultant=user, to_enter=True) | Q(reviewer=user, to_review=True)
    rows = due(by=today + DUE_WITHIN).filter(theirs, exercise__in=exercises_with_role(user))
    return [
        Waiting(
            kind=Kind.LATE if row.due_on < today else Kind.DUE,
            title=f"{row.exercise.code}: {row.title or row.section_key}",
            address=reverse(
                "exercise_section" if row.consultant_id == user.pk else "section_review",
                args=[row.exercise.code, row.section_key],
            ),
            amount=_days(row.due_on, today),
            since=row.due_on,
            detail=_("Due on %(day)s, and not all of it is submitted.") % {"day": date_format(row.due_on)}
            if row.consultant_id == user.pk
            else _("Due on %(day)s, and cells of it wait for your review.") % {"day": date_format(row.due_on)},
        )
        for row in rows.order_by("due_on", "pk")[:SHOWN]
    ]


def _days(day, today):
    count = (day - today).days
    if count < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -count) % {"count": -count}
    return ngettext("in %(count)d day", "in %(count)d days", count) % {"count": count}
