"""Who reads and writes the decision log: each rule as a sentence against it and, beside it, as a queryset."""

from django.utils.translation import gettext as _

from mapping.countries.permissions import EVERY_ROLE, REVIEWERS, exercises_with_role
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
    """Return the entries the person may change. Agrees with `why_not_write`."""
    return DecisionLogEntry.objects.filter(methodology_key__in=_used_by(user, REVIEWERS))
