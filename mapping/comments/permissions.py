"""Who reads and writes comments: each rule as a sentence against it and, beside it, as a queryset."""

from django.utils.translation import gettext as _

from mapping.comments.models import Comment
from mapping.countries.models import Role
from mapping.countries.permissions import REVIEWERS, exercises_with_role, has_role

WRITERS = frozenset({Role.CONSULTANT, Role.REVIEWER, Role.COORDINATOR})


def visible(user):
    """Return the comments a person reads: whoever sees the row reads what is said of it. Agrees with `can_view`."""
    if has_role(user, None):
        return Comment.objects.all()  # a condition that always holds would only mislead the database
    return Comment.objects.filter(exercise__in=exercises_with_role(user))


def can_view(user, comment):
    """Agrees with `visible`."""
    return has_role(user, comment.exercise_id)


def why_not_comment(user, exercise):
    """Return why the person may not comment in the exercise now, or an empty string. Agrees with `commentable`."""
    if not has_role(user, exercise, WRITERS):
        return _("Only the consultants, reviewers and coordinators of %(exercise)s comment.") % {
            "exercise": exercise.code
        }
    if exercise.is_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % {"exercise": exercise.code}
    return ""


def commentable(user):
    """Return the exercises in which the person may comment now. Agrees with `why_not_comment`."""
    return exercises_with_role(user, WRITERS).filter(frozen_at=None)


def why_not_block(user, exercise):
    """Return why the person may not say that a comment must be settled, or an empty string. Agrees with `blockable`."""
    if not has_role(user, exercise, REVIEWERS):
        return _("Only a reviewer or a coordinator says that a comment must be settled before submission.")
    return why_not_comment(user, exercise)


def blockable(user):
    """Return the threads that the person may say must be settled. Agrees with `why_not_block`."""
    return Comment.objects.filter(
        parent=None, exercise__in=exercises_with_role(user, REVIEWERS), exercise__frozen_at=None
    )


def why_not_resolve(user, comment):
    """Return why the person may not resolve or reopen the thread, or an empty string. Agrees with `resolvable`."""
    if comment.parent_id:
        return _("A reply is resolved with the comment it replies to.")
    if comment.blocks and not has_role(user, comment.exercise, REVIEWERS):
        return _("It must be settled before submission: a reviewer or a coordinator resolves it.")
    return why_not_comment(user, comment.exercise)


def resolvable(user):
    """Return the threads that the person may resolve or reopen. Agrees with `why_not_resolve`."""
    plain = Comment.objects.filter(parent=None, blocks=False, exercise__in=commentable(user))
    return plain | blockable(user).filter(blocks=True)
