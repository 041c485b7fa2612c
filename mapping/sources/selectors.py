"""Read sources."""

from django.db.models import Q

from mapping.fields import folded
from mapping.sources.citations import fold_link, near
from mapping.sources.models import Source


def likely_duplicates(exercise, *, link="", title="", institution="", except_pk=None):
    """Return the sources of an exercise with the same link, or a near-same title of a near-same institution."""
    others = Source.objects.filter(exercise=exercise).exclude(pk=except_pk)
    candidates = others.filter(Q(link_folded=fold_link(link)) if link else Q(pk=None)) | others.exclude(title_folded="")
    wanted_title, wanted_institution = folded(title), folded(institution)
    return [
        other
        for other in candidates
        if (link and other.link_folded == fold_link(link))
        or (near(wanted_title, other.title_folded) and _same_institution(wanted_institution, folded(other.institution)))
    ]


def _same_institution(one, other):
    return not one or not other or near(one, other)
