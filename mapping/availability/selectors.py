"""Read cells."""

from django.db.models import Case, CharField, Exists, F, IntegerField, Min, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from mapping.availability import models
from mapping.availability.models import Cell, Claim, Scope
from mapping.availability.rules import ACCESS_ORDER, ORDER
from mapping.fields import folded
from mapping.framework.models import Indicator
from mapping.sources.models import Access

_DATA_EXIST = (models.Value.AVAILABLE, models.Value.PARTIALLY_AVAILABLE)


def matching_indicators(words):
    """Return the ids of indicators whose title holds the words, in either case of any script.

    There are few indicators: comparing them here spares each of them a column of folded text.
    """
    wanted = folded(words)
    return [pk for pk, title in Indicator.objects.order_by().values_list("pk", "title") if wanted in folded(title)]


def search(queryset, text):
    """Narrow cells to those of which every word is in the indicator's title, or is the year."""
    titles = {word: matching_indicators(word) for word in folded(text.replace("\0", " ")).split()}
    for word, indicators in titles.items():
        year = int(word) if word.isdecimal() and len(word) == 4 else None  # noqa: PLR2004 - the digits of a year
        queryset = queryset.filter(Q(indicator__in=indicators) | Q(year=year))
    return queryset


def contradicted(queryset):
    """Narrow cells to those of which `rules.is_contradicted` says so."""
    return queryset.filter(contradiction())


def contradiction():
    """Return the condition that `contradicted` filters cells by."""
    claims = Claim.objects.annotate(agency=Coalesce("publisher", "collector"))
    ones = claims.filter(cell=OuterRef("pk"))
    others = claims.filter(cell=OuterRef("cell"), subgroup=OuterRef("subgroup"))
    other_value = others.exclude(value=OuterRef("value"))
    other_access = others.filter(agency=OuterRef("agency")).exclude(access=OuterRef("access"))
    pairs = [(ones, other_value), (ones.exclude(access=Access.UNKNOWN), other_access.exclude(access=Access.UNKNOWN))]
    found = Q()
    for one, other in pairs:  # scopes overlap where one is any, whichever of the two it is, or where they are the same
        found |= Exists(one.filter(Q(Exists(other), scope=Scope.ANY) | Exists(other.filter(scope=OuterRef("scope")))))
    return Q(found, resolution="")


def with_access(queryset, access):
    """Narrow cells to those whose `rules.access_of` is `access`."""
    openness = _rank("access", ACCESS_ORDER)
    claims = Claim.objects.filter(cell=OuterRef("pk"), value=OuterRef("value")).order_by().values("cell")
    most_open = claims.annotate(most_open=Min(openness)).values("most_open")
    return (
        queryset.filter(value__in=_DATA_EXIST)
        .annotate(openness=Subquery(most_open))
        .filter(openness=ACCESS_ORDER.index(access))
    )


def with_suggestion(queryset):
    """Narrow cells to those of which `rules.suggestion` suggests a value, and tell it as `suggested`."""
    claims = Claim.objects.filter(cell=OuterRef("pk")).order_by().values("cell")
    best = claims.annotate(best=Min(_rank("value", ORDER))).values("best")
    word = Case(*(When(best=rank, then=Value(value)) for rank, value in enumerate(ORDER)), output_field=CharField())
    settled = Q(value=models.Value.NOT_APPLICABLE) | (~Q(value="") & ~Q(resolution=""))
    return (
        queryset.annotate(best=Subquery(best), suggested=word)
        .filter(best__isnull=False)
        .exclude(settled)
        .exclude(value=F("suggested"))
    )


def suggestions(exercise, section):
    """Return the cells of a section whose claims suggest another value than they have, or a first one (`suggested`)."""
    return with_suggestion(Cell.objects.filter(exercise=exercise, indicator__section=section))


def claims_in_full():
    """Return how to read the claims of many cells, with what names them, by one query."""
    return Prefetch("claims", Claim.objects.select_related("source"))


def _rank(field, order):
    """Return the place of a field's value in an order, 0 first."""
    places = (When(**{field: word}, then=Value(place)) for place, word in enumerate(order))
    return Case(*places, output_field=IntegerField())
