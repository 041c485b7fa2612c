"""Kyrgyzstan's facts, entered as a consultant enters them: agencies, sources, cells with their claims.

The file tells them in the workbench's own words. They are a transcription of the country's data gap report of January
2024 (IOM, 2024); a claim without a source of its own rests on that report.
"""

import json
from datetime import date
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

from mapping.availability.models import StatementKind
from mapping.availability.rules import suggested_value
from mapping.availability.services import CellEdit, ClaimEdit, save_cells, save_indicator_note
from mapping.countries.models import Agency, FocalPoint
from mapping.countries.services import save_agency, save_focal_point
from mapping.framework.models import Indicator
from mapping.sources.citations import years_named
from mapping.sources.services import create_source

FILE = Path(__file__).with_name("kyrgyzstan.json")


def read():
    """Return the content of the file."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def enter(*, actor, exercise):
    """Enter all facts into a started, empty exercise, in the name of its consultant."""
    facts = read()
    agencies = _enter_agencies(facts, actor=actor, country=exercise.country)
    sources = _enter_sources(facts, actor=actor, exercise=exercise, agencies=agencies)
    claims = [
        {**row, "claim": _resolved(row["claim"], facts["report"], sources=sources, agencies=agencies)}
        for row in facts["claims"]
    ]
    for section, rows in groupby(claims, key=lambda row: row["section"]):
        save_cells(actor=actor, exercise=exercise, edits=_cell_edits(exercise, section, list(rows)))
    _enter_notes(facts, actor=actor, exercise=exercise)


def _enter_agencies(facts, *, actor, country):
    """Return {acronym: agency}. One that the country has already, from another exercise, stays as it is."""
    known = {agency.acronym: agency for agency in Agency.objects.filter(country=country)}
    new = {
        row["acronym"]: save_agency(actor=actor, agency=Agency(country=country, **row))
        for row in facts["agencies"]
        if row["acronym"] not in known
    }
    for row in facts["focal_points"]:
        if agency := new.get(row["agency"]):
            save_focal_point(actor=actor, focal_point=FocalPoint(**{**row, "agency": agency}))
    return known | new


def _enter_sources(facts, *, actor, exercise, agencies):
    """Return {citation key: source}. The keys stay as printed, gaps and all: others cite them."""
    sources = {}
    for row in facts["sources"]:
        values = {**row, "agency": agencies.get(row.get("agency"))}
        key = values.pop("citation_key")
        if "accessed_on" in values:
            values["accessed_on"] = date.fromisoformat(values["accessed_on"])
        sources[key] = create_source(actor=actor, exercise=exercise, values=values, printed_key=key)
    return sources


def _resolved(claim, report, *, sources, agencies):
    """Return a claim's values with rows in place of their names, resting on the report where it names no source."""
    basis = (
        {"source": sources[claim["source"]]}
        if "source" in claim
        else {"statement_kind": StatementKind.REPORT, "statement": report}
    )
    parties = {party: agencies[claim[party]] for party in ("collector", "publisher") if party in claim}
    return {**claim, **basis, **parties}


def _cell_edits(exercise, section, rows):
    """Return one edit for each cell of a section that the rows speak of."""
    cells = {
        (cell.indicator.key, cell.year): cell
        for cell in exercise.cells.filter(indicator__section__key=section).select_related("indicator")
    }
    said = {}
    for row in rows:
        for year in years_named(row["years"]):
            # A year outside the indicator's span has no cell: the years covered of the source tell it.
            if cell := cells.get((row["indicator"], year)):
                said.setdefault(cell, []).append(row)
    return [
        CellEdit(cell.pk, cell.version, _judgement(told), [ClaimEdit(row["claim"]) for row in told])
        for cell, told in said.items()
    ]


def _judgement(rows):
    """Return a cell's value as its claims suggest it, with the reasons of those that say partially."""
    value = suggested_value([SimpleNamespace(**row["claim"]) for row in rows])
    partial = [row for row in rows if "partial_reason" in row]
    if value != "partially_available":
        return {"value": value}
    notes = dict.fromkeys(row["partial_note"] for row in partial)
    return {"value": value, "partial_reason": partial[0]["partial_reason"], "partial_note": "; ".join(notes)}


def _enter_notes(facts, *, actor, exercise):
    for row in facts["indicator_notes"]:
        indicator = Indicator.objects.get(
            section__methodology=exercise.methodology_id, section__key=row["section"], key=row["indicator"]
        )
        save_indicator_note(actor=actor, exercise=exercise, indicator=indicator, text=row["text"])
