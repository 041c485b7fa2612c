"""The review of a section: submit it, look at what changed, decide; each as one act over its cells and sources."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts.refusals import Refused
from mapping.countries.permissions import EDITORS, has_role
from mapping.desk import review_page, selectors
from mapping.desk.pages import desk_view, exercise_page, section_or_404, tell
from mapping.desk.submission import submission, warnings_word
from mapping.review import sections as review
from mapping.review.forms import chosen_rows
from mapping.review.selectors import section_review


@desk_view("GET", "POST")
def submit_section(request, exercise, key):
    """Show what would be submitted, what is missing and what is left; then submit it, once its warnings were read."""
    section = section_or_404(selectors.sections_of(exercise), key)
    if request.method == "POST":
        return _submit(request, exercise, section)
    if not has_role(request.user, exercise, EDITORS):
        messages.error(
            request, _("Only the consultants and coordinators of %(exercise)s submit.") % {"exercise": exercise.code}
        )
        return redirect("exercise_section", code=exercise.code, key=section.key)
    standing = section_review(request.user, exercise, section, selectors.cells_of(exercise, section))
    context = {
        "title": _("Submit %(section)s") % {"section": section.title},
        "section": section,
        "standing": standing,
        "submission": submission(exercise, section, standing.to_submit),
    }
    return exercise_page(request, "mapping/desk/submit.html", exercise, **context)


def _submit(request, exercise, section):
    """Submit what the page showed: all of it, or by the other button what nothing is missing of."""
    prefix = "complete_" if request.POST.get("do") == "complete" else ""
    chosen = {name: chosen_rows(request.POST, prefix + name) for name in ("cells", "sources")}
    seen = request.POST.get(f"{prefix}seen")
    if seen is not None and seen != warnings_word(exercise, section, **chosen):
        messages.warning(request, _("Nothing was submitted yet: there are new warnings. Read them, then submit."))
        return redirect("section_submit", code=exercise.code, key=section.key)
    try:
        count = review.submit_rows(actor=request.user, exercise=exercise, **chosen)
    except Refused as refusal:
        tell(request, refusal)
        return redirect("section_submit", code=exercise.code, key=section.key)
    done = ngettext("%(count)d row submitted.", "%(count)d rows submitted.", count)
    messages.success(request, done % {"count": count})
    return redirect("exercise_section", code=exercise.code, key=section.key)


@desk_view("GET", "POST")
def review_section(request, exercise, key):
    """Show what waits for a decision; withdraw, approve or return rows: those marked, or all that can be."""
    section = section_or_404(selectors.sections_of(exercise), key)
    if request.method == "GET":
        return _review_page(request, exercise, section)
    do = request.POST.get("do")
    if do in {"marked", "rest"}:
        return _decide_as_marked(request, exercise, section, rest=do == "rest")
    if do not in _DECISIONS:
        raise BadRequest("unknown decision")
    decide, prefix, done = _DECISIONS[do]
    chosen = {name: chosen_rows(request.POST, prefix + name) for name in ("cells", "sources")}
    if decide is review.return_rows:
        chosen["reason"] = request.POST.get("reason", "")
    return _decide(request, exercise, section, decide=decide, chosen=chosen, done=done)


def _review_page(request, exercise, section, *, typed=None, refusal=None):
    context = review_page.context(request, exercise, section, typed=typed)
    typed_reason = request.POST.get("reason", "")
    return exercise_page(
        request, "mapping/desk/review.html", exercise, refusal=refusal, typed_reason=typed_reason, **context
    )


def _decide_as_marked(request, exercise, section, *, rest):
    """Do what was marked on the reviewer's page; if it is refused, the page comes back as it was typed."""
    decided, typed = review_page.decisions_in(review_page.Posted(request.POST), rest=rest)
    try:
        count = review.decide_rows(actor=request.user, exercise=exercise, **decided)
    except Refused as refusal:
        return _review_page(request, exercise, section, typed=typed, refusal=refusal)
    done = ngettext("%(count)d row decided on.", "%(count)d rows decided on.", count)
    messages.success(request, done % {"count": count})
    return redirect("section_review", code=exercise.code, key=section.key)


# What each button does, and the fields that hold its rows: chosen by hand, or all of a kind as they were shown.
_DECISIONS = {
    "withdraw": (
        review.withdraw_rows,
        "withdrawable_",
        ngettext_lazy("%(count)d row withdrawn.", "%(count)d rows withdrawn.", "count"),
    ),
    "approve": (review.approve_rows, "", ngettext_lazy("%(count)d row approved.", "%(count)d rows approved.", "count")),
    "approve_all": (
        review.approve_rows,
        "approvable_",
        ngettext_lazy("%(count)d row approved.", "%(count)d rows approved.", "count"),
    ),
    "return": (review.return_rows, "", ngettext_lazy("%(count)d row returned.", "%(count)d rows returned.", "count")),
}


def _decide(request, exercise, section, *, decide, chosen, done):
    try:
        count = decide(actor=request.user, exercise=exercise, **chosen)
    except Refused as refusal:
        tell(request, refusal)
    else:
        messages.success(request, done % {"count": count})
    return redirect("exercise_section", code=exercise.code, key=section.key)
