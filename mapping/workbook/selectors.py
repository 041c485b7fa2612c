"""Read an exercise as the workbook tells it, by a number of queries that does not grow with it."""

from collections import defaultdict

from mapping.availability.models import Cell, Claim
from mapping.content.permissions import why_not_edit
from mapping.countries.models import Agency
from mapping.fields import folded
from mapping.framework.models import Indicator
from mapping.framework.selectors import terms
from mapping.sources.models import Source
from mapping.workbook.known import Held, Known, SectionPart
from mapping.workbook.layout import CLAIM_COLUMNS, FIELDS, NOT_ASSESSED, SOURCE_COLUMNS, Kind, sheet_names
from mapping.workbook.plain import from_model

_KINDS = {
    "source": {column.field: column.kind for column in SOURCE_COLUMNS} | {"sections": Kind.LANGUAGES},
    "claim": {column.field: column.kind for column in CLAIM_COLUMNS},
}


def content_of(exercise, user=None):
    """Return the exercise as Known; what `user` may not edit carries the reason. Without one, nothing does."""
    agencies = list(Agency.objects.filter(country=exercise.country_id))
    sections = _sections(exercise)
    sources = _sources(exercise, user)
    cells, places = _cells(exercise, user)
    claims = _claims(exercise, places, cells, sources, {agency.pk: agency.acronym for agency in agencies})
    _say_where_sources_are_shown(sources, claims, [section.key for section in sections])
    return Known(
        exercise=exercise,
        sections=sections,
        cells=cells,
        sources=sources,
        claims=claims,
        agencies={agency.pk: agency.acronym for agency in agencies},
        agency_names=_agency_names(agencies),
        terms=terms(exercise.methodology),
        new_row_refusal=_refusal(user, Source(exercise=exercise)),
    )


def _refusal(user, row):
    return why_not_edit(user, row) if user else ""


def _sections(exercise):
    indicators, groups = defaultdict(list), list(Indicator.Group)
    found = Indicator.objects.filter(section__methodology=exercise.methodology_id).order_by("order")
    for indicator in sorted(found, key=lambda indicator: groups.index(indicator.group)):
        indicators[indicator.section_id].append(indicator)
    sections = list(exercise.methodology.sections.order_by("order"))
    names = sheet_names([section.title for section in sections])
    return [
        SectionPart(
            section.key, section.title, name, section.guidance, tuple(section.subgroups), indicators[section.pk]
        )
        for section, name in zip(sections, names, strict=True)
    ]


def _cells(exercise, user):
    """Return ({key: Held}, {cell id: key})."""
    cells, places = {}, {}
    found = Cell.objects.filter(exercise=exercise).defer("approved_content").select_related("indicator__section")
    for cell in found.order_by("indicator__section__order", "indicator__order", "year"):
        cell.exercise = exercise
        key = (cell.indicator.section.key, cell.indicator.key, cell.year)
        values = {name: from_model(getattr(cell, name)) for name in FIELDS["cell"]}
        values["value"] = values["value"] or NOT_ASSESSED
        cells[key] = Held("cell", key, cell.pk, cell.version, values, _refusal(user, cell))
        places[cell.pk] = key
    return cells, places


def _sources(exercise, user):
    sources = {}
    for source in Source.objects.filter(exercise=exercise).defer("approved_content").order_by("citation_key"):
        source.exercise = exercise
        values = {
            name: from_model(getattr(source, name), _KINDS["source"].get(name, Kind.TEXT)) for name in FIELDS["source"]
        }
        sources[source.pk] = Held(
            "source",
            (source.pk,),
            source.pk,
            source.version,
            values,
            _refusal(user, source),
            citation_key=from_model(source.citation_key),
        )
    return sources


def _claims(exercise, places, cells, sources, agencies):
    claims = {}
    order = ("cell__indicator__section__order", "cell__indicator__order", "-cell__year", "pk")
    for claim in Claim.objects.filter(cell__exercise=exercise).order_by(*order):
        values = {}
        for name in FIELDS["claim"]:
            kind = _KINDS["claim"][name]
            if kind is Kind.AGENCY:
                values[name] = from_model(agencies.get(getattr(claim, f"{name}_id")))
            elif kind is Kind.SOURCE:
                values[name] = sources[claim.source_id].citation_key if claim.source_id else ""
            else:
                values[name] = from_model(getattr(claim, name), kind)
        cell = places[claim.cell_id]
        claims[claim.pk] = Held("claim", (claim.pk,), claim.pk, claim.version, values, cells[cell].refusal, cell=cell)
    return claims


def _say_where_sources_are_shown(sources, claims, order):
    shown = {pk: set(source.values["sections"].split()) for pk, source in sources.items()}
    by_key = {source.citation_key: pk for pk, source in sources.items()}
    for claim in claims.values():
        if claim.values["source"]:
            shown[by_key[claim.values["source"]]].add(claim.cell[0])
    for pk, source in sources.items():
        source.shown_in = tuple(key for key in order if key in shown[pk])


def _agency_names(agencies):
    """Return {name: id} for acronyms, names and aliases; an acronym wins over another agency's alias."""
    names = {}
    for agency in agencies:
        for name in (agency.name, *agency.aliases):
            names.setdefault(folded(name), agency.pk)
    return names | {folded(agency.acronym): agency.pk for agency in agencies}
