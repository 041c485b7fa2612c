"""Compile one snapshot of an exercise: the JSON that others script against, every number of it made here.

The same content and methodology give the same bytes but for `compiled_at`: everything is in a fixed order, keys are
sorted, and rows are told by what they say, never by their ids.
"""

import hashlib
import json
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from mapping.availability.rules import access_of
from mapping.gaps.rules.quality import is_contradicted
from mapping.gaps.scores import percent, score, share
from mapping.gaps.types import cross_cutting, gaps_of

SCHEMA = "migration-data-mapping/summary/1"
# The columns of the sources-by-year table, and what finds the source again. Notes are for those who work on it.
_SOURCE_KEYS = (
    "citation_key", "short_name", "authors", "institution", "agency", "title", "link", "data_source_type", "frequency",
    "access", "access_detail", "breakdowns", "definition_used", "languages", "years_covered", "sections",
    "archived_link",
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """What a summary is of."""

    exercise: str
    country: dict
    methodology: dict
    years: tuple[int, int]
    basis: str
    language: str


def frame_of(exercise, *, basis, language):
    """Return the frame of a summary of an exercise."""
    return Frame(
        exercise=exercise.code,
        country={"code": exercise.country.alpha_3, "name": exercise.country.name},
        methodology={"key": exercise.methodology.key, "version": exercise.methodology.version},
        years=(exercise.first_year, exercise.last_year),
        basis=str(basis),
        language=language,
    )


def unheard(step, steps, title):
    """Take progress where nobody waits for it."""


def compile_snapshot(frame, facts, *, compiled_at, progress=unheard):
    """Return the snapshot of facts; `progress` is told each step before it begins.

    Its sentences are in the language that is active, which should be the frame's.
    """
    steps = len(facts.sections) + 2
    sections, found = [], []
    for number, section in enumerate(facts.sections, 2):
        progress(number, steps, section.title)
        gaps = gaps_of(section)
        found.append((section, gaps))
        sections.append(_section(section, gaps, facts))
    progress(steps, steps, _("What sections have in common"))
    content = {
        "schema": SCHEMA,
        **asdict(frame),
        "sections": sections,
        "gaps": [{**_gap(gap), "sections": gap.sections} for gap in cross_cutting(found)],
        # These join with the room `context`.
        "definitions": [],
        "conventions": [],
        "policies": [],
        "agencies": facts.agencies,
        "references": [_reference(source) for source in facts.sources if _is_used(source, sections)],
        "scores": _scores(cell for section in facts.sections for cell in section.cells),
    }
    told = {"compiled_at": compiled_at.isoformat(timespec="seconds"), "snapshot": digest(content)}
    return json.loads(as_json(content | told))


def digest(content):
    """Return the hash of a snapshot's content: the same for the same content and methodology."""
    hashed = {key: value for key, value in content.items() if key not in {"compiled_at", "snapshot"}}
    canonical = json.dumps(hashed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def as_json(snapshot):
    """Return a snapshot as text: the same on every database, whatever order it gives keys back in."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _section(section, gaps, facts):
    cited = {claim.source for cell in section.cells for claim in cell.claims}
    return {
        "key": section.key,
        "title": section.title,
        "scores": _scores(section.cells),
        "indicators": [
            {
                "key": indicator.key,
                "title": indicator.title,
                "measure": indicator.measure,
                "breakdown": indicator.breakdown,
                "group": indicator.group,
            }
            for indicator in section.indicators
        ],
        "cells": [_cell(indicator, cell) for indicator in section.indicators for cell in indicator.cells],
        "sources": [
            source["citation_key"]
            for source in facts.sources
            if source["citation_key"] in cited or section.key in source["sections"]
        ],
        "gaps": [_gap(gap) for gap in gaps],
        "narrative": "",
    }


def _cell(indicator, cell):
    return {
        "indicator": indicator.key,
        "year": cell.year,
        "value": cell.value or None,
        "access": access_of(cell.claims, cell.value) or None,
        "partial_reason": cell.partial_reason or None,
        "review": cell.review,
        "member_check": None,  # joins with member checking
        "contradicted": is_contradicted(cell),
        "claims": [_claim(claim) for claim in cell.claims],
    }


def _claim(claim):
    return {
        "source": claim.basis,
        "agency": claim.agency or None,
        "scope": claim.scope,
        "value": claim.value,
        "access": claim.access,
        "nature": claim.nature,
        "languages": claim.languages,
        "period": claim.period or None,
        "note": claim.note,
    }


def _gap(gap):
    return {
        "type": gap.type,
        "indicator": gap.indicator,
        "years": gap.years,
        "text": gap.text,
        "agencies": gap.agencies,
        "sources": gap.sources,
    }


def _is_used(source, sections):
    return any(source["citation_key"] in section["sources"] for section in sections)


def _reference(source):
    return {key: source[key] for key in _SOURCE_KEYS} | {"accessed_on": str(source["accessed_on"] or "") or None}


def _scores(cells):
    counted = score(list(cells))
    return {
        "cells": counted.cells,
        "not_applicable": counted.not_applicable,
        "applicable": counted.applicable,
        "assessed": counted.assessed,
        "not_assessed": counted.not_assessed,
        "available": counted.available,
        "partially_available": counted.partially_available,
        "not_available": counted.not_available,
        "approved": counted.approved,
        # In per cent; null of nothing.
        "share_assessed": percent(share(counted.assessed, counted.applicable)),
        "share_approved": percent(share(counted.approved, counted.cells)),
        "score": percent(counted.of_assessed),
        "score_of_applicable": percent(counted.of_applicable),
    }
