"""Start and freeze exercises, assign people, keep agencies."""

import pycountry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused, Unchanged
from accounts.services import invite, require_second_factor
from mapping.audit.models import Verb
from mapping.audit.selectors import history
from mapping.audit.services import difference, entry, record, values
from mapping.countries import permissions
from mapping.countries.errors import AgencyChanged
from mapping.countries.models import Agency, Assignment, Country, Exercise, Role

AGENCY_FIELDS = (
    "country",
    "acronym",
    "name",
    "aliases",
    "kind",
    "role",
    "data_held",
    "languages",
    "formal_request",
    "formal_request_note",
    "note",
)


@transaction.atomic
def load_countries(*, actor):
    """Create every country of ISO 3166-1 that is missing."""
    known = set(Country.objects.values_list("alpha_3", flat=True))
    created = Country.objects.bulk_create(
        Country(alpha_3=country.alpha_3, alpha_2=country.alpha_2, name=getattr(country, "common_name", country.name))
        for country in pycountry.countries
        if country.alpha_3 not in known
    )
    record(*(entry(actor=actor, verb=Verb.CREATED, target=country, new={"name": country.name}) for country in created))


@transaction.atomic
def assign(*, actor, user, exercise, role):
    """Give a person a role in an exercise, or in all of them where `exercise` is None.

    Raises Refused where the actor may not, Unchanged where the person has the role.
    """
    _refuse_unless_may_assign(actor, exercise)
    assignment, created = Assignment.objects.get_or_create(user=user, exercise=exercise, role=role)
    if not created:
        raise Unchanged(_("%(person)s has this role already.") % {"person": user})
    _record_assignment(actor, Verb.ASSIGNED, assignment)
    _follow_roles(actor, user)
    return assignment


@transaction.atomic
def assign_by_email(*, actor, email, name, exercise, role, language="en"):
    """Give a role to whoever has this e-mail address, inviting them first if nobody has.

    `name` and `language` are used for the invitation only. Raises as `assign` and `accounts.services.invite` do.
    """
    _refuse_unless_may_assign(actor, exercise)
    user = User.objects.people().filter(email=email.strip().lower()).first()
    if user is None:
        user = invite(actor=actor, email=email, name=name, language=language).user
    return assign(actor=actor, user=user, exercise=exercise, role=role)


@transaction.atomic
def unassign(*, actor, assignment):
    """Take a role from a person."""
    _refuse_unless_may_assign(actor, assignment.exercise)
    _record_assignment(actor, Verb.UNASSIGNED, assignment)
    user = assignment.user
    assignment.delete()
    _follow_roles(actor, user)


def _refuse_unless_may_assign(actor, exercise):
    if not permissions.can_assign(actor, exercise):
        raise Refused(_("Only a coordinator of the exercise assigns people to it; a regional coordinator, to all."))


def _record_assignment(actor, verb, assignment):
    told = {"person": assignment.user_id, "role": assignment.role}
    code = assignment.exercise.code if assignment.exercise else ""
    gained = verb == Verb.ASSIGNED
    record(
        entry(
            actor=actor,
            verb=verb,
            target=assignment,
            exercise_code=code,
            old={} if gained else told,
            new=told if gained else {},
        )
    )


def _follow_roles(actor, user):
    """Keep what depends on a person's roles: coordinators publish, so they need a second factor."""
    permissions.forget_assignments(user)
    coordinates = user.assignments.filter(role=Role.COORDINATOR).exists()
    require_second_factor(actor=actor, user=user, required=coordinates)


@transaction.atomic
def freeze(*, actor, exercise, reason=""):
    """Freeze an exercise: nothing in it changes until it is unfrozen. Waits for saves that are under way."""
    _set_frozen(actor=actor, exercise=exercise, moment=timezone.now(), verb=Verb.FROZEN, reason=reason)


@transaction.atomic
def unfreeze(*, actor, exercise, reason):
    """Let an exercise be changed again."""
    _set_frozen(actor=actor, exercise=exercise, moment=None, verb=Verb.UNFROZEN, reason=reason)


def _set_frozen(*, actor, exercise, moment, verb, reason):
    if not permissions.has_role(actor, exercise, permissions.COORDINATORS):
        raise Refused(_("Only a coordinator freezes or unfreezes an exercise."))
    locked = Exercise.objects.select_for_update().get(pk=exercise.pk)
    if locked.is_frozen == (moment is not None):
        raise Unchanged(_("%(exercise)s is so already.") % {"exercise": locked.code})
    # A save locks its rows, then looks whether the exercise is frozen: holding all rows, we come before or after it.
    list(locked.cells.select_for_update().order_by("pk").values_list("pk", flat=True))
    list(locked.sources.select_for_update().order_by("pk").values_list("pk", flat=True))
    locked.frozen_at = exercise.frozen_at = moment
    locked.save(update_fields=["frozen_at"])
    record(entry(actor=actor, verb=verb, target=locked, exercise_code=locked.code, reason=reason))


