"""Say something, settle it, reopen it. What was said stays as it was said."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import entry, record
from mapping.comments import permissions
from mapping.comments.mentions import mentioned
from mapping.comments.models import LONGEST, Comment
from mapping.comments.selectors import about_row, address, belongs
from mapping.countries.models import Exercise
from mapping.notifications.models import Kind
from mapping.notifications.services import notify, settle

A_MOMENT = timedelta(seconds=30)
_ABOUT = ("cell", "source", "section_key")


@transaction.atomic
def comment(*, actor, exercise, about, row, text, blocks=False):
    """Say something of a cell, a source or a section; whoever is mentioned is told.

    Raises Refused where the person may not, the text cannot be kept, or somebody is mentioned who does not see it.
    """
    exercise = _locked(exercise)
    _refuse(permissions.why_not_comment(actor, exercise))
    if not belongs(exercise, about, row):
        raise Refused(_("There is no such row in this exercise."))
    if blocks:
        _refuse(permissions.why_not_block(actor, exercise))
    return _say(actor, exercise, text, blocks=blocks, **about_row(about, row))


@transaction.atomic
def reply(*, actor, comment, text):
    """Reply in a thread; a reply to a reply stands in the same thread. Raises Refused as `comment` does."""
    exercise = _locked(comment.exercise)
    _refuse(permissions.why_not_comment(actor, exercise))
    opening = Comment.objects.select_for_update(of=("self",)).get(pk=comment.parent_id or comment.pk)
    return _say(actor, exercise, text, parent=opening, **{name: getattr(opening, name) for name in _ABOUT})


@transaction.atomic
def resolve(*, actor, comment):
    """Settle a thread. Raises Refused where the person may not, Unchanged where it is settled."""
    opening = _locked_thread(actor, comment)
    if not opening.is_open:
        raise Unchanged(_("It is resolved already."))
    opening.resolved_at, opening.resolved_by = timezone.now(), actor
    opening.save(update_fields=["resolved_at", "resolved_by"])
    _record(actor, opening, Verb.RESOLVED)
    settle(actor=actor, kinds=[Kind.MENTION], targets=[opening, *opening.replies.all()], exercise=opening.exercise)
    return opening


@transaction.atomic
def reopen(*, actor, comment):
    """Open a settled thread again. Raises Refused where the person may not, Unchanged where it is open."""
    opening = _locked_thread(actor, comment)
    if opening.is_open:
        raise Unchanged(_("It is open already."))
    opening.resolved_at = opening.resolved_by = None
    opening.save(update_fields=["resolved_at", "resolved_by"])
    _record(actor, opening, Verb.REOPENED)
    return opening


@transaction.atomic
def set_blocking(*, actor, comment, blocks):
    """Say that a thread must be settled before submission, or that it need not. Raises Refused."""
    opening = Comment.objects.select_for_update(of=("self",)).select_related("exercise").get(pk=comment.pk)
    _refuse(permissions.why_not_block(actor, _locked(opening.exercise)))
    if opening.parent_id:
        raise Refused(_("A reply cannot block: say it of the comment it replies to."))
    if opening.blocks == blocks:
        raise Unchanged(_("It is so already."))
    opening.blocks = blocks
    opening.save(update_fields=["blocks"])
    _record(actor, opening, Verb.CHANGED, old={"blocks": not blocks}, new={"blocks": blocks})
    return opening


def _say(actor, exercise, text, **values):
    text = _checked(text)
    _refuse_if_just_said(actor, exercise=exercise, text=text, **values)
    people = mentioned(text, exercise)
    said = Comment.objects.create(exercise=exercise, author=actor, text=text, **values)
    if people:
        said.mentioned.set(people)
        notify(
            actor=actor,
            people=people,
            kind=Kind.MENTION,
            target=said,
            exercise=exercise,
            section=said.section or (said.cell.indicator.section if said.cell else None),
            text=text,
            address=f"{address(exercise, said.about, said.row)}#comment-{said.pk}",
        )
    _record(actor, said, Verb.CREATED, new={said.about.value: said.row.pk, "text": text[:300]})
    return said


def _refuse_if_just_said(actor, *, blocks=False, parent=None, **said):
    """Raise Unchanged where the person said just this a moment ago, as a double click does."""
    just = Comment.objects.filter(author=actor, created_at__gt=timezone.now() - A_MOMENT)
    if just.filter(parent=parent, **said).exists():
        raise Unchanged(_("You said so a moment ago: it is kept."))


def _checked(text):
    if "\0" in text:
        raise Refused(_("The comment holds a sign that cannot be kept. Type it anew."))
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Refused(_("The comment is empty: write something."))
    if len(text) > LONGEST:
        raise Refused(
            _("The comment has %(length)d characters; at most %(most)d are kept. Say it in several, or in a note.")
            % {"length": len(text), "most": LONGEST}
        )
    return text


def _locked(exercise):
    return Exercise.objects.select_for_update(of=("self",)).select_related("methodology").get(pk=exercise.pk)


def _locked_thread(actor, comment):
    found = Comment.objects.select_for_update(of=("self",)).select_related("exercise").get(pk=comment.pk)
    found.exercise = _locked(found.exercise)
    _refuse(permissions.why_not_resolve(actor, found))
    return found


def _refuse(sentence):
    if sentence:
        raise Refused(sentence)


def _record(actor, comment, verb, **changes):
    record(entry(actor=actor, verb=verb, target=comment, exercise_code=comment.exercise.code, **changes))
