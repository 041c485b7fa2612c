"""Who may compile and read summaries: current content as a draft by who works on it, approved content by coordinators."""

from django.utils.translation import gettext as _

from mapping.countries.permissions import COORDINATORS, EDITORS, REVIEWERS, exercises_with_role, has_role
from mapping.summaries.models import Basis, Summary

COMPILERS = {Basis.CURRENT: EDITORS | REVIEWERS, Basis.APPROVED: COORDINATORS}


def why_not_compile(user, exercise, basis):
    """Return why the person may not compile a summary on this basis, or an empty string."""
    if has_role(user, exercise, COMPILERS[Basis(basis)]):
        return ""
    if basis == Basis.APPROVED:
        return _("Only the coordinators of %(exercise)s compile a summary of approved content.") % {
            "exercise": exercise.code
        }
    return _("Only the consultants, reviewers and coordinators of %(exercise)s compile a draft summary.") % {
        "exercise": exercise.code
    }


def compilable_exercises(user, basis):
    """Return the exercises of which the person may compile a summary. Agrees with `why_not_compile`."""
    return exercises_with_role(user, COMPILERS[Basis(basis)])


def visible_summaries(user):
    """Return the summaries the person may read: those of their exercises. Agrees with `can_view_summary`."""
    return Summary.objects.filter(exercise__in=exercises_with_role(user))


def can_view_summary(user, summary):
    """Agrees with `visible_summaries`."""
    return has_role(user, summary.exercise_id)
