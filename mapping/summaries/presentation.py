"""A snapshot as people read it: the words, tables and sentences that the page and the PDF share.

All of it is plain data, made from the snapshot alone. Numbers are taken from it, never counted here a second time
under another definition, so that every format shows the same.
"""

from datetime import datetime
from itertools import groupby

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapping.availability.models import Value
from mapping.framework.models import Indicator
from mapping.gaps.sentences import told_years
from mapping.gaps.types import TYPES, WORK_LEFT
from mapping.sources.models import Access
from mapping.summaries.figure import figure
from mapping.summaries.models import Basis

VALUES = {
    Value.AVAILABLE.value: Value.AVAILABLE.label,
    Value.PARTIALLY_AVAILABLE.value: Value.PARTIALLY_AVAILABLE.label,
    Value.NOT_AVAILABLE.value: Value.NOT_AVAILABLE.label,
    "not_assessed": gettext_lazy("Not assessed"),
    Value.NOT_APPLICABLE.value: Value.NOT_APPLICABLE.label,
}
GROUPS = dict(Indicator.Group.choices)
MARKED_ACCESS = ("on_request", "not_shared")  # in tables; that data are public needs no mark


def presented(snapshot):
    """Return a snapshot as words, in the snapshot's own language."""
    with translation.override(snapshot["language"]):
        return {
            "language": snapshot["language"],
            "title": _("%(country)s: which migration data exist, and which are missing")
            % {"country": snapshot["country"]["name"]},
            "draft": _("Draft: current content, not reviewed") if snapshot["basis"] == Basis.CURRENT else "",
            "watermark": _("Draft") if snapshot["basis"] == Basis.CURRENT else "",
            "about": _about(snapshot),
            "lead": _lead(snapshot),
            "score_note": _(
                "Score: available 1, partially available ½, not available 0, as a share of the assessed cells. "
                "What does not apply is in no denominator; what was not assessed is never counted as not available."
            ),
            "numbers": _numbers(snapshot["scores"]),
            "years": _years(snapshot),
            "overview": [_overview(section, _years(snapshot)) for section in snapshot["sections"]],
            "key": {str(word): figure([("", value)]) for value, word in VALUES.items()},
            "gap_types": _gap_types(snapshot),
            "sections": [_section(section, number, snapshot) for number, section in enumerate(snapshot["sections"], 1)],
            "references": [_source(reference) for reference in snapshot["references"]],
            "agencies": [_agency(agency) for agency in snapshot["agencies"]],
            "labels": _labels(),
        }


def _labels():
    """Return the headings that both formats print."""
    return {
        "overview": _("Where the gaps are"),
        "figure": _(
            "One mark is one indicator in one year; stocks, flows and other measures begin a line each. The same place "
            "is the same indicator in every year."
        ),
        "gap_types": _("Gaps and what to do next"),
        "gaps": _("Gaps"),
        "no_gaps": _("No gap was found in this section."),
        "sources": _("Sources"),
        "no_sources": _("No source is cited in this section."),
        "agencies": _("Agencies"),
        "section": _("Section"),
        "assessed": _("Assessed"),
        "applicable": _("of applicable"),
        "score": _("Score"),
        "type": _("Type"),
        "number": _("Number"),
        "what_to_do": _("What to do next"),
        "where": _("Where"),
        "meaning": _("What it means"),
        "indicator": _("Indicator"),
        "other_years": _("Years outside the table"),
        "source": _("Source"),
        "kind": _("Kind, frequency"),
        "access": _("Access"),
        "breakdowns": _("Breakdowns"),
        "languages": _("Languages"),
        "agency": _("Agency"),
        "formal_request": _("Formal request"),
        "contradicted": _("contradicted"),
        "in_review": _("not approved"),
        "contents": _("Contents"),
        "availability": _("Availability"),
        "values": {key: str(word) for key, word in VALUES.items()},
        "marked_access": {key: str(Access(key).label) for key in MARKED_ACCESS},
    }


