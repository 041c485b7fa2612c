"""How good are the data: whole, regular, in numbers, undisputed?"""

from itertools import combinations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapping.availability.rules import contradictions
from mapping.fields import folded
from mapping.gaps.kinds import data_claims, found, gap_type
from mapping.gaps.sentences import listed, told_years


@gap_type(
    "outdated",
    label=gettext_lazy("Outdated"),
    definition=gettext_lazy(
        "There are data for an earlier year, and every assessed year after the last one with data lacks them."
    ),
    advice=gettext_lazy("Ask whether the series goes on, and when the next data are due."),
)
def _outdated(section, indicator):
    latest = max((cell.year for cell in indicator.cells if cell.has_data), default=None)
    if latest is None:
        return None
    cells = [cell for cell in indicator.cells if cell.lacks_data and cell.year > latest]
    sentence = _("%(indicator)s: the latest data are of %(latest)d; none for %(years)s.")
    return found(indicator, cells, sentence, data_claims([indicator.cell(latest)]), latest=latest)


@gap_type(
    "irregular",
    label=gettext_lazy("Irregular"),
    definition=gettext_lazy(
        "There are data for an earlier and for a later year, but not for an assessed year between."
    ),
    advice=gettext_lazy("Ask for the years between, and whether the data can be produced every year."),
)
def _irregular(section, indicator):
    with_data = [cell for cell in indicator.cells if cell.has_data]
    if not with_data:
        return None
    first, last = min(cell.year for cell in with_data), max(cell.year for cell in with_data)
    cells = [cell for cell in indicator.cells if cell.lacks_data and first < cell.year < last]
    sentence = _("%(indicator)s: there are data for %(with_data)s, but not for %(years)s between.")
    told = told_years(cell.year for cell in with_data)
    return found(indicator, cells, sentence, data_claims(with_data), with_data=told)


@gap_type(
    "part_year",
    label=gettext_lazy("Part of the year"),
    definition=gettext_lazy("The cell is partially available because the data cover a part of the year only."),
    advice=gettext_lazy("Complete the year as soon as its data are out, and mark figures until then as partial."),
)
def _part_year(section, indicator):
    cells = _partial_because("part_of_the_year", indicator)
    return found(indicator, cells, _("%(indicator)s: a part of the year only for %(years)s."), data_claims(cells))


@gap_type(
    "qualitative_only",
    label=gettext_lazy("Qualitative only"),
    definition=gettext_lazy(
        "The data of the year describe and do not count: the cell is partially available for that reason, or all "
        "its claims that show data are qualitative."
    ),
    advice=gettext_lazy("Ask whether the records behind the description can be counted."),
)
def _qualitative_only(section, indicator):
    cells = [
        cell
        for cell in indicator.cells
        if cell.has_data and (cell.partial_reason == "qualitative_only" or _all_qualitative(cell.data_claims))
    ]
    return found(indicator, cells, _("%(indicator)s: descriptions, no counts, for %(years)s."), data_claims(cells))


@gap_type(
    "not_digitised",
    label=gettext_lazy("Not digitised"),
    definition=gettext_lazy("The cell is partially available because the data exist on paper only."),
    advice=gettext_lazy("Find out how many records there are, and propose to digitise them, the latest years first."),
)
def _not_digitised(section, indicator):
    cells = _partial_because("not_digitised", indicator)
    return found(indicator, cells, _("%(indicator)s: on paper only for %(years)s."), data_claims(cells))


@gap_type(
    "contradicted",
    label=gettext_lazy("Contradicted"),
    definition=gettext_lazy(
        "Two claims on the cell, of the same subgroup and overlapping scope, differ in value or, for one agency, in "
        "access, and no note resolves it. “The government has none, another body has some” is no contradiction."
    ),
    advice=gettext_lazy("Ask the sources that contradict each other which is right, and note how it was resolved."),
)
def _contradicted(section, indicator):
    cells = [cell for cell in indicator.cells if is_contradicted(cell)]
    claims = [claim for cell in cells for pair in contradictions(cell.claims) for claim in pair]
    sentence = _("%(indicator)s: sources contradict each other for %(years)s (%(bases)s).")
    return found(indicator, cells, sentence, claims, bases=_bases(claims))


@gap_type(
    "definition_differs",
    label=gettext_lazy("Definitions differ"),
    definition=gettext_lazy(
        "The cell is partially available because of an incompatible definition, or two sources with data on it each "
        "state the definition they use, in different words."
    ),
    advice=gettext_lazy("Compare the definitions, say which data fit which, and raise it with the agencies."),
)
def _definition_differs(section, indicator):
    cells = [
        cell
        for cell in indicator.cells
        if cell.has_data and (cell.partial_reason == "incompatible_definition" or _definitions_differ(cell))
    ]
    claims = [claim for claim in data_claims(cells) if claim.definition] or data_claims(cells)
    sentence = _("%(indicator)s: what is counted differs for %(years)s (%(bases)s).")
    return found(indicator, cells, sentence, claims, bases=_bases(claims))


@gap_type(
    "single_source",
    label=gettext_lazy("Single source"),
    definition=gettext_lazy("All data of the indicator, over all years, rest on one source or one statement."),
    advice=gettext_lazy("Look for a second source to check the first against, and secure the one there is."),
)
def _single_source(section, indicator):
    cells = [cell for cell in indicator.cells if cell.has_data]
    claims = data_claims(cells)
    if len({(claim.source, claim.basis) for claim in claims}) != 1:
        return None
    sentence = _("%(indicator)s: one source only (%(bases)s) for %(years)s.")
    return found(indicator, cells, sentence, claims, bases=_bases(claims))


TYPES = (
    _outdated,
    _irregular,
    _part_year,
    _qualitative_only,
    _not_digitised,
    _contradicted,
    _definition_differs,
    _single_source,
)


def is_contradicted(cell):
    """Say whether the claims of a cell contradict each other and no note resolves it."""
    return cell.applicable and not cell.resolved and bool(contradictions(cell.claims))


def _partial_because(reason, indicator):
    return [cell for cell in indicator.cells if cell.has_data and cell.partial_reason == reason]


def _all_qualitative(claims):
    return bool(claims) and all(claim.nature == "qualitative" for claim in claims)


def _definitions_differ(cell):
    stated = [claim for claim in cell.data_claims if claim.definition and claim.source]
    return any(
        one.source != other.source and folded(one.definition) != folded(other.definition)
        for one, other in combinations(stated, 2)
    )


def _bases(claims):
    return listed(sorted({claim.basis for claim in claims}))
