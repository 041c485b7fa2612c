"""What rows lack to be submitted: each lack as a sentence, a refusal or a warning as the methodology's rules say."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim, Value
from mapping.availability.rules import is_contradicted
from mapping.content.models import ReviewStatus
from mapping.fields import folded
from mapping.framework.models import Term
from mapping.sources.models import Access, Source

REFUSE, WARN = "refuse", "warn"
# Whatever a methodology says: there is nothing to review, or the database itself refuses it.
_ALWAYS = {"not_assessed": REFUSE, "partial_without_reason": REFUSE}
_REVIEWED = (ReviewStatus.SUBMITTED, ReviewStatus.APPROVED)
_TOTAL = "total"
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True)
class Lack:
    """One thing that a row lacks. `rule` is its key in the methodology's submission rules."""

    row: object
    rule: str
    refuses: bool
    sentence: str

    @property
    def is_of_cell(self):
        return isinstance(self.row, Cell)


def lacks(model, rows, *, exercise, along=()):
    """Return {row id: [Lack]} of rows that lack something, by three queries at most however many rows there are.

    Parameters: `rows` are cells (with their indicator read) or sources; `along` are the ids of sources that are
    submitted in the same act.
    """
    rows = list(rows)
    if not rows:
        return {}
    found = _cell_lacks(rows, exercise, set(along)) if model is Cell else _source_lacks(rows)
    rules = exercise.methodology.submission_rules | _ALWAYS
    told = {}
    for row, rule, sentence in found:
        told.setdefault(row.pk, []).append(Lack(row, rule, rules.get(rule, WARN) == REFUSE, sentence))
    return told


def refusals(found):
    """Return {row id: [sentence]} of the lacks that stand against a submission."""
    refused = {pk: [lack.sentence for lack in of_row if lack.refuses] for pk, of_row in found.items()}
    return {pk: sentences for pk, sentences in refused.items() if sentences}


# --- Cells -------------------------------------------------------------------


def _cell_lacks(cells, exercise, along):
    claims = _claims_of(cells)
    names = _breakdown_names(exercise) if claims else {}
    for cell in cells:
        said = claims.get(cell.pk, [])
        for rule, sentence in (*_value_lacks(cell, said), *_claim_lacks(cell, said, names, along)):
            yield cell, rule, sentence


def _claims_of(cells):
    claims = {}
    asked = Claim.objects.filter(cell__in=[cell.pk for cell in cells]).select_related("source").order_by("pk")
    for claim in asked.defer("coverage_note", "source__search_text", "source__approved_content"):
        claims.setdefault(claim.cell_id, []).append(claim)
    return claims


def _value_lacks(cell, claims):
    """Yield (rule, sentence) of what the cell itself lacks."""
    if not cell.value:
        yield "not_assessed", _("It is not assessed: choose a value first.")
    if cell.value == Value.PARTIALLY_AVAILABLE and not cell.partial_reason:
        yield "partial_without_reason", _("It is partially available without a reason: say why partially.")
    if cell.value == Value.AVAILABLE and not claims:
        yield "available_without_claim", _("It is available without a claim: say which source or statement says so.")
    if cell.value == Value.PARTIALLY_AVAILABLE and not claims:
        yield "partial_without_claim", _("It is partially available without a claim that says so.")
    if cell.value == Value.NOT_AVAILABLE and not claims:
        yield (
            "not_available_without_claim",
            _("It is not available, and no claim or statement tells where it was looked for."),
        )
    if is_contradicted(cell, claims):
        yield "contradicted_without_note", _("Its claims contradict, and no note says which one holds.")


def _claim_lacks(cell, claims, names, along):
    """Yield (rule, sentence) of what the sources that the cell cites lack, each source once."""
    for source in {claim.source_id: claim.source for claim in claims if claim.source_id}.values():
        key = {"source": source.citation_key}
        if source.covered_years and cell.year not in source.covered_years:
            told = _("%(source)s covers %(years)s, not %(year)s.")
            yield (
                "claim_outside_source_coverage",
                told % {**key, "years": source.years_covered, "year": cell.year},
            )
        if not _covers(source.breakdowns, cell.indicator.breakdown, names):
            told = _("%(source)s is not listed with the breakdown “%(breakdown)s”.")
            name = names.get(cell.indicator.breakdown, cell.indicator.breakdown)
            yield "claim_outside_source_coverage", told % {**key, "breakdown": name}
        if source.status not in _REVIEWED and source.pk not in along:
            yield (
                "source_not_reviewed",
                _("It cites %(source)s, which is neither approved nor submitted with it.") % key,
            )


def _breakdown_names(exercise):
    terms = Term.objects.filter(methodology=exercise.methodology_id, kind=Term.Kind.BREAKDOWN)
    return dict(terms.order_by().values_list("key", "label"))


def _covers(listed, breakdown, names):
    """Say whether a source lists the breakdown, in whatever words; one that lists none may have all."""
    if not listed or breakdown == _TOTAL:
        return True
    wanted = set(_WORD.findall(folded(f"{breakdown.replace('_', ' ')} {names.get(breakdown, '')}")))
    return any(wanted & set(_WORD.findall(folded(str(words)))) for words in listed)


# --- Sources -----------------------------------------------------------------


def _source_lacks(sources):
    for source in sources:
        missing = [name for name, there in _wanted_of(source) if not there]
        if missing:
            sentence = _("Not told yet: %(fields)s.") % {"fields": ", ".join(map(str, missing))}
            yield source, "source_incomplete", sentence


def _wanted_of(source):
    """Return [(name of a field, whether it is told)] of what a reader needs to find and judge a source."""
    field = {name: Source._meta.get_field(name).verbose_name for name in Source.CONTENT_FIELDS}
    return [
        (field["title"], source.title or source.short_name),
        (field["institution"], source.institution or source.agency_id or source.authors),
        (field["data_source_type"], source.data_source_type),
        (field["access"], source.access != Access.UNKNOWN),
        (field["years_covered"], source.years_covered),
    ]
