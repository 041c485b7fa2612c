"""Who reads and writes the decision log: each rule as a sentence against it and, beside it, as a queryset."""

from django.db.models import Q
from django.utils.translation import gettext as _

from mapping.countries.permissions import EDITORS, EVERY_ROLE, REVIEWERS, exercises_with_role
from mapping.framework.models import Methodology
from mapping.harmonisation.models import DecisionLogEntry


def _used_by(user, any_of):
    """Return the keys of the methodologies that the person's exercises use, as a query."""
    return Methodology.objects.filter(exercises__in=exercises_with_role(user, any_of)).order_by().values("key")


def visible(user):
    """Return the entries a person reads: of the methodologies of their exercises. Agrees with `can_view`."""
    return DecisionLogEntry.objects.filter(methodology_key__in=_used_by(user, EVERY_ROLE))


def can_view(user, entry):
    """Agrees with `visible`."""
    return _used_by(user, EVERY_ROLE).filter(key=entry.methodology_key).exists()


def why_not_write(user, methodology_key):
    """Return why the person may not write decisions of the methodology, or an empty string. Agrees with `writable`."""
    if _used_by(user, REVIEWERS).filter(key=methodology_key).exists():
        return ""
    return _("Only reviewers and coordinators write down what the team agreed on.")


def writable(user):
    """Return the entries of which the person says that they hold, or no longer. Agrees with `why_not_write`."""
    return DecisionLogEntry.objects.filter(methodology_key__in=_used_by(user, REVIEWERS))


def why_not_propose(user, methodology_key):
    """Return why the person may not propose a rule, or an empty string. Agrees with `open_to_proposals`."""
    if _used_by(user, EDITORS | REVIEWERS).filter(key=methodology_key).exists():
        return ""
    return _("Only consultants, reviewers and coordinators propose what to agree on.")


def open_to_proposals(user):
    """Return the keys of the methodologies for which the person may propose rules. Agrees with `why_not_propose`."""
    return _used_by(user, EDITORS | REVIEWERS)


def why_not_agree(user, entry):
    """Return why the person may not agree to the entry, or an empty string. Agrees with `agreeable`."""
    if entry.agreed_at:
        return _("It was agreed on already.")
    if entry.withdrawn_at:
        return _("It was withdrawn already.")
    return why_not_write(user, entry.methodology_key)


def agreeable(user):
    """Return the proposals that the person may agree to. Agrees with `why_not_agree`."""
    return writable(user).filter(agreed_at=None, withdrawn_at=None)


def why_not_change(user, entry):
    """Return why the person may not change or withdraw the entry, or an empty string. Agrees with `changeable`."""
    if entry.is_proposed and entry.written_by_id == user.pk:
        return why_not_propose(user, entry.methodology_key)
    return why_not_write(user, entry.methodology_key)


def changeable(user):
    """Return the entries the person may change: their own proposals, and what they write. Agrees with `why_not_change`."""
    own = Q(written_by=user.pk, agreed_at=None, withdrawn_at=None, methodology_key__in=open_to_proposals(user))
    return DecisionLogEntry.objects.filter(own | Q(methodology_key__in=_used_by(user, REVIEWERS)))
