"""What the grid's script asks: save cells, tell what others changed, show the panel of one cell. Answers are JSON."""

from datetime import timedelta
from functools import wraps

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapping.audit.presentation import told
from mapping.audit.selectors import history
from mapping.availability.models import Cell, PartialReason
from mapping.availability.rules import contradictions, suggested_value
from mapping.availability.services import save_each
from mapping.comments.models import About
from mapping.content.approved import approved_version
from mapping.content.errors import StaleVersion
from mapping.content.permissions import why_not_edit
from mapping.countries.permissions import EDITORS, has_role
from mapping.desk import grid, selectors
from mapping.desk.grid_forms import save_of
from mapping.desk.talk import talk_about
from mapping.harmonisation.selectors import decisions_for

# A change becomes visible when its transaction ends, which may be after later ones: so the last minutes are told
# again, and the page passes over what it knows.
OVERLAP = timedelta(minutes=2)
LONGEST_VISIT = timedelta(days=60)
LAST_ENTRIES = 8


def grid_view(*methods):
    """Make a view of one section for the grid's script: whatever goes wrong is answered as a sentence in JSON."""

    def decorate(view):
        @never_cache
        @require_http_methods(methods)
        @wraps(view)
        def answered(request, code, key, **kwargs):
            if not admin.site.has_permission(request):
                return _signed_out(_("Your session has ended. Sign in again: nothing you typed is lost."), code, key)
            try:
                exercise, section = selectors.section_or_404(request.user, code, key)
                return view(request, exercise, section, **kwargs)
            except Http404:
                return JsonResponse(
                    {"sentence": _("There is no such section, or it is not yours to see any more.")}, status=404
                )
            except BadRequest as error:
                sentence = _("The page sent something that cannot be read (%(what)s). Load it again.")
                return JsonResponse({"sentence": sentence % {"what": error}}, status=400)

        return answered

    return decorate


def _signed_out(sentence, code, key):
    page = reverse("exercise_section", args=[code, key])
    return JsonResponse({"sentence": sentence, "sign_in": f"{reverse('account_login')}?next={page}"}, status=401)


@grid_view("POST")
def save(request, exercise, section):
    """Save cells: the good ones are kept, each refused one is told with its reason and, if stale, with theirs.

    Answers `{"saved": [cell], "refused": [{"id", "kind": stale | refused | gone, "sentence", "theirs"}]}`. An edit
    that asks for what is saved already counts as saved, so that it can be sent again after a lost answer.
    """
    wanted = save_of(request)
    if wanted.person not in {None, request.user.pk}:
        sentence = _("You signed in as somebody else meanwhile. Sign in as before to send what you typed.")
        return _signed_out(sentence, exercise.code, section.key)
    _changed, refusals = save_each(actor=request.user, exercise=exercise, edits=wanted.edits, act=wanted.act)
    ids = [edit.cell_id for edit in wanted.edits]
    now = _states(request.user, exercise, Cell.objects.filter(exercise=exercise, pk__in=ids))
    answer = {
        "saved": [now[pk] for pk in ids if pk not in refusals],
        "refused": [_refused(pk, refusals[pk], now.get(pk)) for pk in ids if pk in refusals],
    }
    return JsonResponse(answer)


def _refused(pk, refusal, now):
    stale = isinstance(refusal, StaleVersion)
    if stale:
        now = {**now, **_by(refusal.row.last_author, refusal.row.changed_at)}
    return {
        "id": pk,
        "kind": "gone" if now is None else "stale" if stale else "refused",
        "sentence": " ".join([str(refusal), *refusal.problems]),
        "theirs": now,
    }


def _by(who, when):
    return {"who": str(who or _("Somebody")), "when": _moment(when)}


def _moment(when):
    return date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT")


def _states(user, exercise, cells):
    """Return {id: a cell as the page's script knows it}, by one query."""
    facts = grid.facts(cells)
    shown = grid.shown(user, exercise, facts)
    return {cell.pk: {"id": cell.pk, "version": cell.version, **shown[cell.pk].data} for cell in facts}


@grid_view("GET")
def changes(request, exercise, section):
    """Tell which cells changed since `since` (the cursor of the answer before), by whom and when.

    `talk` says that only comments on it did.
    """
    now = timezone.now()
    place = exercise, section, _cursor(request, now) - OVERLAP
    talked, changed = selectors.entries_of_comments(*place), selectors.entries_of_cells(*place)
    by = {pk: {"by": actor, **_by(name, at), "talk": True} for pk, actor, name, at in talked}
    by |= {pk: {"by": actor, **_by(name, at)} for pk, actor, name, at in changed}
    states = _states(request.user, exercise, Cell.objects.filter(exercise=exercise, pk__in=by)) if by else {}
    answer = {
        "cursor": now.isoformat(),
        "person": request.user.pk,
        "why_not": why_not_edit(request.user, Cell(exercise=exercise)),
        "cells": [{**state, **by[pk]} for pk, state in states.items()],
    }
    if "token" in request.GET:  # signing in again makes the page's old one void
        answer["token"] = get_token(request)
    return JsonResponse(answer)


def _cursor(request, now):
    try:
        since = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        since = None
    return now if since is None or timezone.is_naive(since) else max(since, now - LONGEST_VISIT)


@grid_view("GET")
def panel(request, exercise, section, pk):
    """Show one cell in full beside the grid, as a fragment of HTML."""
    cell = (
        Cell.objects.filter(exercise=exercise, indicator__section=section, pk=pk)
        .select_related("indicator__section", "last_author", "approved_by")
        .first()
    )
    if cell is None:
        raise Http404
    cell.exercise = exercise
    claims = list(cell.claims.select_related("source", "collector", "publisher"))
    context = {
        "cell": cell,
        "claims": claims,
        "suggested": suggested_value(claims),
        "contradictions": contradictions(claims),
        "why_not": why_not_edit(request.user, cell),
        "edits": has_role(request.user, exercise, EDITORS),
        "reasons": PartialReason.choices,
        "approved": approved_version(cell),
        "entries": told(history(cell)[:LAST_ENTRIES]),
        "exercise": exercise,
        "decisions": decisions_for(exercise, cell.indicator),
        "talk": talk_about(request.user, exercise, About.CELL, cell, back=_page_of(exercise, section, cell)),
    }
    return TemplateResponse(request, "mapping/desk/_panel.html", context)


def _page_of(exercise, section, cell):
    return f"{reverse('exercise_section', args=[exercise.code, section.key])}#c-{cell.pk}"
