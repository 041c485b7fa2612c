"""Put sections into people's hands, and tell them when one is due."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, record, values
from mapping.countries.models import Exercise
from mapping.duties.models import SectionAssignment
from mapping.duties.permissions import why_not_assign
from mapping.duties.selectors import due, people_for
from mapping.notifications.models import Kind, Notification
from mapping.notifications.services import notify, settle

FIELDS = ("consultant", "reviewer", "due_on")
TOLD_BEFORE = timedelta(days=3)


@dataclass
class Wanted:
    """Who shall hold a section, by when. People are ids."""

    section_key: str
    consultant: int | None
    reviewer: int | None
    due_on: date | None


@transaction.atomic
def assign_sections(*, actor, exercise, wanted):
    """Put sections into people's hands, all or none; whoever gets one is told. Returns how many changed.

    Raises Refused where the actor may not, or with a sentence for each section at fault; Unchanged where nothing is new.
    """
    exercise = Exercise.objects.select_for_update(of=("self",)).select_related("methodology").get(pk=exercise.pk)
    if sentence := why_not_assign(actor, exercise):
        raise Refused(sentence)
    sections = {section.key: section for section in exercise.methodology.sections.all()}
    people = people_for(exercise)
    problems = [problem for one in wanted for problem in _problems(one, sections, *people)]
    if problems:
        raise Refused(_("Nothing was assigned:"), problems)
    known = {row.section_key: row for row in SectionAssignment.objects.select_for_update().filter(exercise=exercise)}
    changed = [_assign(actor, exercise, sections[one.section_key], one, known.get(one.section_key)) for one in wanted]
    if not any(changed):
        raise Unchanged(_("Nothing was changed: the sections are assigned so already."))
    return sum(changed)


def _problems(wanted, sections, enter, review):
    section = sections.get(wanted.section_key)
    if section is None:
        yield _("There is no section “%(key)s”.") % {"key": wanted.section_key}
        return
    told = {"section": section.title}
    if wanted.consultant and wanted.consultant not in enter:
        yield _("%(section)s: only a consultant or a coordinator of the exercise enters it.") % told
    if wanted.reviewer and wanted.reviewer not in review:
        yield _("%(section)s: only a reviewer or a coordinator of the exercise reviews it.") % told
    if wanted.reviewer and wanted.reviewer == wanted.consultant:
        yield _("%(section)s: nobody reviews what they enter. Choose two people.") % told


def _assign(actor, exercise, section, wanted, row):
    row = row or SectionAssignment(exercise=exercise, section_key=section.key)
    row.exercise = exercise
    before = values(row, FIELDS)
    after = {"consultant": wanted.consultant, "reviewer": wanted.reviewer, "due_on": wanted.due_on}
    old, new = difference(before, after)
    if not new:
        return False
    row.changed_at = timezone.now()
    for name in ("consultant", "reviewer"):
        if name in new:
            setattr(row, f"{name}_id", new[name])
            setattr(row, f"{name}_since", row.changed_at if new[name] else None)
    row.due_on = wanted.due_on
    row.save()
    record(entry(actor=actor, verb=Verb.ASSIGNED, target=row, exercise_code=exercise.code, old=old, new=new))
    _tell(actor, section, row, old, new)
    return True


def _tell(actor, section, row, old, new):
    """Tell whoever gets the section; whoever gave it away is not told of it any more."""
    former = [old[name] for name in ("consultant", "reviewer") if old.get(name)]
    if former or "due_on" in old:
        kinds = [Kind.DUE_SOON, *([Kind.ASSIGNED] if former else [])]
        people = None if "due_on" in old and not former else former
        settle(actor=actor, kinds=kinds, targets=[row], exercise=row.exercise, people=people)
    for name, sentence in (("consultant", _to_enter), ("reviewer", _to_review)):
        for person in User.objects.filter(pk=new.get(name)):
            with override(person.language):
                _notify(actor, [person], Kind.ASSIGNED, row, section, text=sentence(row.due_on))


def _to_enter(day):
    return _("You enter it, by %(day)s.") % {"day": _day(day)} if day else _("You enter it.")


def _to_review(day):
    return _("You review it, by %(day)s.") % {"day": _day(day)} if day else _("You review it.")


def _day(day):
    return date_format(day, "DATE_FORMAT")


def _notify(actor, people, kind, row, section, **values):
    address = reverse("exercise_section", args=[row.exercise.code, section.key])
    notify(
        actor=actor,
        people=people,
        kind=kind,
        target=row,
        exercise=row.exercise,
        section=section,
        address=address,
        **values,
    )


@transaction.atomic
def tell_due(*, actor=None, now=None):
    """Tell people of sections due within the next days with work of theirs left, once a due date.

    Parameters: `actor` is the system unless given.
    """
    actor, now = actor or User.objects.system(), now or timezone.now()
    by = timezone.localdate(now) + TOLD_BEFORE
    told = Notification.objects.filter(
        kind=Kind.DUE_SOON,
        exercise=OuterRef("exercise"),
        target_type=SectionAssignment._meta.model_name,
        target_id=OuterRef("pk"),
        settled_at=None,
    )
    for row in due(by=by).filter(~Exists(told)).select_related("exercise__methodology", "consultant", "reviewer"):
        people = [
            person
            for person, left in ((row.consultant, row.to_enter), (row.reviewer, row.to_review))
            if person is not None and left
        ]
        section = row.exercise.methodology.sections.filter(key=row.section_key).first()
        cause = uuid.uuid5(uuid.NAMESPACE_OID, f"due {row.pk} {row.due_on}")
        for person in people if section else []:
            with override(person.language):
                text = _("Due on %(day)s.") % {"day": _day(row.due_on)}
                _notify(actor, [person], Kind.DUE_SOON, row, section, text=text, cause=cause)
