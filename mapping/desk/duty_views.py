"""The page that tells who holds which section of an exercise, and where a coordinator changes it."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused
from mapping.audit.presentation import told
from mapping.desk import selectors
from mapping.desk.pages import desk_view, exercise_page, tell
from mapping.duties import selectors as duties
from mapping.duties.forms import wanted_of
from mapping.duties.permissions import why_not_assign
from mapping.duties.services import assign_sections

ENTRIES_SHOWN = 30


@desk_view("GET", "POST")
def section_assignments(request, exercise):
    """Show who enters and who reviews each section, since when and by when; a coordinator assigns."""
    sections, typed = selectors.sections_of(exercise), None
    if request.method == "POST":
        try:
            wanted = wanted_of(request.POST, sections)
            count = assign_sections(actor=request.user, exercise=exercise, wanted=wanted)
        except Refused as refusal:
            tell(request, refusal)
            typed = request.POST
        else:
            done = ngettext("%(count)d section assigned.", "%(count)d sections assigned.", count) % {"count": count}
            messages.success(request, done)
            return redirect("section_assignments", code=exercise.code)
    why_not = why_not_assign(request.user, exercise)
    enter, review = duties.people_for(exercise)
    titles = {section.key: section.title for section in sections}
    context = {
        "title": _("Who does which section"),
        "rows": [_row(held, typed, enter, review) for held in duties.held(exercise, sections)],
        "why_not": why_not,
        "today": timezone.localdate(),
        "history": _history(exercise, titles),
    }
    return exercise_page(request, "mapping/duties/assignments.html", exercise, **context)


def _row(held, typed, enter, review):
    """Return a row of the table; what a refused form held stands in it again."""
    key, assignment = held.section.key, held.assignment
    due_on = assignment.due_on.isoformat() if assignment.due_on else ""
    chosen = {"consultant": str(assignment.consultant_id or ""), "reviewer": str(assignment.reviewer_id or "")}
    if typed and f"due-{key}" in typed:
        due_on = typed[f"due-{key}"]
        chosen = {name: typed.get(f"{name}-{key}", "") for name in chosen}
    return {
        "held": held,
        "due_on": due_on,
        "consultant_lost": assignment.consultant_id is not None and assignment.consultant_id not in enter,
        "reviewer_lost": assignment.reviewer_id is not None and assignment.reviewer_id not in review,
        "enter": _choices(enter, chosen["consultant"], assignment.consultant),
        "review": _choices(review, chosen["reviewer"], assignment.reviewer),
    }


def _choices(people, chosen, present):
    """Return [(id, name, whether chosen)]; who holds it stays in the list even after losing the role."""
    people = people if present is None or present.pk in people else {present.pk: present, **people}
    return [(pk, str(person), str(pk) == chosen) for pk, person in people.items()]


def _history(exercise, titles):
    entries = list(duties.history(exercise)[:ENTRIES_SHOWN])
    keys = dict(exercise.section_assignments.order_by().values_list("pk", "section_key"))
    return [(titles.get(keys[row.entry.target_id], ""), row) for row in told(entries)]
