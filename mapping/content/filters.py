"""What the lists of all reviewed rows are narrowed by: where a row stands, whose it is, when it changed."""

from datetime import timedelta

import django_filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from mapping.content.models import ReviewStatus

ANY = gettext_lazy("any")
DAYS = {"day": 1, "week": 7, "month": 31}


class ReviewedFilter(django_filters.FilterSet):
    """Needs the `request`: some of its filters are about the person who asks."""

    status = django_filters.ChoiceFilter(label=gettext_lazy("Review"), choices=ReviewStatus.choices, empty_label=ANY)
    by = django_filters.ChoiceFilter(
        label=gettext_lazy("Whose"),
        choices=[
            ("me", gettext_lazy("changed or submitted by me")),
            ("others", gettext_lazy("changed last by others")),
        ],
        method="by_person",
        empty_label=ANY,
    )
    changed = django_filters.ChoiceFilter(
        label=gettext_lazy("Changed"),
        choices=[
            ("day", gettext_lazy("in the last day")),
            ("week", gettext_lazy("in the last 7 days")),
            ("month", gettext_lazy("in the last 31 days")),
        ],
        method="by_change",
        empty_label=ANY,
    )

    @property
    def narrowed(self):
        """Return how many filters are set; search and order are none."""
        return sum(bool(self.data.get(name)) for name in self.form.fields if name not in {"q", "sort"})

    def by_person(self, queryset, name, value):
        me = self.request.user.pk
        if value == "me":
            return queryset.filter(Q(last_author=me) | Q(submitted_by=me))
        return queryset.filter(last_author__isnull=False).exclude(last_author=me)

    def by_change(self, queryset, name, value):
        """Narrow to what a person changed since; a row nobody has touched was not changed."""
        since = timezone.now() - timedelta(days=DAYS[value])
        return queryset.filter(changed_at__gte=since, last_author__isnull=False)
