"""Read sources."""

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from mapping.content.models import ReviewStatus
from mapping.fields import folded
from mapping.sources.citations import fold_link, near
from mapping.sources.models import Source


def likely_duplicates(exercise, *, link="", title="", institution="", except_pk=None):
    """Return the sources of an exercise with the same link, or a near-same title of a near-same institution."""
    others = Source.objects.filter(exercise=exercise).exclude(pk=except_pk)
    candidates = others.filter(Q(link_folded=fold_link(link)) if link else Q(pk=None)) | others.exclude(title_folded="")
    return alike(candidates, link=link, title=title, institution=institution)


def alike(candidates, *, link="", title="", institution=""):
    """Return those of the candidates with the same link, or a near-same title of a near-same institution."""
    wanted_link, wanted_title = fold_link(link), folded(title)
    wanted_institution = folded(institution)
    return [
        other
        for other in candidates
        if (link and other.link_folded == wanted_link)
        or (near(wanted_title, other.title_folded) and _same_institution(wanted_institution, folded(other.institution)))
    ]


def search(queryset, text):
    """Narrow sources to those that have every word of a text in their key, names, title, link or note."""
    for word in folded(text).split():
        queryset = queryset.filter(search_text__contains=word)
    return queryset


def cell_counts(sources):
    """Return {id: on how many cells its claims are} of sources that have claims."""
    counted = Source.objects.filter(pk__in=[source.pk for source in sources], claims__isnull=False).order_by()
    return dict(counted.values_list("pk").annotate(Count("claims__cell", distinct=True)))


def with_cell_count(sources):
    """Annotate sources with `cell_count`; a subquery, so that a paginator counts the sources without their claims."""
    counted = (
        Source.objects.filter(pk=OuterRef("pk"))
        .order_by()
        .values("pk")
        .annotate(n=Count("claims__cell", distinct=True))
    )
    return sources.annotate(cell_count=Subquery(counted.values("n")))


def cells_resting_on(source):
    """Return {cell id: name} of the cells of which the source is evidence, now or as they were approved, in their order.

    Approved content that is current is told by the cell's claims: only that of cells edited since is looked into.
    """
    cells = source.exercise.cells.select_related("indicator__section").order_by(
        "indicator__section__order", "indicator__order", "year"
    )
    named = {cell.pk: f"{cell.indicator.section}: {cell}" for cell in cells.filter(claims__source=source).distinct()}
    edited = cells.exclude(approved_content=None).exclude(status=ReviewStatus.APPROVED).exclude(pk__in=named)
    for cell in edited:
        if any(claim["source"] == source.pk for claim in cell.approved_content["claims"]):
            named[cell.pk] = _("%(cell)s, as it was approved") % {"cell": f"{cell.indicator.section}: {cell}"}
    return named


def _same_institution(one, other):
    return not one or not other or near(one, other)
