"""Read what a review is about: where the rows of a section stand, and whose move it is."""

from dataclasses import dataclass

from django.db.models import Q

from mapping.availability.models import Cell, Claim, Value
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
    without_reason: list

    @property
    def for_others(self):
        """Return how many submitted rows this reviewer worked on: somebody else approves them."""
        return len(self.submitted) - len(self.to_approve)


def section_sources(exercise, section):
    """Return the sources of a section: those listed under it, and those its claims cite."""
    cited = Claim.objects.filter(cell__exercise=exercise, cell__indicator__section=section).values("source")
    return (
        Source.objects.filter(exercise=exercise)
        .filter(Q(sections__has=section.key) | Q(pk__in=cited.exclude(source=None)))
        .order_by("citation_key")
    )


def section_review(user, exercise, section, cells):
    """Return the SectionReview for a person; `cells` are all cells of the section, read by the caller."""
    sources = list(section_sources(exercise, section))
    for source in sources:
        source.exercise = exercise

    def rows(allows):
        return Rows([cell for cell in cells if allows(cell)], [source for source in sources if allows(source)])

    to_submit = rows(lambda row: getattr(row, "value", True) and not why_not_submit(user, row))
    approvable_ids = {
        model: _approvable_ids(user, exercise, model, [row.pk for row in found if row.status == ReviewStatus.SUBMITTED])
        for model, found in ((Cell, cells), (Source, sources))
    }
    return SectionReview(
        sources=sources,
        to_submit=to_submit,
        to_withdraw=rows(lambda row: not why_not_withdraw(user, row)),
        to_approve=rows(lambda row: row.pk in approvable_ids[type(row)]),
        to_return=rows(lambda row: not why_not_return(user, row)),
        submitted=rows(lambda row: row.status == ReviewStatus.SUBMITTED),
        unassessed=[cell for cell in cells if not cell.value],
        without_reason=[
            cell for cell in to_submit.cells if cell.value == Value.PARTIALLY_AVAILABLE and not cell.partial_reason
        ],
    )


def _approvable_ids(user, exercise, model, ids):
    if not ids or not has_role(user, exercise, REVIEWERS):
        return set()
    return set(approvable(user, model.objects.filter(pk__in=ids)).order_by().values_list("pk", flat=True))
