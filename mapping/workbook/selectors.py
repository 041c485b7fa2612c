"""Read an exercise as the workbook tells it, by a number of queries that does not grow with it."""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from mapping.availability.models import Cell, Claim
from mapping.content.models import ReviewStatus
from mapping.content.permissions import why_not_edit
from mapping.countries.models import Agency
from mapping.fields import folded
from mapping.framework.models import Indicator
from mapping.framework.selectors import span, terms
from mapping.sources.models import Source
from mapping.workbook.known import Held, Known, SectionPart
from mapping.workbook.layout import FIELDS, KIND_OF, NOT_ASSESSED, Kind, sheet_names
from mapping.workbook.plain import from_model


def content_of(exercise, user=None, like=None):
    """Return the exercise as Known; what `user` may not edit carries the reason. Without one, nothing does.

    `like` is Known of another exercise under the same methodology: sections and words need not be read again.
    """
    agencies = list(Agency.objects.filter(country=exercise.country_id))
    sections = like.sections if like else _sections(exercise)
    refusals = _Refusals(exercise, user)
    sources = _sources(exercise, refusals)
    cells, places = _cells(exercise, sections, refusals)
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
        terms=like.terms if like else terms(exercise.methodology),
        new_row_refusal=refusals[ReviewStatus.DRAFT],
    )


def blank_content(methodology, exercise=None):
    """Return Known without content: of an exercise, or of a country that has none yet under a methodology."""
    exercise = exercise or NoExercise(methodology, methodology.first_year, methodology.last_year)
    cells = {}
    sections = _sections(exercise)
    empty = dict.fromkeys(FIELDS["cell"], "") | {"value": NOT_ASSESSED}
    for section in sections:
        for indicator in section.indicators:
            for year in span(indicator, exercise):
                key = (section.key, indicator.key, year)
                cells[key] = Held("cell", key, 0, 0, empty)
    agencies = list(Agency.objects.filter(country=exercise.country_id)) if exercise.country_id else []
    return Known(
        exercise=exercise,
        sections=sections,
        cells=cells,
        sources={},
        claims={},
        agencies={agency.pk: agency.acronym for agency in agencies},
        agency_names=_agency_names(agencies),
        terms=terms(methodology),
    )


def nothing_of(exercise):
    """Return Known of an exercise of which nothing is to be told."""
    return Known(exercise, sections=[], cells={}, sources={}, claims={}, agencies={}, agency_names={}, terms={})


def versions_of(exercise):
    """Return {kind: {key: version}} of all cells, sources and claims of an exercise, by three queries."""
    cells = Cell.objects.filter(exercise=exercise).order_by()
    cells = cells.values_list("indicator__section__key", "indicator__key", "year", "version")
    sources = Source.objects.filter(exercise=exercise).order_by().values_list("pk", "version")
    claims = Claim.objects.filter(cell__exercise=exercise).order_by().values_list("pk", "version")
    return {
        "cell": {(section, indicator, year): version for section, indicator, year, version in cells},
        "source": {(pk,): version for pk, version in sources},
        "claim": {(pk,): version for pk, version in claims},
    }


@dataclass(frozen=True)
class NoExercise:
    """What a workbook tells of its exercise, where there is none yet."""

    methodology: object
    first_year: int
    last_year: int
    code: str = ""
    country: str = ""
    country_id: int | None = None

    @property
    def methodology_id(self):
        return self.methodology.pk


class _Refusals(dict):
    """{status: why the person may not edit a row of the exercise in it}: asked once for each status, not for each row."""

    def __init__(self, exercise, user):
        super().__init__()
        self._exercise, self._user = exercise, user

    def __missing__(self, status):
        refusal = why_not_edit(self._user, Source(exercise=self._exercise, status=status)) if self._user else ""
        return self.setdefault(status, refusal)


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


def _cells(exercise, sections, refusals):
    """Return ({key: Held}, {cell id: key}), in the order of sections, indicators and years."""
    names = {item.pk: (section.key, item.key) for section in sections for item in section.indicators}
    order = {item.pk: (number, item.order) for number, section in enumerate(sections) for item in section.indicators}
    fields = FIELDS["cell"]
    rows = Cell.objects.filter(exercise=exercise).order_by()
    rows = list(rows.values_list("indicator_id", "year", "pk", "version", "status", *fields))
    rows.sort(key=lambda row: (order[row[0]], row[1]))
    readers = [lambda value: from_model(value) or NOT_ASSESSED, *[from_model] * (len(fields) - 1)]
    cells, places = {}, {}
    for (indicator, year, pk, version, status, *_said), said in _in_plain_form(rows, 5, readers):
        key = (*names[indicator], year)
        cells[key] = Held("cell", key, pk, version, dict(zip(fields, said, strict=True)), refusals[status])
        places[pk] = key
    return cells, places


def _sources(exercise, refusals):
    sources, fields = {}, FIELDS["source"]
    rows = Source.objects.filter(exercise=exercise).order_by("citation_key")
    rows = list(rows.values_list("pk", "version", "status", "citation_key", *fields))
    readers = [partial(from_model, kind=KIND_OF["source"][name]) for name in fields]
    for (pk, version, status, key, *_said), said in _in_plain_form(rows, 4, readers):
        values = dict(zip(fields, said, strict=True))
        sources[pk] = Held("source", (pk,), pk, version, values, refusals[status], citation_key=from_model(key))
    return sources


def _claims(exercise, places, cells, sources, agencies):
    """Return {id: Held}, in the order of their cells, the newest years first."""
    fields, cited = FIELDS["claim"], {pk: source.citation_key for pk, source in sources.items()}
    telling = {
        Kind.AGENCY: lambda pk: from_model(agencies.get(pk)),
        Kind.SOURCE: lambda pk: from_model(cited.get(pk)),
    }
    kinds = [KIND_OF["claim"][name] for name in fields]
    readers = [telling.get(kind) or partial(from_model, kind=kind) for kind in kinds]
    sections = {key[:2]: number for number, key in enumerate(dict.fromkeys(key[:2] for key in places.values()))}
    rows = Claim.objects.filter(cell__exercise=exercise).order_by("pk")
    rows = list(rows.values_list("pk", "cell_id", "version", *fields))
    rows.sort(key=lambda row: (sections[places[row[1]][:2]], -places[row[1]][2]))
    claims = {}
    for (pk, cell_id, version, *_said), said in _in_plain_form(rows, 3, readers):
        cell = places[cell_id]
        values = dict(zip(fields, said, strict=True))
        claims[pk] = Held("claim", (pk,), pk, version, values, cells[cell].refusal, cell=cell)
    return claims


def _in_plain_form(rows, start, readers):
    """Yield (row, texts of its columns from `start` on); `readers` returns the text of a value, for each such column.

    Column by column, each value read once: most of thousands of rows say the same, and so share one text.
    """
    columns = list(zip(*rows, strict=True))[start:]
    texts = [_read_once(column, read) for column, read in zip(columns, readers, strict=bool(rows))]
    return zip(rows, zip(*texts, strict=True), strict=False)


def _read_once(column, read):
    if isinstance(column[0], list):
        return map(read, column)
    texts = {value: read(value) for value in set(column)}
    return [texts[value] for value in column]


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
