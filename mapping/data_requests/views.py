"""The desk's pages of data requests. The page of the agency is in `portal`."""

from datetime import timedelta

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.refusals import Refused
from mapping.content.errors import StaleVersion
from mapping.countries.models import Agency
from mapping.countries.permissions import exercises_with_role
from mapping.data_requests import answers, letters, permissions, selectors, sending, services
from mapping.data_requests.forms import AnswerForms, ExtendForm, OfferForm, ReissueForm, RequestForm, WithdrawForm
from mapping.data_requests.models import Message
from mapping.data_requests.presentation import buttons, steps, timeline

PAGE = 50  # requests
DAYS_TO_ANSWER = 21  # offered for a start


def _context(request, **more):
    return {**admin.site.each_context(request), **more}


def _exercise(request, code):
    found = exercises_with_role(request.user).select_related("country", "methodology")
    return get_object_or_404(found, code=code)


def _data_request(request, code, number):
    found = permissions.visible(request.user).select_related(
        "exercise__country",
        "exercise__methodology",
        "agency",
        "focal_point",
        "written_by",
        "last_author",
        "approved_by",
    )
    return get_object_or_404(found, exercise__code=code, number=number)


def _tell(request, refusal):
    for sentence in refusal.problems or [str(refusal)]:
        messages.error(request, sentence)


# --- List and page -----------------------------------------------------------


def request_list(request, code):
    """All requests of an exercise."""
    exercise = _exercise(request, code)
    found = permissions.visible(request.user).filter(exercise=exercise).select_related("exercise", "agency")
    page = Paginator(found.annotate(asked=Count("items")).order_by("-number"), PAGE).get_page(request.GET.get("p"))
    context = _context(
        request,
        title=_("Requests"),
        subtitle=exercise.code,
        exercise=exercise,
        page=page,
        today=timezone.localdate(),
        why_not_write=permissions.why_not_write(request.user, exercise),
    )
    return render(request, "mapping/data_requests/list.html", context)


def request_page(request, code, number):
    """One request: where it stands, its items with what was answered, its mails, what can be done."""
    return _render_page(request, _data_request(request, code, number))


def _render_page(request, data_request, *, status=200, **forms):
    focal_point = data_request.focal_point
    questions = selectors.questions(data_request)
    said = selectors.latest_item_answers(data_request)
    reissue = {"name": focal_point.name, "email": focal_point.email} if focal_point else {}
    context = _context(
        request,
        title=data_request.reference,
        data_request=data_request,
        exercise=data_request.exercise,
        questions=[(question, selectors.runs(question, said)) for question in questions],
        asked=sum(len(question.items) for question in questions),
        answered=len(said),
        answers=data_request.answers.select_related("registered_by", "focal_point").order_by("-at", "-pk"),
        mails=data_request.messages.order_by("queued_at", "pk"),
        why_not_settle=permissions.why_not(request.user, data_request, "settle_mail"),
        buttons=buttons(request.user, data_request),
        steps=steps(data_request),
        timeline=timeline(data_request),
        today=timezone.localdate(),
        **{"extend_form": ExtendForm(), "withdraw_form": WithdrawForm(), "reissue_form": ReissueForm(initial=reissue)}
        | forms,
    )
    return render(request, "mapping/data_requests/page.html", context, status=status)


# --- Writing -----------------------------------------------------------------


def new_request(request, code):
    """Choose an agency and cells, and write the draft."""
    exercise = _exercise(request, code)
    if refusal := permissions.why_not_write(request.user, exercise):
        messages.error(request, refusal)
        return redirect("data_requests", code=code)
    agencies = Agency.objects.filter(country=exercise.country)
    offer = OfferForm(request.GET or None, agencies=agencies, sections=exercise.methodology.sections.all())
    form = agency = None
    if offer.is_valid():
        agency = offer.cleaned_data["agency"]
        form = _letter_form(request, exercise, agency, offer)
        if request.method == "POST" and form.is_valid():
            written = _write(request, exercise, agency, form)
            if written:
                return redirect(written)
    elif request.GET.get("agency") and "agency" in offer.errors:
        raise Http404  # of another country, or none
    context = _context(request, title=_("New request"), exercise=exercise, agency=agency, offer=offer, form=form)
    return render(request, "mapping/data_requests/edit.html", context)


def _letter_form(request, exercise, agency, offer):
    focal_point = agency.focal_points.order_by("pk").first()
    language = offer.cleaned_data["language"] or (focal_point.language if focal_point else "en")
    subject, letter = letters.suggested(exercise, agency, language)
    due_on = timezone.localdate() + timedelta(days=DAYS_TO_ANSWER)
    initial = {"subject": subject, "letter": letter, "language": language, "due_on": due_on}
    offered = selectors.cells_worth_asking(exercise, section=offer.cleaned_data["section"])
    return RequestForm(request.POST or None, initial=initial, offered=offered)


def _write(request, exercise, agency, form):
    values = {name: value for name, value in form.cleaned_data.items() if name != "seen_version"}
    try:
        written = services.write_request(actor=request.user, exercise=exercise, agency=agency, **values)
    except Refused as refusal:
        form.add_error(None, [str(refusal), *refusal.problems])
        return None
    messages.success(request, _("The draft was saved. A coordinator who did not write it approves it."))
    return written