def _about(snapshot):
    compiled = datetime.fromisoformat(snapshot["compiled_at"])
    return _("Compiled on %(date)s from %(basis)s of %(exercise)s, methodology %(methodology)s. Snapshot %(hash)s.") % {
        "date": date_format(compiled, "DATE_FORMAT"),
        "basis": Basis(snapshot["basis"]).label,
        "exercise": snapshot["exercise"],
        "methodology": f"{snapshot['methodology']['key']} {snapshot['methodology']['version']}",
        "hash": snapshot["snapshot"][:12],
    }


def _lead(snapshot):
    values = {**snapshot["scores"], "span": _span(snapshot)}
    if not values["assessed"]:
        return _("Of %(applicable)d combinations of indicator and year (%(span)s), none was assessed yet.") % values
    return (
        _(
            "Of %(applicable)d combinations of indicator and year (%(span)s), %(assessed)d were assessed: for "
            "%(available)d the data exist, for %(partially_available)d in part, and for %(not_available)d nothing was "
            "found. %(not_assessed)d were not assessed; they are work left, not gaps."
        )
        % values
    )


def _span(snapshot):
    years = _years(snapshot)
    earliest = min((cell["year"] for section in snapshot["sections"] for cell in section["cells"]), default=years[0])
    if earliest >= years[0]:
        return told_years(years)
    return _("%(years)s, some indicators from %(earliest)d") % {"years": told_years(years), "earliest": earliest}


def _numbers(scores):
    of_assessed = _("of %(assessed)d assessed") % scores
    return [
        {"label": str(VALUES["available"]), "value": scores["available"], "of": of_assessed},
        {"label": str(VALUES["partially_available"]), "value": scores["partially_available"], "of": of_assessed},
        {"label": str(VALUES["not_available"]), "value": scores["not_available"], "of": of_assessed},
        {
            "label": str(VALUES["not_assessed"]),
            "value": scores["not_assessed"],
            "of": _("of %(applicable)d applicable") % scores,
        },
        {"label": _("Score"), "value": told_percent(scores["score"]), "of": of_assessed},
    ]


def told_percent(percent):
    """Return a share for people; a dash of nothing, for “0 %” of nothing is no finding."""
    return "–" if percent is None else f"{number_format(percent, 1)}\N{NO-BREAK SPACE}%"


def _years(snapshot):
    first, last = snapshot["years"]
    return list(range(first, last + 1))


def _overview(section, years):
    scores = section["scores"]
    return {
        "key": section["key"],
        "title": section["title"],
        **{name: scores[name] for name in ("applicable", "assessed", "not_assessed")},
        **{name: scores[name] for name in ("available", "partially_available", "not_available")},
        "score": told_percent(scores["score"]),
        "figures": [_figure(section, year) for year in years],
    }


def _figure(section, year):
    values = {cell["indicator"]: _value(cell) for cell in section["cells"] if cell["year"] == year}
    drawn = figure(
        [
            (indicator["group"], values[indicator["key"]])
            for indicator in _by_group(section["indicators"])
            if indicator["key"] in values
        ]
    )
    counted = "; ".join(f"{VALUES[value]}: {count}" for value, count in drawn.pop("counts").items())
    return {"year": year, "label": f"{section['title']}, {year}. {counted}", **drawn}


def _section_sentence(scores):
    if not scores["assessed"]:
        return _("None of the %(applicable)d cells was assessed yet.") % scores
    return _(
        "Of %(assessed)d assessed cells, %(available)d are available, %(partially_available)d in part and "
        "%(not_available)d not. %(not_assessed)d of %(applicable)d were not assessed. Score: %(score)s."
    ) % {**scores, "score": told_percent(scores["score"])}


def _gap_types(snapshot):
    """Return each type that occurs, with what it means, where it occurs and what to do about it."""
    titles = {section["key"]: section["title"] for section in snapshot["sections"]}
    found = [(section["key"], gap) for section in snapshot["sections"] for gap in section["gaps"]]
    rows = []
    for kind in TYPES.values():
        keys = [key for key, gap in found if gap["type"] == kind.key]
        if keys:
            where = [{"key": key, "title": titles[key], "count": keys.count(key)} for key in titles if key in keys]
            rows.append(
                {
                    "key": kind.key,
                    "label": str(kind.label),
                    "definition": str(kind.definition),
                    "advice": str(kind.advice),
                    "count": len(keys),
                    "work_left": kind.key in WORK_LEFT,
                    "where": where,
                }
            )
    return rows


