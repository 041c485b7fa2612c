"""Read who holds which section, for how long, and what is due."""

from dataclasses import dataclass

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery

from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.content.models import ReviewStatus
from mapping.countries.models import Assignment, Role
from mapping.countries.permissions import EDITORS, REVIEWERS
from mapping.duties.models import SectionAssignment
from mapping.framework.models import Section

TO_ENTER = (ReviewStatus.DRAFT, ReviewStatus.RETURNED)


@dataclass
class Held:
    """A section with who holds it, what is left for each of them, and since when it waits for the reviewer."""

    section: Section
    assignment: SectionAssignment
    to_enter: int
    to_review: int
    submitted_since: object


def held(exercise, sections):
    """Return [Held] of all sections, by two queries."""
    known = SectionAssignment.objects.filter(exercise=exercise).select_related("consultant", "reviewer")
    by_key = {assignment.section_key: assignment for assignment in known}
    left = (
        Cell.objects.filter(exercise=exercise)
        .order_by()
        .values("indicator__section__key")
        .annotate(
            to_enter=Count("pk", filter=Q(status__in=TO_ENTER)),
            to_review=Count("pk", filter=Q(status=ReviewStatus.SUBMITTED)),
            since=Min("submitted_at", filter=Q(status=ReviewStatus.SUBMITTED)),
        )
    )
    counted = {row["indicator__section__key"]: (row["to_enter"], row["to_review"], row["since"]) for row in left}
    return [
        Held(
            section,
            by_key.get(section.key) or SectionAssignment(exercise=exercise, section_key=section.key),
            *counted.get(section.key, (0, 0, None)),
        )
        for section in sections
    ]


def assignment_of(exercise, section_key):
    """Return who holds a section, or None."""
    found = SectionAssignment.objects.filter(exercise=exercise, section_key=section_key)
    return found.select_related("consultant", "reviewer").first()


def people_for(exercise):
    """Return (who may enter, who may review) in the exercise, by one query."""
    reaching = Assignment.objects.filter(Q(exercise=exercise) | Q(exercise=None), user__is_active=True)
    enter, review = {}, {}
    for assignment in reaching.select_related("user").order_by("user__name", "user__email"):
        role, user = Role(assignment.role), assignment.user
        if role in EDITORS:
            enter[user.pk] = user
        if role in REVIEWERS:
            review[user.pk] = user
    return enter, review


def due(*, by):
    """Return the assignments due on a day or before with work left, of exercises that are not frozen.

    Each knows the section's title, and whether its consultant or its reviewer has the work.
    """
    cells = Cell.objects.filter(
        exercise=OuterRef("exercise"), indicator__section__key=OuterRef("section_key")
    ).order_by()
    section = Section.objects.filter(methodology=OuterRef("exercise__methodology"), key=OuterRef("section_key"))
    return (
        SectionAssignment.objects.filter(due_on__lte=by, exercise__frozen_at=None)
        .annotate(
            title=Subquery(section.values("title")[:1]),
            to_enter=Exists(cells.filter(status__in=TO_ENTER)),
            to_review=Exists(cells.filter(status=ReviewStatus.SUBMITTED)),
        )
        .select_related("exercise")
    )


def history(exercise):
    """Return the entries that tell who held which section when, newest first."""
    ids = SectionAssignment.objects.filter(exercise=exercise).order_by().values("pk")
    found = Entry.objects.filter(target_type=SectionAssignment._meta.model_name, target_id__in=ids)
    return found.select_related("actor").order_by("-at", "-pk")


def reviewers_of(exercise, section_keys):
    """Return {section key: [who is told that something waits for review]}.

    The section's own reviewer; without one, the exercise's reviewers; without any, the regional ones, and at last its
    coordinators.
    """
    reviews = Assignment.objects.filter(Q(exercise=exercise) | Q(exercise=None), role__in=REVIEWERS)
    held = SectionAssignment.objects.filter(
        exercise=exercise, section_key__in=section_keys, reviewer__is_active=True, reviewer__in=reviews.values("user")
    ).select_related("reviewer")
    found = {assignment.section_key: [assignment.reviewer] for assignment in held}
    missing = [key for key in section_keys if key not in found]
    return found | dict.fromkeys(missing, _all_reviewers(exercise)) if missing else found


def _all_reviewers(exercise):
    reaching = Assignment.objects.filter(
        Q(exercise=exercise) | Q(exercise=None), role__in=REVIEWERS, user__is_active=True
    ).select_related("user")
    kinds = {}
    for assignment in reaching:
        own, reviews = assignment.exercise_id is not None, assignment.role == Role.REVIEWER
        kinds.setdefault((reviews, own), {})[assignment.user_id] = assignment.user
    for kind in ((True, True), (True, False), (False, True), (False, False)):
        if kind in kinds:
            return list(kinds[kind].values())
    return []