@transaction.atomic
def save_agency(*, actor, agency, version=None):
    """Save a new or changed agency; `version` is the one that was seen, None where nobody looked.

    Raises AgencyChanged where somebody saved it, or its focal point, since; Refused where the actor may not or the agency
    is not well-formed.
    """
    if not permissions.can_edit_agency(actor, agency):
        raise Refused(_("Only the consultants and coordinators of a country change its agencies."))
    saved = Agency.objects.select_for_update().get(pk=agency.pk) if agency.pk else None
    if saved and version not in {None, saved.version}:
        raise _changed_meanwhile(saved, agency)
    before = values(saved, AGENCY_FIELDS) if saved else {}
    _clean(agency)
    old, new = difference(before, values(agency, AGENCY_FIELDS))
    if new:
        agency.version = saved.version + 1 if saved else 1
        agency.save()
        record(entry(actor=actor, verb=Verb.CHANGED if before else Verb.CREATED, target=agency, old=old, new=new))
    return agency


def _changed_meanwhile(saved, typed):
    """Return the refusal that tells what differs between an agency as it was saved and as somebody else typed it."""
    _old, new = difference(values(typed, AGENCY_FIELDS), values(saved, AGENCY_FIELDS))
    last = history(saved).order_by("-pk").first()
    sentence = _(
        "%(who)s changed “%(agency)s” after you opened it. Nothing of yours was saved yet. Where the two differ, theirs is told here: take over what you want to keep, then save again."
    )
    fields = [Agency._meta.get_field(name) for name in new]
    theirs = [f"{capfirst(field.verbose_name)}: {_told(saved, field) or '–'}" for field in fields]
    theirs += [f"{capfirst(one._meta.verbose_name)}: {one.name}, {one.email}" for one in saved.focal_points.all()]
    who = last.actor if last else _("Somebody")
    return AgencyChanged(sentence % {"who": who, "agency": saved}, theirs, saved.version)


def _told(agency, field):
    value = getattr(agency, field.name)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(dict(field.flatchoices).get(value, value))


@transaction.atomic
def save_focal_point(*, actor, focal_point):
    """Save an agency's focal point. The history tells that it changed, not the personal data, which can be erased."""
    if not permissions.can_edit_agency(actor, focal_point.agency):
        raise Refused(_("Only the consultants and coordinators of a country change its focal points."))
    verb = Verb.CHANGED if focal_point.pk else Verb.CREATED
    _clean(focal_point)
    focal_point.save()
    _count_version(focal_point.agency)
    record(entry(actor=actor, verb=verb, target=focal_point.agency, part=f"focal_point:{focal_point.pk}"))
    return focal_point


@transaction.atomic
def remove_focal_point(*, actor, focal_point):
    """Remove an agency's focal point; raises Refused where a request was addressed to this person."""
    if not permissions.can_edit_agency(actor, focal_point.agency):
        raise Refused(_("Only the consultants and coordinators of a country change its focal points."))
    record(entry(actor=actor, verb=Verb.DELETED, target=focal_point.agency, part=f"focal_point:{focal_point.pk}"))
    _count_version(focal_point.agency)
    try:
        focal_point.delete()
    except ProtectedError as error:
        raise Refused(
            _("“%(person)s” was asked in a data request. Put the new focal point in their place instead.")
            % {"person": focal_point}
        ) from error


def _count_version(agency):
    Agency.objects.filter(pk=agency.pk).update(version=F("version") + 1)


@transaction.atomic
def change_languages(*, actor, exercise, languages):
    """Say in which languages an exercise searches its sources."""
    if not permissions.has_role(actor, exercise, permissions.COORDINATORS):
        raise Refused(_("Only a coordinator changes an exercise."))
    locked = Exercise.objects.select_for_update().get(pk=exercise.pk)
    old, new = difference({"languages": locked.languages}, {"languages": list(languages)})
    if new:
        locked.languages = list(languages)
        locked.save(update_fields=["languages"])
        record(entry(actor=actor, verb=Verb.CHANGED, target=locked, exercise_code=locked.code, old=old, new=new))
    return locked


def _clean(row):
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(_("“%(row)s” cannot be saved.") % {"row": row}, error.messages) from error


def require_coordinator(actor):
    """Raise Refused unless the person coordinates all exercises."""
    if not permissions.is_regional_coordinator(actor):
        raise Refused(_("Only a regional coordinator does this."))