def _section(section, number, snapshot):
    references = {reference["citation_key"]: reference for reference in snapshot["references"]}
    years = _years(snapshot)
    return {
        "number": number,
        "key": section["key"],
        "title": section["title"],
        "sentence": _section_sentence(section["scores"]),
        "caption": _("Availability of data: %(section)s, %(years)s")
        % {"section": section["title"], "years": told_years(years)},
        "years": years,
        "groups": _groups(section, years),
        "gaps": _gaps(section),
        "sources": [_source(references[key]) for key in section["sources"]],
    }


def _groups(section, years):
    """Return the rows of the availability table, by group; indicators stay in the order of the methodology."""
    cells = {}
    for cell in section["cells"]:
        cells.setdefault(cell["indicator"], {})[cell["year"]] = cell
    return [
        {
            "title": str(GROUPS[group]),
            "rows": [_row(indicator, cells.get(indicator["key"], {}), years) for indicator in rows],
        }
        for group, rows in groupby(_by_group(section["indicators"]), key=lambda indicator: indicator["group"])
    ]


def _by_group(indicators):
    order = list(GROUPS)
    return sorted(indicators, key=lambda indicator: order.index(indicator["group"]))


def _row(indicator, cells, years):
    outside = [cell for year, cell in sorted(cells.items()) if year not in years]
    return {
        "title": indicator["title"],
        "cells": [_cell(year, cells.get(year)) for year in years],
        "outside": [
            f"{told_years(cell['year'] for cell in run)}: {VALUES[value]}"
            for value, run in ((value, list(run)) for value, run in groupby(outside, key=_value))
        ],
    }


def _value(cell):
    return cell["value"] or "not_assessed"


def _cell(year, cell):
    if cell is None:  # the indicator's own span is shorter
        return {"year": year, "value": "", "word": "", "access": "", "access_word": "", "contradicted": False}
    access = cell["access"] if cell["access"] in MARKED_ACCESS else ""
    return {
        "year": year,
        "value": _value(cell),
        "word": str(VALUES[_value(cell)]),
        "access": access,
        "access_word": str(Access(access).label) if access else "",
        "contradicted": cell["contradicted"],
    }


def _gaps(section):
    """Return the gaps of a section by type, in the order of the types; what is said of several indicators, once."""
    titles = {indicator["key"]: indicator["title"] for indicator in section["indicators"]}
    by_type = ((key, list(gaps)) for key, gaps in groupby(section["gaps"], key=lambda gap: gap["type"]))
    return [
        {"key": key, "label": str(TYPES[key].label), "count": len(gaps), "gaps": _told_together(gaps, titles)}
        for key, gaps in by_type
    ]


def _told_together(gaps, titles):
    subjects = {}
    for gap in gaps:
        subject, rest = _subject_and_rest(gap["text"], titles[gap["indicator"]])
        basis = "; ".join([*gap["agencies"], *gap["sources"]])
        subjects.setdefault((rest, basis), []).append(subject)
    return [
        {"subject": "; ".join(filter(None, names)), "text": rest, "basis": basis}
        for (rest, basis), names in subjects.items()
    ]


def _subject_and_rest(sentence, title):
    """Split “Stock by age: no data for 2018.” in two; a translation that begins otherwise stays whole."""
    rest = sentence.removeprefix(f"{title}: ")
    return ("", sentence) if rest == sentence else (title, rest)


def _source(reference):
    return {
        "key": reference["citation_key"],
        "name": reference["title"] or reference["short_name"],
        "author": ", ".join(reference["authors"]) or reference["institution"],
        "link": reference["link"],
        "kind": ", ".join(_words(key) for key in (reference["data_source_type"], reference["frequency"]) if _says(key)),
        "access": reference["access"],
        "access_word": str(Access(reference["access"]).label),
        "breakdowns": ", ".join(reference["breakdowns"]),
        "languages": ", ".join(reference["languages"]),
        "years": reference["years_covered"],
    }


def _says(key):
    return key not in {"", "unknown"}


def _words(key):
    return key.replace("_", " ")


def _agency(agency):
    return {"acronym": agency["acronym"], "name": agency["name"], "formal_request": _words(agency["formal_request"])}
