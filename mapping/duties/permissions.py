"""Who sees and sets who holds a section: each rule as a sentence against it and, beside it, as a queryset."""

from django.utils.translation import gettext as _

from mapping.countries.permissions import COORDINATORS, exercises_with_role, has_role
from mapping.duties.models import SectionAssignment


def visible(user):
    """Return the assignments of sections the person sees: those of their exercises. Agrees with `can_view`."""
    if has_role(user, None):
        return SectionAssignment.objects.all()  # a condition that always holds would only mislead the database
    return SectionAssignment.objects.filter(exercise__in=exercises_with_role(user))


def can_view(user, assignment):
    """Agrees with `visible`."""
    return has_role(user, assignment.exercise_id)


def why_not_assign(user, exercise):
    """Return why the person may not assign its sections now, or an empty string. Agrees with `assignable`."""
    if not has_role(user, exercise, COORDINATORS):
        return _("Only a coordinator of %(exercise)s assigns its sections.") % {"exercise": exercise.code}
    if exercise.is_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % {"exercise": exercise.code}
    return ""


def assignable(user):
    """Return the exercises whose sections the person may assign now. Agrees with `why_not_assign`."""
    return exercises_with_role(user, COORDINATORS).filter(frozen_at=None)
