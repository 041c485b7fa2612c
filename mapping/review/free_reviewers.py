"""Whether somebody is left who may approve: four eyes are wanted when people are assigned, not found missing at the end."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.content.models import ReviewStatus
from mapping.countries.models import Assignment
from mapping.countries.permissions import EDITORS, REVIEWERS
from mapping.review.permissions import CONTRIBUTIONS, contributors_of


def nobody_free(exercise, assignments=None):
    """Return sentences: what of an exercise nobody assigned to it is free to approve, now or once it is entered.

    Parameters: `assignments` are those that reach the exercise, if they are read already.
    """
    assigned = _assignments(exercise) if assignments is None else assignments
    people = {(assignment.user, assignment.role) for assignment in assigned}
    approvers = {user for user, role in people if role in REVIEWERS}
    if not approvers:
        return [_("Nobody reviews this exercise: assign a reviewer.")]
    sentences = [
        _("%(person)s enters and is the only one who reviews: what they enter, nobody is free to approve.")
        % {"person": user}
        for user in sorted({user for user, role in people if role in EDITORS}, key=str)
        if approvers == {user}
    ]
    return sentences or _sections_without(exercise, approvers)


def _assignments(exercise):
    """Return what is assigned in this exercise and in all."""
    assigned = Assignment.objects.filter(Q(exercise=exercise) | Q(exercise=None), user__is_active=True)
    return assigned.select_related("user")


def _sections_without(exercise, approvers):
    """Return a sentence for each section in which every approver worked on a cell since it was last decided on."""
    ids = {user.pk for user in approvers}
    if len(_contributed(exercise, ids)) < len(ids):
        return []  # somebody never entered anything here
    worked_on = Entry.objects.filter(
        target_type=Cell._meta.model_name, target_id=OuterRef("pk"), actor__in=ids, verb__in=CONTRIBUTIONS
    )
    open_cells = (
        Cell.objects.filter(Exists(worked_on), exercise=exercise)
        .exclude(status=ReviewStatus.APPROVED)
        .order_by("indicator__section__order")
    )
    titles = dict(open_cells.values_list("pk", "indicator__section__title"))
    counts = {}
    contributors = contributors_of(Cell, titles)
    for pk, title in titles.items():
        if ids <= contributors.get(pk, set()):
            counts[title] = counts.get(title, 0) + 1
    return [_told(title, count) for title, count in counts.items()]


def _contributed(exercise, ids):
    entries = Entry.objects.filter(
        exercise_code=exercise.code, target_type=Cell._meta.model_name, actor__in=ids, verb__in=CONTRIBUTIONS
    )
    return set(entries.order_by().values_list("actor", flat=True).distinct())


def _told(title, count):
    return ngettext(
        "%(section)s: nobody is free to approve %(count)d cell. Everybody who reviews worked on it.",
        "%(section)s: nobody is free to approve %(count)d cells. Everybody who reviews worked on them.",
        count,
    ) % {"section": title, "count": count}
