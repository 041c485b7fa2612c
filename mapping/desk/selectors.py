"""Read what the desk's pages show: an exercise, its people, its progress."""

from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.shortcuts import get_object_or_404

from mapping.audit.models import Entry, Verb
from mapping.availability.models import Cell, Value
from mapping.comments.models import Comment
from mapping.content.models import ReviewStatus
from mapping.countries.models import Assignment
from mapping.countries.permissions import exercises_with_role
from mapping.framework.models import Section

# What the rules ask of a claim.
_CLAIM_FIELDS = ("value", "access", "scope", "subgroup", "collector", "publisher")


def exercise_or_404(user, code):
    """Return the exercise if it is the person's to see; to others it does not exist."""
    exercises = exercises_with_role(user).select_related("country", "methodology")
    return get_object_or_404(exercises, code=code)


def section_or_404(user, code, key):
    """Return (exercise, section) by one query; of the section, only its id and key are read."""
    named = exercises_with_role(user).filter(methodology__sections__key=key)
    exercise = get_object_or_404(named.annotate(section_id=F("methodology__sections")), code=code)
    return exercise, Section(pk=exercise.section_id, key=key, methodology_id=exercise.methodology_id)


def sections_of(exercise):
    """Return the sections of the exercise's methodology, in order."""
    return list(exercise.methodology.sections.order_by("order"))


@dataclass
class Progress:
    """How far cells are, of all that apply. Counts are cumulative: submitted includes approved."""

    total: int = 0
    assessed: int = 0
    submitted: int = 0
    approved: int = 0

    def __add__(self, other):
        return Progress(
            self.total + other.total,
            self.assessed + other.assessed,
            self.submitted + other.submitted,
            self.approved + other.approved,
        )

    @property
    def tenths(self):
        """Return how many tenths are assessed, rounded down: ten only where nothing is left."""
        return self.assessed * 10 // self.total if self.total else 0

    @property
    def only_submitted(self):
        return self.submitted - self.approved

    @property
    def only_assessed(self):
        return self.assessed - self.submitted


def progress(exercises):
    """Return {(exercise id, section id): Progress} by one query, which an index of the cells answers."""
    counted = (
        Cell.objects.filter(exercise__in=exercises)
        .exclude(value=Value.NOT_APPLICABLE)
        .order_by()
        .values_list("exercise", "indicator__section", "status", "value")
        .annotate(count=Count("*"))
    )
    found = {}
    for exercise, section, status, value, count in counted:
        row = found.setdefault((exercise, section), Progress())
        row.total += count
        row.assessed += count if value else 0
        row.submitted += count if status in (ReviewStatus.SUBMITTED, ReviewStatus.APPROVED) else 0
        row.approved += count if status == ReviewStatus.APPROVED else 0
    return found


def section_progress(exercise, sections):
    """Return ([(section, Progress)], their sum)."""
    counted = progress([exercise])
    rows = [(section, counted.get((exercise.pk, section.pk), Progress())) for section in sections]
    return rows, sum((row for _section, row in rows), Progress())


def cells_of(exercise, section):
    """Return all cells of a section with their indicator, in their order, by one query."""
    cells = Cell.objects.filter(exercise=exercise, indicator__section=section).select_related("indicator")
    return list(cells.defer("approved_content").order_by("indicator__order", "year"))


def entries_of_cells(exercise, section, since):
    """Return [(cell id, actor's id, actor's name, when)] of what the history tells since a moment, oldest first."""
    cells = Cell.objects.filter(exercise=exercise, indicator__section=section).order_by()
    entries = Entry.objects.filter(exercise_code=exercise.code, at__gte=since, target_type=Cell._meta.model_name)
    return (
        entries.filter(target_id__in=cells.values("pk"))
        .order_by("at", "pk")
        .values_list("target_id", "actor", "actor__name", "at")
    )


def entries_of_comments(exercise, section, since):
    """Return the same of what was said of the section's cells, or settled."""
    about = Comment.objects.filter(pk=OuterRef("target_id"), cell__indicator__section=section).values("cell")
    entries = Entry.objects.filter(exercise_code=exercise.code, at__gte=since, target_type=Comment._meta.model_name)
    entries = entries.annotate(cell=Subquery(about)).exclude(cell=None)
    return entries.order_by("at", "pk").values_list("cell", "actor", "actor__name", "at")


def exercise_counts(exercise):
    """Return how many sources and agencies an exercise has, by what its page calls them."""
    return {"sources": exercise.sources.count(), "agencies": exercise.country.agencies.count()}


def freezing_of(exercise):
    """Return the entry of the history that tells who froze the exercise, and why."""
    told = Entry.objects.filter(exercise_code=exercise.code, verb=Verb.FROZEN).select_related("actor")
    return told.first() or Entry(verb=Verb.FROZEN)


def people_of(exercise):
    """Return the assignments that reach an exercise, regional ones included."""
    assignments = Assignment.objects.filter(Q(exercise=exercise) | Q(exercise=None), user__is_active=True)
    return assignments.select_related("user").order_by("role", "user__name")
