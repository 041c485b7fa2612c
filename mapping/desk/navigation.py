"""The way through the desk: within an exercise its rooms and sections, elsewhere one's exercises."""

from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Cell, Value
from mapping.countries.models import Exercise
from mapping.countries.permissions import exercises_with_role, has_role
from mapping.data_requests.models import DataRequest
from mapping.notifications.selectors import new_to, unread
from mapping.sources.models import Source
from mapping.workbook.permissions import coordinates_several

EXERCISES_SHOWN = 12
OPEN_REQUESTS = [
    status for status in DataRequest.Status if status not in {DataRequest.Status.CLOSED, DataRequest.Status.WITHDRAWN}
]


@dataclass
class Link:
    """One line of the menu. `note` is what stands beside it, such as a count."""

    title: str
    address: str
    note: str = ""
    current: bool = False


@dataclass
class Navigation:
    """The menu of one page. What asks the database does so when it is shown, and once."""

    user: object
    path: str
    exercise: Exercise | None = None
    known_sections: list | None = field(default=None)
    known_exercises: list | None = field(default=None)
    known_unread: int | None = None

    @cached_property
    def rooms(self):
        """Return the links to the rooms of the exercise; where the page has no sidebar, without counts."""
        requests, sources, _unread = self._counts
        told = ngettext("%(count)s open", "%(count)s open", requests or 0) % {"count": requests}
        return [
            self._link(_("Requests"), "data_requests", note=told if requests else ""),
            self._link(_("Sources"), "sources", note=str(sources or "")),
            self._link(_("Cells"), "exercise_cells"),
            self._link(_("Workbook"), "mapping_workbook"),
            self._link(_("Summary"), "exercise_summaries"),
        ]

    @cached_property
    def sections(self):
        """Return the links to the sections of the exercise, with how many cells of each are assessed."""
        if self.known_sections is not None:
            counted = [(section.key, section.title, "") for section in self.known_sections]
        else:
            applicable = ~Q(value=Value.NOT_APPLICABLE)
            rows = (
                Cell.objects.filter(exercise=self.exercise)
                .order_by("indicator__section__order")
                .values(key=F("indicator__section__key"), name=F("indicator__section__title"))
                .annotate(total=Count("pk", filter=applicable), assessed=Count("pk", filter=applicable & ~Q(value="")))
            )
            counted = [(row["key"], row["name"], f"{row['assessed']}/{row['total']}") for row in rows]
        return [self._link(title, "exercise_section", key=key, note=note) for key, title, note in counted]

    @property
    def several(self):
        """Return the link to the files of several exercises, for whom they are."""
        address = reverse("mapping_regional")
        told = Link(_("Files of several exercises"), address, current=self.path.startswith(address))
        return told if coordinates_several(self.user) else None

    @cached_property
    def exercises(self):
        """Return the links to one's exercises: the first of many."""
        found = self.known_exercises
        if found is None:
            found = exercises_with_role(self.user).select_related("country").order_by("code")[:EXERCISES_SHOWN]
        return [
            Link(exercise.code, reverse("exercise", args=[exercise.code]), note=str(exercise.country))
            for exercise in found[:EXERCISES_SHOWN]
        ]

    @cached_property
    def unread(self):
        """Return how many notifications are new to the person."""
        if self.known_unread is not None:
            return self.known_unread
        return self._counts[-1] if self.exercise and self.known_sections is None else unread(self.user)

    @cached_property
    def _counts(self):
        """Return how many requests are open, how many sources there are, and what is unread: in one query."""
        if self.known_sections is not None:
            return None, None, None
        told = new_to(self.user).values("person").annotate(count=Count("pk")).values("count")
        counted = Exercise.objects.filter(pk=self.exercise.pk).values_list(
            _count(DataRequest.objects.filter(status__in=OPEN_REQUESTS)),
            _count(Source.objects.all()),
            Coalesce(Subquery(told), 0),
        )
        return counted.get()

    def _link(self, title, name, *, note="", **kwargs):
        address = reverse(name, kwargs={"code": self.exercise.code, **kwargs})
        return Link(title, address, note, current=self.path.startswith(address))


def navigation_of(request, context):
    """Return the Navigation of the page that is drawn from this context.

    The page is one of an exercise if it names one that the person has a role in, or shows a row of one in its form.
    """
    exercise = context.get("exercise")
    if not isinstance(exercise, Exercise):
        row = context.get("original") or context.get("row")
        exercise = row if isinstance(row, Exercise) else getattr(row, "exercise", None)
    if not isinstance(exercise, Exercise) or not has_role(request.user, exercise):
        exercise = None
    home = context.get("home")
    return Navigation(
        request.user,
        request.path,
        exercise,
        known_sections=context.get("sections") if context.get("section") else None,
        known_exercises=home.first_exercises if home else None,
        known_unread=home.unread if home else getattr(request, "unread_notifications", None),
    )


def _count(queryset):
    rows = queryset.filter(exercise=OuterRef("pk")).order_by().values("exercise").annotate(count=Count("pk"))
    return Coalesce(Subquery(rows.values("count")), 0)
