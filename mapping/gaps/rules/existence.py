"""Are there data at all, and of what?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapping.availability.models import PartialReason, Scope
from mapping.gaps.kinds import all_claims, data_claims, found, gap_type
from mapping.gaps.sentences import listed, told_years

NOT_GOVERNMENT = frozenset(Scope) - {Scope.GOVERNMENT, Scope.ANY}


@gap_type(
    "no_data",
    label=gettext_lazy("No data"),
    definition=gettext_lazy(
        "The cell says “not available”: it was assessed, and nobody was found to have the data. "
        "A cell that was not assessed, or does not apply, is no such gap."
    ),
    advice=gettext_lazy(
        "Ask the agencies concerned whether raw records exist that could be processed; else propose to collect the data."
    ),
)
def _no_data(section, indicator):
    cells = [cell for cell in indicator.cells if cell.lacks_data]
    return found(indicator, cells, _("%(indicator)s: no data for %(years)s."), all_claims(cells))


@gap_type(
    "no_stock",
    label=gettext_lazy("No full stock"),
    definition=gettext_lazy(
        "The total of the stock (measure “stock”, no breakdown) was assessed, and is fully available for none of the "
        "assessed years."
    ),
    advice=gettext_lazy(
        "Find out which register, census or survey could give a stock at one reference date, and who would report it."
    ),
)
def _no_stock(section, indicator):
    cells = [cell for cell in indicator.cells if cell.assessed]
    is_stock = (indicator.measure, indicator.breakdown) == ("stock", "total")
    if not is_stock or any(cell.value == "available" for cell in cells):
        return None
    partial = [cell.year for cell in cells if cell.has_data]
    if partial:
        sentence = _("%(indicator)s: no full count for any assessed year (%(years)s), in part for %(partial)s.")
    else:
        sentence = _("%(indicator)s: no count for any assessed year (%(years)s).")
    return found(indicator, cells, sentence, all_claims(cells), partial=told_years(partial))


@gap_type(
    "missing_breakdown",
    label=gettext_lazy("Breakdown missing"),
    definition=gettext_lazy(
        "There are data on the total of the same measure in the year, but the breakdown is not available."
    ),
    advice=gettext_lazy(
        "Whoever has the total may be able to break it down: ask for a tabulation, or for the variable to be recorded."
    ),
)
def _missing_breakdown(section, indicator):
    total = section.total_of(indicator)
    if total is None or indicator.breakdown == "total":
        return None
    with_total = {cell.year: cell for cell in total.cells if cell.has_data}
    cells = [cell for cell in indicator.cells if cell.lacks_data and cell.year in with_total]
    sentence = _("%(indicator)s: missing for %(years)s, although there are data on the total.")
    whom_to_ask = data_claims(with_total[cell.year] for cell in cells)
    return found(indicator, cells, sentence, whom_to_ask)


@gap_type(
    "partial",
    label=gettext_lazy("Partial"),
    definition=gettext_lazy("The cell says “partially available”, for whatever reason."),
    advice=gettext_lazy("Find out what is left out and why, and whether the source can be extended to the whole."),
)
def _partial(section, indicator):
    cells = [cell for cell in indicator.cells if cell.value == "partially_available"]
    years_by_reason = {}
    for cell in sorted(cells, key=lambda cell: cell.year):
        years_by_reason.setdefault(cell.partial_reason, []).append(cell.year)
    told = listed(
        _("%(years)s (%(reason)s)") % {"years": told_years(years), "reason": _reason(reason)}
        for reason, years in years_by_reason.items()
    )
    return found(indicator, cells, _("%(indicator)s: in part only for %(told)s."), data_claims(cells), told=told)


@gap_type(
    "nothing_from_government",
    label=gettext_lazy("Nothing from government"),
    definition=gettext_lazy(
        "Somebody else (an international body, a survey, research, an NGO, a company) has data for the year, and no "
        "claim shows data of a government agency. Where nobody has data, it is “no data” instead."
    ),
    advice=gettext_lazy(
        "Ask the agencies in charge whether they hold comparable records; else agree who should report them."
    ),
)
def _nothing_from_government(section, indicator):
    cells = [cell for cell in indicator.cells if cell.has_data and _only_others(cell.data_claims)]
    others = listed(sorted({claim.agency or claim.basis for claim in data_claims(cells)}))
    sentence = _("%(indicator)s: no data of a government agency for %(years)s; there are data from %(others)s.")
    return found(indicator, cells, sentence, data_claims(cells), others=others)


@gap_type(
    "not_assessed",
    label=gettext_lazy("Not assessed"),
    definition=gettext_lazy(
        "The cell applies and is empty: nobody has judged it yet. This is work left, and says nothing about the data."
    ),
    advice=gettext_lazy("Search for the data and assess these cells, or mark those that do not apply."),
)
def _not_assessed(section, indicator):
    cells = [cell for cell in indicator.cells if cell.applicable and not cell.assessed]
    return found(indicator, cells, _("%(indicator)s: not assessed for %(years)s."), all_claims(cells))


TYPES = (_no_data, _no_stock, _missing_breakdown, _nothing_from_government, _partial)
WORK_LEFT = (_not_assessed,)


def _reason(key):
    return PartialReason(key).label if key else _("reason not given")


def _only_others(claims):
    """Say whether others are known to have the data, and none of them may be a government agency."""
    return bool(claims) and all(claim.scope in NOT_GOVERNMENT and not claim.of_government for claim in claims)
