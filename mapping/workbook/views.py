"""The desk's pages of the workbook: take it out, bring it in, look at what it would change, apply it."""

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.refusals import Refused
from mapping.countries.permissions import has_role_anywhere
from mapping.framework.models import Methodology
from mapping.workbook import job_services, permissions, services
from mapping.workbook.comparison import KEEP, TAKE
from mapping.workbook.forms import CHOICE_PREFIX, UploadForm, chosen_sides
from mapping.workbook.marked import marked_workbook
from mapping.workbook.models import WorkbookImport
from mapping.workbook.presentation import (
    ShownChanges,
    ShownConflicts,
    ShownList,
    ShownResemblances,
    choice_of,
    labels_of,
)
from mapping.workbook.report import unusable_report
from mapping.workbook.selectors import blank_content, content_of
from mapping.workbook.write import file_name, write_workbook
from mapping.workbook.write_regional import write_regional

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RELOAD_SECONDS = 2  # the page of a workbook under way loads itself again
_REST = {"keep_rest": KEEP, "take_rest": TAKE}  # buttons that choose one side of all conflicts left
MOST_IMPORTS = 50  # shown of the former ones


def _exercise(request, code):
    found = permissions.exportable(request.user).select_related("country", "methodology")
    return get_object_or_404(found, code=code)


def _import(request, code, pk):
    """Return one import; without a code, of a file of several exercises."""
    found = permissions.visible(request.user).select_related(
        "exercise__country", "exercise__methodology", "uploaded_by", "applied_by"
    )
    return get_object_or_404(found, exercise__code=code, pk=pk)


def _address(kept, page):
    """Return the address of a page of an import: import, file or marked."""
    if kept.exercise is None:
        return reverse(f"mapping_regional_{page}", args=[kept.pk])
    return reverse(f"mapping_workbook_{page}", args=[kept.exercise.code, kept.pk])


def _home(kept):
    if kept.exercise is None:
        return reverse("mapping_regional")
    return reverse("mapping_workbook", args=[kept.exercise.code])


def _addresses(kept):
    return {"home": _home(kept), **{page: _address(kept, page) for page in ("file", "marked")}}


def _page(request, template, **context):
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


def _tell(request, refusal):
    for sentence in (refusal.sentence, *refusal.problems):
        messages.error(request, sentence)


def _xlsx(content, name):
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


@require_http_methods(["GET", "POST"])
def workbook(request, code):
    """Offer the workbook to take out, an upload to bring one in, and the former imports."""
    exercise = _exercise(request, code)
    form, kept = _received(request, exercise)
    if kept is not None:
        return redirect(_address(kept, "import"))
    context = {
        "title": _("Workbook"),
        "exercise": exercise,
        "form": form,
        "why_not": permissions.why_not_import(request.user, exercise),
        "imports": _former(exercise.workbook_imports.select_related("exercise")),
    }
    return _page(request, "mapping/workbook/workbook.html", **context)


def _former(imports):
    """Return the latest imports, as their list tells them: without their reports, which take megabytes."""
    return imports.select_related("uploaded_by", "applied_by").defer("report")[:MOST_IMPORTS]


@require_http_methods(["GET", "POST"])
def regional(request):
    """Offer several exercises as flat tables, an upload of such a file, and blank workbooks."""
    if not has_role_anywhere(request.user):
        raise PermissionDenied
    form, kept = _received(request, None)
    if kept is not None:
        return redirect(_address(kept, "import"))
    context = {
        "title": _("Files of several exercises"),
        "form": form,
        "why_not": permissions.why_not_import(request.user, None),
        "imports": _former(permissions.visible(request.user).filter(exercise=None)),
        "exercises": permissions.exportable(request.user).select_related("country").order_by("code"),
        "methodologies": Methodology.objects.all(),
    }
    return _page(request, "mapping/workbook/regional.html", **context)


