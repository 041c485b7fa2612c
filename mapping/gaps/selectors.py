"""Read the facts of an exercise, as approved or as they stand, in a number of queries that does not grow."""

from collections import defaultdict
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _

from mapping.availability.models import StatementKind
from mapping.content.models import ReviewStatus
from mapping.countries.models import Agency
from mapping.gaps.facts import CellFacts, ClaimFacts, Facts, IndicatorFacts, SectionFacts


def approved_facts(exercise):
    """Return the facts by the content that was approved last; what never was counts as not assessed."""
    with _one_moment():
        cells = exercise.cells.order_by("year").only("exercise", "indicator", "year", "status", "approved_content")
        sources = exercise.sources.exclude(approved_content=None)
        return _facts(
            exercise,
            [(cell, cell.approved_content or {}, _approved_review(cell)) for cell in cells],
            {source.pk: source.approved_content for source in sources},
        )


def current_facts(exercise):
    """Return the facts as they stand, drafts included."""
    with _one_moment():
        cells = exercise.cells.order_by("year").prefetch_related("claims")
        return _facts(
            exercise,
            [(cell, cell.content(), cell.status) for cell in cells],
            {source.pk: source.content() for source in exercise.sources.all()},
        )


@contextmanager
def _one_moment():
    """Let several queries see the database as of one moment. SQLite's transactions do so by themselves."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _approved_review(cell):
    return ReviewStatus.APPROVED if cell.approved_content else cell.status


def _facts(exercise, cells, sources):
    agencies = {agency.pk: agency for agency in Agency.objects.filter(country=exercise.country_id)}
    by_indicator = defaultdict(list)
    for cell, content, review in cells:
        by_indicator[cell.indicator_id].append(_cell(cell.year, content, review, sources, agencies))
    sections = exercise.methodology.sections.order_by("order").prefetch_related("indicators")
    named = _agencies_named(cells, sources)
    return Facts(
        sections=tuple(_section(section, by_indicator) for section in sections),
        sources=tuple(_source(content, agencies) for content in _by_key(sources.values())),
        agencies=tuple(
            _agency(agency)
            for agency in sorted(agencies.values(), key=lambda agency: agency.acronym)
            if agency.pk in named
        ),
    )


def _section(section, by_indicator):
    indicators = tuple(
        IndicatorFacts(
            key=indicator.key,
            title=indicator.title,
            measure=indicator.measure,
            breakdown=indicator.breakdown,
            group=indicator.group,
            cells=tuple(by_indicator[indicator.pk]),
        )
        for indicator in sorted(section.indicators.all(), key=lambda indicator: indicator.order)
    )
    return SectionFacts(section.key, section.title, indicators)


def _cell(year, content, review, sources, agencies):
    claims = [_claim(claim, sources, agencies) for claim in content.get("claims", [])]
    return CellFacts(
        year=year,
        value=content.get("value", ""),
        partial_reason=content.get("partial_reason", ""),
        resolved=bool(content.get("resolution")),
        review=str(review),
        claims=tuple(sorted(claims, key=_claim_order)),
    )


def _claim_order(claim):
    """Order claims by what they say: the same content gives the same bytes, whatever was entered first."""
    return (
        claim.basis, claim.agency, claim.scope, claim.subgroup, claim.value, claim.access, claim.nature,
        claim.languages, claim.period, claim.note,
    )  # fmt: skip


def _claim(content, sources, agencies):
    source = sources.get(content["source"]) or {}
    holder = agencies.get(content["publisher"] or content["collector"] or source.get("agency"))
    collector = agencies.get(content["collector"])
    return ClaimFacts(
        value=content["value"],
        basis=source.get("citation_key") or _statement(content),
        source=source.get("citation_key", ""),
        agency=holder.acronym if holder else "",
        of_government=any(agency and agency.kind == Agency.Kind.GOVERNMENT for agency in (holder, collector)),
        access=content["access"],
        scope=content["scope"],
        nature=content["nature"],
        languages=tuple(content["languages"] or source.get("languages", ())),
        definition=source.get("definition_used", ""),
        period=content["period"],
        subgroup=content["subgroup"],
        note=content["coverage_note"],
        publisher_id=content["publisher"],
        collector_id=content["collector"],
    )


def _statement(content):
    if content["source"]:  # approved once, deleted since
        return _("a source that was deleted")
    return content["statement"] or str(StatementKind(content["statement_kind"]).label)


def _source(content, agencies):
    agency = agencies.get(content["agency"])
    return content | {"agency": agency.acronym if agency else ""}


def _agency(agency):
    return {
        "acronym": agency.acronym,
        "name": agency.name,
        "kind": agency.kind,
        "role": agency.role,
        "languages": agency.languages,
        "formal_request": agency.formal_request,
    }


def _by_key(contents):
    return sorted(contents, key=lambda content: content["citation_key"])


def _agencies_named(cells, sources):
    """Return the ids of the agencies that claims or sources name."""
    of_claims = {
        claim[role]
        for _cell, content, _review in cells
        for claim in content.get("claims", [])
        for role in ("publisher", "collector")
    }
    return of_claims | {content["agency"] for content in sources.values()}
