"""The page of an agency behind its secret link. It shows one request, and opening it changes nothing."""

from functools import wraps

from allauth.core import ratelimit
from django.conf import settings
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.refusals import Refused, Unchanged
from mapping.data_requests import answers, selectors
from mapping.data_requests.forms import AnswerForms
from mapping.data_requests.permissions import ANSWERABLE

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


def _secret_page(view):
    """Find the request its link means, slow down whoever posts too often, keep link and page out of caches and indexes.

    A guess is hopeless (the link is signed), so that opening a page is not counted and writes nothing at all.

    No CSRF token is asked for: the link itself is what entitles, no cookie does; and under `no-referrer` a browser
    says nothing of where a form comes from, which Django's check would refuse.
    """

    @wraps(view)
    def found(request, token):
        if not ratelimit.consume(request, action="answer_data_request", key=token):  # it counts posts only
            return _too_often(request)
        try:
            opened = selectors.find_request(token)
        except selectors.LinkExpired:
            return _over(request, _("This link has expired. Ask whoever sent it to you for a new one."))
        if opened is None:
            return _over(request, _("This link does not work, or a newer one was sent to you. Look into your mail."))
        data_request, focal_point = opened
        language = _language(request, data_request)
        with translation.override(language):
            return view(request, token, data_request, focal_point, language)

    @wraps(view)
    def page(request, token):
        response = found(request, token)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(page))


def _language(request, data_request):
    wanted = request.GET.get("language")
    return wanted if wanted in dict(settings.LANGUAGES) else data_request.language


def _over(request, sentence, *, data_request=None, status=404):
    context = {"sentence": sentence, "data_request": data_request, "languages": []}
    return render(request, "mapping/data_requests/answer_over.html", context, status=status)


def _too_often(request):
    sentence = _("This page was sent too often in a short time. Wait a few minutes, then try again.")
    return _over(request, sentence, status=429)


def _no_longer(request, data_request):
    if data_request.status == data_request.Status.WITHDRAWN:
        sentence = _("This request was withdrawn: no answer is needed any more.")
    elif data_request.status == data_request.Status.CLOSED:
        sentence = _("This request is closed. Thank you for your answer.")
    else:
        sentence = _("This request takes no answers at the moment. Please try again later.")
    return _over(request, sentence, data_request=data_request, status=410)


@_secret_page
def answer(request, token, data_request, focal_point, language):
    """Answer a request, or correct the answer."""
    if data_request.status not in ANSWERABLE:
        return _no_longer(request, data_request)
    last = selectors.latest_answer(data_request)
    forms = AnswerForms(
        request.POST if request.method == "POST" else None,
        questions=selectors.questions(data_request),
        said=selectors.latest_item_answers(data_request),
        note=last.note if last else "",
    )
    refused = None
    if request.method == "POST":
        refused = _save(data_request, focal_point, forms)
        if not refused and forms.is_valid():
            return redirect(f"{reverse('answer_thanks', args=[token])}?language={language}")
    context = {
        "data_request": data_request,
        "focal_point": focal_point,
        "forms": forms,
        "refused": refused,
        "last": last,
        "languages": settings.LANGUAGES,
        "late": data_request.due_on < timezone.localdate(),
    }
    return render(
        request, "mapping/data_requests/answer.html", context, status=422 if request.method == "POST" else 200
    )


def _save(data_request, focal_point, forms):
    """Save a valid answer; return what refuses it, if something does. The same answer twice is no mistake."""
    if not forms.is_valid():
        return None
    try:
        answers.answer_by_link(
            request=data_request,
            focal_point=focal_point,
            said=forms.said(),
            note=forms.note.cleaned_data["note"],
        )
    except Unchanged:
        return None
    except Refused as refusal:
        return refusal
    return None


@_secret_page
def thanks(request, token, data_request, focal_point, language):
    """Say that the answer arrived, and that it can be corrected."""
    context = {
        "data_request": data_request,
        "link": f"{reverse('answer', args=[token])}?language={language}",
        "open": data_request.status in ANSWERABLE,
        "languages": settings.LANGUAGES,
    }
    return render(request, "mapping/data_requests/answer_thanks.html", context)