def edit_request(request, code, number):
    """Change a draft."""
    data_request = _data_request(request, code, number)
    if refusal := permissions.why_not(request.user, data_request, "change"):
        messages.error(request, refusal)
        return redirect(data_request)
    cells = list(data_request.items.order_by().values_list("cell_id", flat=True))
    initial = {
        "subject": data_request.subject,
        "letter": data_request.letter,
        "language": data_request.language,
        "due_on": data_request.due_on,
        "cells": cells,
        "seen_version": data_request.version,
    }
    offered = selectors.cells_worth_asking(data_request.exercise, also=cells)
    form = RequestForm(request.POST or None, initial=initial, offered=offered)
    conflict = []
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, data_request, form)
        except StaleVersion as stale:
            form.add_error(None, str(stale))
            conflict = _conflict(form, stale.row)
        except Refused as refusal:
            form.add_error(None, [str(refusal), *refusal.problems])
        else:
            messages.success(request, _("The draft was saved."))
            return redirect(data_request)
    context = _context(
        request,
        title=_("Edit %(request)s") % {"request": data_request.reference},
        exercise=data_request.exercise,
        data_request=data_request,
        agency=data_request.agency,
        form=form,
        conflict=conflict,
    )
    return render(request, "mapping/data_requests/edit.html", context)


def _change(request, data_request, form):
    values = dict(form.cleaned_data)
    version = values.pop("seen_version") or 0
    services.change_request(actor=request.user, request=data_request, version=version, **values)


def _conflict(form, theirs):
    """Return [(label, theirs, yours)] of what differs, and bind the next save to the version now shown."""
    form.data = form.data.copy()
    form.data["seen_version"] = theirs.version
    return [
        (form.fields[name].label, getattr(theirs, name), form.cleaned_data[name])
        for name in ("subject", "letter", "language", "due_on")
        if getattr(theirs, name) != form.cleaned_data[name]
    ]


# --- Acts --------------------------------------------------------------------


def _approve(actor, data_request, data):
    version = data.get("version", "")
    services.approve_request(actor=actor, request=data_request, version=int(version) if version.isdecimal() else 0)


def _recall(actor, data_request, data):
    services.recall(actor=actor, request=data_request)


def _close(actor, data_request, data):
    services.close(actor=actor, request=data_request)


def _extend(actor, data_request, data):
    services.extend(actor=actor, request=data_request, **data)


def _withdraw(actor, data_request, data):
    services.withdraw(actor=actor, request=data_request, **data)


def _reissue(actor, data_request, data):
    services.reissue(actor=actor, request=data_request, **data)


# What the button of each act does, the form it has, what is said when it was done.
_ACTS = {
    "approve": (_approve, None, lambda: _("Approved. The mail leaves within a minute.")),
    "recall": (_recall, None, lambda: _("Recalled: it is a draft again.")),
    "close": (_close, None, lambda: _("Closed.")),
    "extend": (_extend, ExtendForm, lambda: _("The deadline was extended. The agency is not told: write to it.")),
    "withdraw": (_withdraw, WithdrawForm, lambda: _("Withdrawn. The link of the agency says so.")),
    "reissue": (
        _reissue,
        ReissueForm,
        lambda: _("It will be sent anew within a minute; the old link no longer works."),
    ),
}


@require_POST
def act(request, code, number, act):
    """Do what a button of the page says."""
    data_request = _data_request(request, code, number)
    if act not in _ACTS:
        raise Http404
    service, form_class, done = _ACTS[act]
    form = form_class(request.POST) if form_class else None
    if form and not form.is_valid():
        return _render_page(request, data_request, status=422, **{f"{act}_form": form})
    try:
        service(request.user, data_request, form.cleaned_data if form else request.POST)
    except Refused as refusal:
        _tell(request, refusal)
    else:
        messages.success(request, done())
    return redirect(data_request)


@require_POST
def settle_mail(request, code, number, pk):
    """Say what became of a mail whose fate is unknown."""
    data_request = _data_request(request, code, number)
    message = get_object_or_404(Message, request=data_request, pk=pk)
    service = sending.mark_as_sent if request.POST.get("fate") == "sent" else sending.send_again
    try:
        service(actor=request.user, message=message)
    except Refused as refusal:
        _tell(request, refusal)
    else:
        messages.success(request, _("Noted."))
    return redirect(data_request)


def register_answer(request, code, number):
    """Enter what an agency answered on paper."""
    data_request = _data_request(request, code, number)
    if refusal := permissions.why_not(request.user, data_request, "register_answer"):
        messages.error(request, refusal)
        return redirect(data_request)
    forms = AnswerForms(
        request.POST or None,
        questions=selectors.questions(data_request),
        said=selectors.latest_item_answers(data_request),
    )
    refused = None
    if request.method == "POST" and forms.is_valid():
        try:
            answers.register_answer(
                actor=request.user, request=data_request, said=forms.said(), note=forms.note.cleaned_data["note"]
            )
        except Refused as refusal:
            refused = refusal
        else:
            messages.success(request, _("The answer was registered."))
            return redirect(data_request)
    context = _context(
        request,
        title=_("Register an answer"),
        subtitle=data_request.reference,
        data_request=data_request,
        exercise=data_request.exercise,
        forms=forms,
        refused=refused,
    )
    return render(request, "mapping/data_requests/register.html", context)
