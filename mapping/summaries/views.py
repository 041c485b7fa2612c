"""Pages of the desk: the versions of an exercise's summary, one of them, its downloads."""

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.refusals import Refused
from accounts.work import QueuedWork
from mapping.countries.permissions import exercises_with_role
from mapping.summaries.forms import CompileForm
from mapping.summaries.models import Basis
from mapping.summaries.permissions import visible_summaries, why_not_compile
from mapping.summaries.presentation import presented
from mapping.summaries.rendering import render
from mapping.summaries.services import request_compilation

RELOAD_SECONDS = 2  # the page of a summary under way loads itself again
CONTENT_TYPES = {"json": "application/json", "pdf": "application/pdf"}
State = QueuedWork.State


@require_http_methods(["GET", "POST"])
def summary_list(request, code):
    """Show the versions of an exercise's summary; a post asks for another one."""
    exercise = get_object_or_404(exercises_with_role(request.user).select_related("country"), code=code)
    form = CompileForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        exercise=exercise,
        initial={"language": get_language()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            summary = request_compilation(actor=request.user, exercise=exercise, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("summary", code=exercise.code, number=summary.number)
    context = {
        **admin.site.each_context(request),
        "title": _("Summaries of %(exercise)s") % {"exercise": exercise},
        "exercise": exercise,
        "form": form,
        "why_not": "" if form.allowed else why_not_compile(request.user, exercise, Basis.CURRENT),
        "summaries": exercise.summaries.defer("snapshot").select_related("requested_by"),
    }
    return TemplateResponse(request, "mapping/summaries/list.html", context)


@require_GET
def summary(request, code, number):
    """Show one version: how far it is, or what it says."""
    row = _visible(request, code, number)
    context = {
        **admin.site.each_context(request),
        "title": _("Summary of %(exercise)s, version %(number)d") % {"exercise": row.exercise, "number": row.number},
        "exercise": row.exercise,
        "row": row,
        "summary": presented(row.snapshot) if row.state == State.DONE else None,
        "is_under_way": row.state in {State.QUEUED, State.CLAIMED},
    }
    response = TemplateResponse(request, "mapping/summaries/summary.html", context)
    if context["is_under_way"]:
        response["Refresh"] = str(RELOAD_SECONDS)
    return response


@require_GET
def download(request, code, number, format_):
    """Send one version as a file."""
    row = _visible(request, code, number)
    if row.state != State.DONE:
        raise Http404
    try:
        content = render(row.snapshot, format_)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("summary", code=code, number=number)
    response = HttpResponse(content, content_type=CONTENT_TYPES[format_])
    response["Content-Disposition"] = f'attachment; filename="{code}-summary-{number}.{format_}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _visible(request, code, number):
    summaries = visible_summaries(request.user).select_related("exercise__country", "requested_by")
    return get_object_or_404(summaries, exercise__code=code, number=number)
