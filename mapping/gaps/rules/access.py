"""Can people get and read the data?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapping.gaps.kinds import data_claims, found, gap_type
from mapping.gaps.sentences import listed

SHARED_LANGUAGE = "en"  # the one that all countries of the programme read


@gap_type(
    "on_request_only",
    label=gettext_lazy("On request only"),
    definition=gettext_lazy("There are data for the year, and every claim that shows data says “on request”."),
    advice=gettext_lazy("Send a formal data request, and ask that the data be published from now on."),
)
def _on_request_only(section, indicator):
    cells = [cell for cell in indicator.cells if cell.has_data and _all_on_request(cell.data_claims)]
    claims = data_claims(cells)
    sentence = _("%(indicator)s: on request only for %(years)s%(agencies)s.")
    return found(indicator, cells, sentence, claims, agencies=_in_brackets(claims))


@gap_type(
    "not_released",
    label=gettext_lazy("Not released"),
    definition=gettext_lazy(
        "A claim says “not shared”: somebody collects or holds data and gives them to nobody, whatever others publish."
    ),
    advice=gettext_lazy("Ask what keeps the data from being released, and under which terms a summary could be."),
)
def _not_released(section, indicator):
    cells = [cell for cell in indicator.cells if cell.applicable and _not_shared(cell)]
    claims = [claim for cell in cells for claim in _not_shared(cell)]
    sentence = _("%(indicator)s: held but not released for %(years)s%(agencies)s.")
    return found(indicator, cells, sentence, claims, agencies=_in_brackets(claims))


@gap_type(
    "language",
    label=gettext_lazy("Not in English"),
    definition=gettext_lazy(
        "There are data for the year, the languages of all of them are known (the claim's, else its source's), and "
        "English is none of them."
    ),
    advice=gettext_lazy("Ask the publisher for table headings and notes in English, or have them translated."),
)
def _language(section, indicator):
    cells = [cell for cell in indicator.cells if cell.has_data and _never_in_english(cell.data_claims)]
    claims = data_claims(cells)
    codes = listed(sorted({code for claim in claims for code in claim.languages}))
    sentence = _("%(indicator)s: not in English for %(years)s, only in: %(languages)s.")
    return found(indicator, cells, sentence, claims, languages=codes)


TYPES = (_on_request_only, _not_released, _language)


def _all_on_request(claims):
    return bool(claims) and all(claim.access == "on_request" for claim in claims)


def _not_shared(cell):
    return [claim for claim in cell.claims if claim.access == "not_shared"]


def _never_in_english(claims):
    return bool(claims) and all(claim.languages and SHARED_LANGUAGE not in claim.languages for claim in claims)


def _in_brackets(claims):
    agencies = listed(sorted({claim.agency for claim in claims} - {""}))
    return _(" (%(agencies)s)") % {"agencies": agencies} if agencies else ""
