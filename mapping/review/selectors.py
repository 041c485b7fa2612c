"""Read what a review is about: where the rows of a section stand, and whose move it is."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Value
from django.utils.translation import gettext as _

from mapping.availability.models import Cell, Claim
from mapping.content.models import ReviewStatus
from mapping.countries.permissions import REVIEWERS, has_role
from mapping.review.permissions import approvable, why_not_return, why_not_submit, why_not_withdraw
from mapping.sources.models import Source


@dataclass
class Rows:
    """Cells and sources that one button is about."""

    cells: list
    sources: list

    def __len__(self):
        return len(self.cells) + len(self.sources)

    @property
    def cell_words(self):
        """Return `id:version` words: what a page posts back, so that nobody decides on what they did not see."""
        return " ".join(f"{cell.pk}:{cell.version}" for cell in self.cells)

    @property
    def source_words(self):
        return " ".join(f"{source.pk}:{source.version}" for source in self.sources)


@dataclass
class SectionReview:
    """What one person can do next with the rows of one section, and what stands in the way."""

    sources: list
    to_submit: Rows
    to_withdraw: Rows
    to_approve: Rows
    to_return: Rows
    submitted: Rows
    unassessed: list

    @property
    def for_others(self):
        """Return how many submitted rows this reviewer worked on: somebody else approves them."""
        return len(self.submitted) - len(self.to_approve)


def section_sources(exercise, section):
    """Return the sources of a section: those listed under it, and those its claims cite."""
    cited = Claim.objects.filter(source=OuterRef("pk"), cell__exercise=exercise, cell__indicator__section=section)
    return (
        Source.objects.filter(exercise=exercise)
        .filter(Q(sections__has=section.key) | Exists(cited))
        .order_by("citation_key")
    )


def section_review(user, exercise, section, cells):
    """Return the SectionReview for a person; `cells` are all cells of the section, read by the caller.

    What of a cell is read here: pk, version, value, partial_reason, status and submitted_by_id.
    """
    sources = list(section_sources(exercise, section))

    kinds = {
        model: {(row.status, row.submitted_by_id) for row in found}
        for model, found in ((Cell, cells), (Source, sources))
    }

    def allowed(model, found, why_not):
        """Ask a rule once for all rows that are alike: a section may have thousands."""
        refused = {
            (status, submitter)
            for status, submitter in kinds[model]
            if why_not(user, model(exercise=exercise, status=status, submitted_by_id=submitter))
        }
        if refused == kinds[model]:
            return []
        return [row for row in found if (row.status, row.submitted_by_id) not in refused] if refused else list(found)

    def rows(why_not):
        return Rows(allowed(Cell, cells, why_not), allowed(Source, sources, why_not))

    to_submit = rows(why_not_submit)
    to_submit.cells = [cell for cell in to_submit.cells if cell.value]
    submitted = Rows(*([row for row in found if row.status == ReviewStatus.SUBMITTED] for found in (cells, sources)))
    approvable_ids = _approvable_ids(user, exercise, submitted)
    return SectionReview(
        sources=sources,
        to_submit=to_submit,
        to_withdraw=rows(why_not_withdraw),
        to_approve=Rows(
            [cell for cell in submitted.cells if ("cell", cell.pk) in approvable_ids],
            [source for source in submitted.sources if ("source", source.pk) in approvable_ids],
        ),
        to_return=rows(why_not_return),
        submitted=submitted,
        unassessed=[cell for cell in cells if not cell.value],
    )


def _approvable_ids(user, exercise, submitted):
    """Return {("cell" or "source", id)} of the submitted rows that this person may approve, by one query."""
    found = [(Cell, submitted.cells), (Source, submitted.sources)]
    asked = [
        approvable(user, model.objects.filter(pk__in=[row.pk for row in rows]))
        .order_by()
        .annotate(kind=Value(model._meta.model_name))
        .values_list("kind", "pk")
        for model, rows in found
        if rows
    ]
    if not asked or not has_role(user, exercise, REVIEWERS):
        return set()
    return set(asked[0].union(*asked[1:], all=True))


# --- What a cell waits for ---------------------------------------------------


def unapproved_sources(model, ids):
    """Return {cell id: [citation keys]} of cited sources that are not approved."""
    if model is not Cell:
        return {}
    cited = Claim.objects.filter(cell__in=ids, source__isnull=False).exclude(source__status=ReviewStatus.APPROVED)
    found = {}
    for cell_id, key in (
        cited.order_by("source__citation_key").values_list("cell_id", "source__citation_key").distinct()
    ):
        found.setdefault(cell_id, []).append(key)
    return found


def why_sources_unapproved(row, unapproved):
    """Return which sources a row waits for to be approved, or an empty string; `unapproved` as returned above."""
    if row.pk not in unapproved:
        return ""
    return _("It cites %(sources)s, not approved yet. Approve the source first.") % {
        "sources": ", ".join(unapproved[row.pk])
    }