def _received(request, exercise):
    """Return (form, WorkbookImport or None): a posted file is kept, or its form says why not."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return form, None
    file = form.cleaned_data["file"]
    try:
        content = file.read()
        return form, job_services.receive(actor=request.user, exercise=exercise, name=file.name, content=content)
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return form, None


@require_GET
def download_regional(request):
    """Send the exercises chosen, or all that the person may read, as flat tables."""
    chosen = permissions.exportable(request.user).select_related("country", "methodology").order_by("code")
    if codes := request.GET.getlist("exercise"):
        chosen = chosen.filter(code__in=codes)
    if not chosen:
        raise Http404
    content = write_regional(map(content_of, chosen.iterator()))
    return _xlsx(content, _("exercises %(date)s.xlsx") % {"date": f"{timezone.localtime():%Y-%m-%d}"})


@require_GET
def blank_exercise(request, code):
    """Send the workbook of an exercise without its content."""
    exercise = _exercise(request, code)
    return _blank(request, blank_content(exercise.methodology, exercise))


@require_GET
def blank_methodology(request, pk):
    """Send the workbook for a country that has no exercise yet."""
    if not has_role_anywhere(request.user):
        raise PermissionDenied
    return _blank(request, blank_content(get_object_or_404(Methodology, pk=pk)))


def _blank(request, known):
    return _xlsx(write_workbook(known, by=str(request.user)), _("blank %(name)s") % {"name": file_name(known.exercise)})


@require_GET
def download(request, code):
    """Send the workbook as it is now."""
    exercise = _exercise(request, code)
    return _xlsx(write_workbook(content_of(exercise), by=str(request.user)), file_name(exercise))


@require_GET
def uploaded_file(request, pk, code=None):
    """Send the file that was uploaded, as it was."""
    kept = _import(request, code, pk)
    return FileResponse(kept.file.open("rb"), as_attachment=True, filename=kept.name, content_type=XLSX)


@require_GET
def marked_file(request, pk, code=None):
    """Send the file that was uploaded with its faulty cells marked and commented."""
    kept = _import(request, code, pk)
    report, _why_not = _current_report(request.user, kept, {})
    try:
        content = marked_workbook(services.content_of_file(kept), report["errors"])
    except Refused as refusal:
        _tell(request, refusal)
        return redirect(_address(kept, "import"))
    stem = kept.name.removesuffix(".xlsx")
    return _xlsx(content, _("%(name)s, errors marked.xlsx") % {"name": stem})


@require_http_methods(["GET", "POST"])
def workbook_import(request, pk, code=None):
    """Show what an uploaded workbook would change, or did, each list in pages; apply or discard it."""
    kept = _import(request, code, pk)
    posted = chosen_sides(request.POST)
    if request.method == "POST":
        try:
            return _decide(request, kept, posted)
        except Refused as refusal:
            _tell(request, refusal)
            kept.refresh_from_db()
    if kept.is_under_way:
        return _progress_page(request, kept)
    is_open = kept.status == WorkbookImport.Status.COMPARED
    choices = kept.choices | posted if is_open else {}  # afterwards the report tells what was chosen
    report, why_not = _current_report(request.user, kept, choices)
    labels = labels_of(kept.exercise, report)
    changes = ShownChanges(report, request.GET, choices, labels)
    places = {name: ShownList(name, report[name], request.GET) for name in ("errors", "warnings", "ignored")}
    conflicts = ShownConflicts(report, request.GET, choices, labels)
    if is_open:
        changes.mark_approved(kept.exercise)
        for one in (conflicts, places["ignored"]):
            one.mark_standing(kept.exercise)
    context = {
        "title": kept.name,
        "exercise": kept.exercise,
        "kept": kept,
        "addresses": _addresses(kept),
        "report": report,
        "is_open": is_open,
        "chooses": bool(is_open and not why_not and (report["conflicts"] or report["resemblances"])),
        "is_compared": kept.status != WorkbookImport.Status.UPLOADED,
        **places,
        "conflicts": conflicts,
        "resemblances": ShownResemblances(report, request.GET, choices),
        "changes": changes,
        "ready": report["counts"]["new"] + report["counts"]["changed"],
        "why_not": why_not,
        "choice_prefix": CHOICE_PREFIX,
    }
    return _page(request, "mapping/workbook/import.html", **context)


def _progress_page(request, kept):
    """Say how far the worker is; the page loads itself again, with or without scripts, and may be left."""
    context = {
        "title": kept.name,
        "exercise": kept.exercise,
        "kept": kept,
        "addresses": _addresses(kept),
        "why_not": permissions.why_not_import(request.user, kept.exercise),
    }
    response = _page(request, "mapping/workbook/progress.html", **context)
    response["Refresh"] = str(RELOAD_SECONDS)
    return response


def _decide(request, kept, posted):
    """Do what a button says; the choices `posted` are those of the page of conflicts that was shown."""
    do, choices = request.POST.get("do"), kept.choices | posted
    orders = {"compare": job_services.order_comparison, "stop": job_services.stop}
    if do in orders:
        orders[do](actor=request.user, workbook_import=kept)
        return redirect(_address(kept, "import"))
    if do == "turn":
        services.keep_choices(actor=request.user, workbook_import=kept, choices=posted)
        return redirect(request.get_full_path())
    if do in _REST:
        rest, left = _rest(request.user, kept, choices, side=_REST[do])
        if left:
            told = ngettext(
                "%(count)d conflict is left between sheets of the file: choose which of them is taken.",
                "%(count)d conflicts are left between sheets of the file: choose which of them is taken.",
                left,
            )
            messages.info(request, told % {"count": left})
        services.keep_choices(actor=request.user, workbook_import=kept, choices=rest | posted)
        return redirect(request.get_full_path())
    if do == "apply" and kept.is_long:
        job_services.order_application(actor=request.user, workbook_import=kept, choices=choices)
        return redirect(_address(kept, "import"))
    if do == "apply":
        seen = request.POST.get("overwrites")
        services.apply_import(actor=request.user, workbook_import=kept, choices=choices, seen=seen)
        messages.success(request, _("The workbook was applied."))
        return redirect(_address(kept, "import"))
    if do == "discard":
        services.discard(actor=request.user, workbook_import=kept)
        messages.success(request, _("The workbook was discarded. Nothing of it was applied."))
        return redirect(_home(kept))
    raise BadRequest("unknown decision")


def _rest(user, kept, choices, *, side):
    """Return (choices of one side for the conflicts that are not chosen yet, how many of them the file leaves open).

    What the file says in two ways cannot be taken without saying which.
    """
    report, _why_not = _current_report(user, kept, choices)
    left = [conflict for conflict in report["conflicts"] if not choice_of(conflict, choices)]
    open_ones = [conflict for conflict in left if side == KEEP or not conflict["rivals"]]
    chosen = {conflict["key"]: f"{side}:{conflict['mark']}" for conflict in open_ones}
    return chosen, len(left) - len(open_ones)


def _current_report(user, kept, choices):
    """Return (report, why the person cannot import): of an open import, compared with what is here now.

    A long one is shown as the worker compared it.
    """
    why_not = permissions.why_not_import(user, kept.exercise)
    if kept.status != WorkbookImport.Status.COMPARED or why_not or kept.is_long:
        return kept.report or unusable_report(kept.last_error), why_not
    told = {"actor": user, "exercise": kept.exercise, "content": services.content_of_file(kept), "choices": choices}
    try:
        return services.compare_upload(**told).report(), ""
    except Refused as refusal:  # such as an exercise that has moved to another methodology since
        return kept.report, refusal.sentence
