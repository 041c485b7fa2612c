"""Read comments: the threads about a row, how many are open, which of them stand against submitting."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.selectors import read_people
from mapping.availability.models import Cell
from mapping.comments.models import About, Comment
from mapping.sources.models import Source


@dataclass
class Thread:
    """A comment with its replies, and what its reader may do with it."""

    comment: Comment
    replies: list
    why_not_resolve: str = ""


def row_or_404(exercise, about, pk):
    """Return the cell, source or section of the exercise that a comment is about."""
    found = {
        About.CELL: Cell.objects.filter(exercise=exercise).select_related("indicator__section"),
        About.SOURCE: Source.objects.filter(exercise=exercise),
        About.SECTION: exercise.methodology.sections.all(),
    }
    return get_object_or_404(found[About(about)], pk=pk)


def belongs(exercise, about, row):
    """Tell whether the row is one of the exercise."""
    if about == About.SECTION:
        return row.methodology_id == exercise.methodology_id
    return row.exercise_id == exercise.pk


def about_row(about, row):
    """Return the fields of a comment about the row."""
    return {"section_key": row.key} if about == About.SECTION else {About(about).value: row}


def threads(exercise, about, row, *, resolved=True):
    """Return the [Thread] about a row, the open ones first."""
    found = Comment.objects.filter(exercise=exercise, **about_row(about, row))
    return in_threads(found if resolved else found.filter(Q(resolved_at=None) & ~Q(parent__resolved_at__isnull=False)))


def in_threads(comments):
    """Return comments as [Thread], the open ones first; by two queries, or by one where there are none."""
    by_thread, opening = {}, []
    comments = list(comments.order_by("created_at", "pk"))
    read_people(comments, "author", "resolved_by")
    for comment in comments:
        if comment.parent_id:
            by_thread.setdefault(comment.parent_id, []).append(comment)
        else:
            opening.append(comment)
    opening.sort(key=lambda comment: not comment.is_open)
    return [Thread(comment, by_thread.get(comment.pk, [])) for comment in opening]


def said_in_section(exercise, section):
    """Return ([Thread] about a section, {cell id: how many threads about that cell of it are open})."""
    of_cells = Q(cell__indicator__section=section, parent=None, resolved_at=None)
    said = in_threads(Comment.objects.filter(of_cells | Q(section_key=section.key), exercise=exercise))
    counts = Counter(thread.comment.cell_id for thread in said)
    del counts[None]
    return [thread for thread in said if thread.comment.cell_id is None], counts


def open_threads(**about):
    """Return open threads, narrowed by the fields of a comment."""
    return Comment.objects.filter(parent=None, resolved_at=None, **about)


def open_of_cell():
    """Return an expression for a query of cells: how many threads about each are open, or nothing."""
    found = open_threads(cell=OuterRef("pk")).order_by().values("cell")
    return Subquery(found.annotate(count=Count("pk")).values("count"))


def blocking(model, exercise, ids):
    """Return {row id: a sentence} of the rows that cannot be submitted before a comment is settled; two queries at most.

    Parameters: `model` is Cell or Source; a comment on a section stands against all cells of it.
    """
    said = open_threads(exercise=exercise, blocks=True).order_by("created_at")
    found = {}
    if model is Cell:
        comments = list(said.filter(source=None))
        sections = _sections(ids) if any(comment.section_key for comment in comments) else {}
        for pk in ids:
            found[pk] = [
                comment
                for comment in comments
                if comment.cell_id == pk or (comment.section_key and comment.section_key == sections.get(pk))
            ]
    else:
        for comment in said.filter(source__in=ids):
            found.setdefault(comment.source_id, []).append(comment)
    return {pk: _why_blocked(comments) for pk, comments in found.items() if comments}


def _sections(ids):
    return dict(Cell.objects.filter(pk__in=ids).order_by().values_list("pk", "indicator__section__key"))


def _why_blocked(comments):
    return _("A comment must be settled first: “%(comment)s”") % {"comment": comments[0]}


def address(exercise, about, row):
    """Return the address of the page with all that is said of a row."""
    return reverse("comments_of_row", args=[exercise.code, About(about).value, row.pk])
