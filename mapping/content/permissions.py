"""Who may see and edit a reviewed row: the same for cells, sources and whatever joins them.

Each rule is written twice, side by side: `why_not_…` returns the sentence a refused person reads ("" where nothing
speaks against it), and the queryset returns the rows for which there is no such sentence. A test holds them together.
"""

from django.utils.translation import gettext as _

from mapping.content.models import ReviewStatus
from mapping.countries.permissions import EDITORS, exercises_with_role, has_role


def visible(user, queryset):
    """Narrow a queryset of rows with an exercise to those the person may see."""
    if has_role(user, None):
        return queryset  # a role in every exercise: a condition that always holds would only mislead the database
    return queryset.filter(exercise__in=exercises_with_role(user))


def can_view(user, row):
    """Agrees with `visible`."""
    return has_role(user, row.exercise_id)


def why_not_edit(user, row):
    """Return why the person may not edit the row now, or an empty string."""
    if not has_role(user, row.exercise_id, EDITORS):
        return _("Only the consultants and coordinators of %(exercise)s change it.") % {"exercise": row.exercise.code}
    if row.exercise.is_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % {"exercise": row.exercise.code}
    if row.status == ReviewStatus.SUBMITTED:
        return _("It is submitted for review. Withdraw it first, then change it.")
    return ""


def editable(user, queryset):
    """Agrees with `why_not_edit`."""
    return queryset.filter(exercise__in=exercises_with_role(user, EDITORS), exercise__frozen_at=None).exclude(
        status=ReviewStatus.SUBMITTED
    )
