"""Who may submit, withdraw, approve and return: each as a sentence against it and, beside it, as a queryset."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from mapping.audit.models import Entry, Verb
from mapping.content.models import ReviewStatus
from mapping.countries.permissions import COORDINATORS, EDITORS, REVIEWERS, exercises_with_role, has_role
from mapping.review.models import Decision

CONTRIBUTIONS = (Verb.CREATED, Verb.CHANGED, Verb.DELETED, Verb.SUBMITTED, Verb.IMPORTED)
SUBMITTABLE = (ReviewStatus.DRAFT, ReviewStatus.RETURNED)
RETURNABLE = (ReviewStatus.SUBMITTED, ReviewStatus.APPROVED)


def _why_frozen(row):
    if row.exercise.is_frozen:
        return _("%(exercise)s is frozen. A coordinator can unfreeze it.") % {"exercise": row.exercise.code}
    return ""


def why_not_submit(user, row):
    """Return why the person may not submit the row now, or an empty string."""
    if not has_role(user, row.exercise_id, EDITORS):
        return _("Only the consultants and coordinators of %(exercise)s submit.") % {"exercise": row.exercise.code}
    if row.status not in SUBMITTABLE:
        return _("It is %(status)s already: only a draft or a returned row is submitted.") % {
            "status": row.get_status_display()
        }
    return _why_frozen(row)


def submittable(user, queryset):
    """Agrees with `why_not_submit`."""
    return _open(user, queryset, EDITORS).filter(status__in=SUBMITTABLE)


def why_not_withdraw(user, row):
    """Return why the person may not withdraw the row now, or an empty string."""
    if row.status != ReviewStatus.SUBMITTED:
        return _("It is %(status)s: only a submitted row is withdrawn.") % {"status": row.get_status_display()}
    coordinates = has_role(user, row.exercise_id, COORDINATORS)
    if not coordinates and not (row.submitted_by_id == user.pk and has_role(user, row.exercise_id, EDITORS)):
        return _("Only who submitted it, or a coordinator, withdraws it.")
    return _why_frozen(row)


def withdrawable(user, queryset):
    """Agrees with `why_not_withdraw`."""
    by_submitter = Q(submitted_by=user.pk, exercise__in=exercises_with_role(user, EDITORS))
    by_coordinator = Q(exercise__in=exercises_with_role(user, COORDINATORS))
    return queryset.filter(by_submitter | by_coordinator, exercise__frozen_at=None, status=ReviewStatus.SUBMITTED)


def why_not_approve(user, row, *, contributors=None):
    """`contributors` are the ids of those who worked on the row since the last decision; read here unless given."""
    if not has_role(user, row.exercise_id, REVIEWERS):
        return _("Only the reviewers and coordinators of %(exercise)s approve.") % {"exercise": row.exercise.code}
    if row.status != ReviewStatus.SUBMITTED:
        return _("It is %(status)s: only a submitted row is approved.") % {"status": row.get_status_display()}
    if contributors is None:
        contributors = contributors_of(type(row), [row.pk]).get(row.pk, set())
    if user.pk in contributors | {row.last_author_id, row.submitted_by_id}:
        return _("You worked on it since it was last decided. Somebody else approves it.")
    return _why_frozen(row)


def approvable(user, queryset):
    """Agrees with `why_not_approve`."""
    mine = Entry.objects.filter(
        Q(at__gt=Subquery(_last_decision(queryset.model))) | ~Exists(_decisions(queryset.model)),
        target_type=queryset.model._meta.model_name,
        actor=user.pk,
        verb__in=CONTRIBUTIONS,
    )
    return (
        _open(user, queryset, REVIEWERS)
        .filter(status=ReviewStatus.SUBMITTED)
        .exclude(Q(last_author=user.pk, last_author__isnull=False) | Q(submitted_by=user.pk))
        .exclude(pk__in=mine.values("target_id"))  # looked up once, not for every row
    )


def why_not_return(user, row):
    """Return why the person may not return the row now, or an empty string."""
    if not has_role(user, row.exercise_id, REVIEWERS):
        return _("Only the reviewers and coordinators of %(exercise)s return.") % {"exercise": row.exercise.code}
    if row.status not in RETURNABLE:
        return _("It is %(status)s: only a submitted or approved row is returned.") % {
            "status": row.get_status_display()
        }
    return _why_frozen(row)


def returnable(user, queryset):
    """Agrees with `why_not_return`."""
    return _open(user, queryset, REVIEWERS).filter(status__in=RETURNABLE)


def contributors_of(model, ids):
    """Return {row id: {ids of the people who worked on it since its last approval or return}}, by one query."""
    entries = Entry.objects.filter(
        Q(at__gt=Subquery(_last_decision(model))) | ~Exists(_decisions(model)),
        target_type=model._meta.model_name,
        target_id__in=list(ids),
        verb__in=CONTRIBUTIONS,
    )
    found = {}
    for target_id, actor_id in entries.order_by().values_list("target_id", "actor_id").distinct():
        found.setdefault(target_id, set()).add(actor_id)
    return found


def _open(user, queryset, any_of):
    if not has_role(user, None, any_of):  # a condition that always holds would only mislead the database
        queryset = queryset.filter(exercise__in=exercises_with_role(user, any_of))
    return queryset.filter(exercise__frozen_at=None)


def _decisive():
    return Decision.objects.filter(kind__in=[Decision.Kind.APPROVED, Decision.Kind.RETURNED]).order_by()


def _decisions(model):
    return _decisive().filter(target_type=model._meta.model_name, target_id=OuterRef("target_id"))


def _last_decision(model):
    return _decisions(model).order_by("-at").values("at")[:1]
