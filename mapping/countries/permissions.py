"""Who may do what in which exercise: each rule as a predicate and, beside it, as a queryset."""

from django.db.models import Q

from mapping.countries.models import Agency, Assignment, Country, Exercise, FocalPoint, Role

EVERY_ROLE = frozenset(Role)
EDITORS = frozenset({Role.CONSULTANT, Role.COORDINATOR})
REVIEWERS = frozenset({Role.REVIEWER, Role.COORDINATOR})
COORDINATORS = frozenset({Role.COORDINATOR})


def assignments(user):
    """Return {exercise id, or None for all: {roles}} of a person, read once for the life of the `user` object."""
    if not hasattr(user, "roles_by_exercise"):
        roles = {None: {Role.COORDINATOR}} if user.is_superuser else {}
        for exercise_id, role in Assignment.objects.filter(user=user).order_by().values_list("exercise_id", "role"):
            roles.setdefault(exercise_id, set()).add(Role(role))
        user.roles_by_exercise = roles
    return user.roles_by_exercise


def forget_assignments(user):
    """Read the assignments of this `user` object anew at the next question."""
    user.__dict__.pop("roles_by_exercise", None)


def roles(user, exercise):
    """Return the roles of a person in an exercise (an Exercise, or its id), regional ones included."""
    if not user.is_active or not user.is_authenticated:
        return set()
    held = assignments(user)
    return held.get(None, set()) | held.get(getattr(exercise, "pk", exercise), set())


def has_role(user, exercise, any_of=EVERY_ROLE):
    """Say whether the person has one of the roles in the exercise."""
    return bool(roles(user, exercise) & any_of)


def has_role_anywhere(user, any_of=EVERY_ROLE):
    """Say whether the person has one of the roles in any exercise: asked by every menu, so without a query of its own."""
    if not user.is_active or not user.is_authenticated:
        return False
    return any(names & any_of for names in assignments(user).values())


def exercises_with_role(user, any_of=EVERY_ROLE):
    """Return the exercises in which the person has one of the roles. Agrees with `has_role`."""
    if not user.is_active or not user.is_authenticated:
        return Exercise.objects.none()
    held = assignments(user)
    if held.get(None, set()) & any_of:
        return Exercise.objects.all()
    return Exercise.objects.filter(pk__in=[pk for pk, names in held.items() if pk and names & any_of])


def is_regional_coordinator(user):
    """Say whether the person coordinates every exercise: such a person also edits methodologies and countries.

    So does the system, in whose name commands act; nobody signs in as it.
    """
    if not user.is_authenticated:
        return False
    return user.is_system or (user.is_active and Role.COORDINATOR in assignments(user).get(None, set()))


def countries_with_role(user, any_of=EVERY_ROLE):
    """Return the countries of the exercises in which the person has one of the roles; all, for a regional person."""
    if user.is_active and user.is_authenticated and assignments(user).get(None, set()) & any_of:
        return Country.objects.all()
    return Country.objects.filter(exercises__in=exercises_with_role(user, any_of)).distinct()


def visible_agencies(user):
    """Return the agencies of the person's countries. Agrees with `can_view_agency`."""
    return Agency.objects.filter(country__in=countries_with_role(user))


def can_view_agency(user, agency):
    """Agrees with `visible_agencies`."""
    return countries_with_role(user).filter(pk=agency.country_id).exists()


def can_edit_agency(user, agency):
    """Agrees with `editable_agencies`."""
    return countries_with_role(user, EDITORS).filter(pk=agency.country_id).exists()


def editable_agencies(user):
    """Return the agencies the person may change. Agrees with `can_edit_agency`."""
    return Agency.objects.filter(country__in=countries_with_role(user, EDITORS))


def visible_focal_points(user):
    """Return the focal points of the person's countries."""
    return FocalPoint.objects.filter(agency__in=visible_agencies(user))


def manageable_assignments(user):
    """Return the assignments a person may give and take: those of the exercises they coordinate."""
    if is_regional_coordinator(user):
        return Assignment.objects.all()
    return Assignment.objects.filter(Q(exercise__in=exercises_with_role(user, COORDINATORS)))


def can_assign(user, exercise):
    """Say whether a person may assign people to an exercise; None stands for all exercises."""
    return is_regional_coordinator(user) or (exercise is not None and has_role(user, exercise, COORDINATORS))
