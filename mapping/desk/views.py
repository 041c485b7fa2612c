"""Pages that combine rooms: an exercise, one of its sections as a grid."""

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.refusals import Refused
from mapping.availability.services import save_cells
from mapping.comments.models import About
from mapping.comments.selectors import said_in_section
from mapping.content.errors import RowsRefused
from mapping.countries import services as countries
from mapping.countries.permissions import COORDINATORS, EDITORS, REVIEWERS, has_role
from mapping.desk import found, grid, grid_page, selectors
from mapping.desk.forms import edits, typed_cells
from mapping.desk.last_act import last_act
from mapping.desk.pages import desk_view, exercise_page, section_or_404, tell
from mapping.desk.talk import talk_about
from mapping.desk.waiting import oldest_first, waiting_for
from mapping.desk.waiting_kinds import Kind
from mapping.desk.waiting_talk import news_of
from mapping.harmonisation.selectors import decisions
from mapping.review.free_reviewers import nobody_free
from mapping.review.selectors import section_review

WAITING_PAGE = 60  # lines

# --- An exercise -------------------------------------------------------------


@desk_view("GET")
def exercise(request, exercise):
    """Show how far an exercise is, who works on it, and the way to everything of it."""
    sections = selectors.sections_of(exercise)
    progress, total = selectors.section_progress(exercise, sections)
    people = list(selectors.people_of(exercise))
    context = {
        "title": str(exercise),
        "progress": progress,
        "total": total,
        "counts": selectors.exercise_counts(exercise),
        "people": people,
        "nobody_free": nobody_free(exercise, people),
        "coordinates": has_role(request.user, exercise, COORDINATORS),
    }
    return exercise_page(request, "mapping/desk/exercise.html", exercise, **context)


@desk_view("POST")
def freeze(request, exercise):
    """Freeze the exercise, or unfreeze it, with a reason."""
    reason = request.POST.get("reason", "").strip()
    change = countries.unfreeze if request.POST.get("do") == "unfreeze" else countries.freeze
    try:
        if not reason:
            raise Refused(_("Say why: everybody who works on it will ask."))
        change(actor=request.user, exercise=exercise, reason=reason)
    except Refused as refusal:
        tell(request, refusal)
    else:
        messages.success(request, _("It is frozen.") if exercise.is_frozen else _("It can be changed again."))
    return redirect("exercise", code=exercise.code)


# --- What waits, of all exercises ---------------------------------------------


@admin.site.admin_view
@require_GET
def my_work(request):
    """Show all that waits for the person, what waits longest first, and why; narrowed to one kind where asked."""
    mentioned, request.unread_notifications = news_of(request.user)
    waiting = oldest_first(waiting_for(request.user, mentioned))
    counts = {kind: sum(1 for one in waiting if one.kind is kind) for kind in Kind}
    wanted = request.GET.get("kind")
    if wanted in Kind.__members__:
        waiting = [one for one in waiting if one.kind.name == wanted]
    context = {
        "title": _("All that waits for you"),
        "page": Paginator(waiting, WAITING_PAGE).get_page(request.GET.get("p")),
        "kinds": [(kind, count, kind.name == wanted) for kind, count in counts.items() if count],
        "wanted": wanted if wanted in Kind.__members__ else "",
    }
    return TemplateResponse(request, "mapping/desk/my_work.html", {**admin.site.each_context(request), **context})


# --- One section as a plain grid ---------------------------------------------


@desk_view("GET", "POST")
def section(request, exercise, key):
    """Show a section as a table and save what was changed in it; a refused save comes back as it was typed."""
    sections = selectors.sections_of(exercise)
    section = section_or_404(sections, key)
    if request.method == "GET":
        return _section_page(request, exercise, sections, section)
    typed = typed_cells(request.POST)
    try:
        saved = save_cells(actor=request.user, exercise=exercise, edits=edits(typed))
    except RowsRefused as refused:
        return _section_page(request, exercise, sections, section, typed=typed, refused=refused)
    if saved:
        told = ngettext("%(count)d cell saved.", "%(count)d cells saved.", len(saved))
        messages.success(request, told % {"count": len(saved)})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect(request.get_full_path())


def _section_page(request, exercise, sections, section, *, typed=None, refused=None):
    read_at = timezone.now()
    threads, comments = said_in_section(exercise, section)
    cells, indicators = grid.section_cells(exercise, section, comments)
    if refused is not None and not refused.refusals.keys() <= {cell.pk for cell in cells}:
        raise Http404  # a cell of another section or exercise was posted
    standing = section_review(request.user, exercise, section, cells)
    position = sections.index(section)
    agreed_or_proposed = list(decisions(exercise, section))
    context = {
        "title": section.title,
        "available_apps": (),  # has no sidebar that lists all records, nor time to find them out
        "sections": sections,
        "section": section,
        "number": position + 1,
        "previous": sections[position - 1] if position else None,
        "next": sections[position + 1] if position + 1 < len(sections) else None,
        "grid": grid_page.of(
            request,
            exercise,
            section,
            cells,
            indicators,
            read_at=read_at,
            choosable=standing.to_return.cells,
            found=found.in_section(request, exercise, sections, section, indicators.values()),
            typed=typed,
            refused=refused,
        ),
        "refused": refused,
        "last_act": last_act(request, exercise),
        "edits": has_role(request.user, exercise, EDITORS),
        "reviews": has_role(request.user, exercise, REVIEWERS),
        "standing": standing,
        "decisions": [one for one in agreed_or_proposed if not one.is_proposed],
        "proposed": sum(1 for one in agreed_or_proposed if one.is_proposed),
        "talk": talk_about(
            request.user, exercise, About.SECTION, section, threads=threads, back=f"{request.path}#talk"
        ),
    }
    page = exercise_page(request, "mapping/desk/section.html", exercise, **context)
    page.add_post_render_callback(grid_page.put_rows)
    return page
