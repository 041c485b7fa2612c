"""Who may take an exercise out as a workbook, and bring one in: predicate and queryset side by side."""

from django.db.models import Q
from django.utils.translation import gettext as _

from mapping.countries.permissions import (
    COORDINATORS,
    EDITORS,
    assignments,
    exercises_with_role,
    has_role,
    has_role_anywhere,
)
from mapping.workbook.models import WorkbookImport


def can_export(user, exercise):
    """Say whether the person may read the exercise, and so take it out. Agrees with `exportable`."""
    return has_role(user, exercise)


def exportable(user):
    """Return the exercises a person may take out. Agrees with `can_export`."""
    return exercises_with_role(user)


def why_not_import(user, exercise):
    """Return why the person may not bring in a workbook now, or "". Single rows may be refused besides.

    A file of several exercises (`exercise` is None) is a coordinator's; each exercise in it is asked about besides.
    """
    if exercise is None:
        return (
            "" if has_role_anywhere(user, COORDINATORS) else _("Only coordinators import files of several exercises.")
        )
    if not has_role(user, exercise, EDITORS):
        return _("Only the consultants and coordinators of %(exercise)s import workbooks.") % {
            "exercise": exercise.code
        }
    if exercise.is_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % {"exercise": exercise.code}
    return ""


def coordinates_several(user):
    """Say whether files of several exercises are daily work of the person: whether more than one is theirs to coordinate.

    Asked by every menu, so without a query of its own.
    """
    held = [exercise for exercise, names in assignments(user).items() if names & COORDINATORS]
    return user.is_active and (None in held or len(held) > 1)


def importable(user):
    """Return the exercises a person may bring a workbook into. Agrees with `why_not_import`."""
    return exercises_with_role(user, EDITORS).filter(frozen_at=None)


def can_view(user, workbook_import):
    """Agrees with `visible`."""
    if workbook_import.exercise_id is None:
        return workbook_import.uploaded_by_id == user.pk or has_role(user, None, COORDINATORS)
    return has_role(user, workbook_import.exercise_id)


def visible(user):
    """Return the imports whose reports and files a person may see. Agrees with `can_view`.

    A file of several exercises may tell of exercises that another coordinator does not see.
    """
    regional = Q(exercise=None) if has_role(user, None, COORDINATORS) else Q(exercise=None, uploaded_by=user)
    return WorkbookImport.objects.filter(regional | Q(exercise__in=exercises_with_role(user)))
