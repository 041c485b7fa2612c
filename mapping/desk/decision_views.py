"""Pages of the decision log: all of an exercise's methodology, those of one section, one to change."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.refusals import Refused
from mapping.audit.presentation import told
from mapping.audit.selectors import history
from mapping.availability.models import Cell
from mapping.desk import selectors
from mapping.desk.pages import desk_view, exercise_page, section_or_404, tell
from mapping.harmonisation import services
from mapping.harmonisation.forms import LONGEST_NUMBER, Typed, decision_of
from mapping.harmonisation.models import LONGEST
from mapping.harmonisation.permissions import why_not_agree, why_not_change, why_not_propose, why_not_write
from mapping.harmonisation.selectors import cells_seen, decisions

ENTRIES_SHOWN = 50
# What is said after one was written, by whether it is only proposed.
_NOTED = {
    False: gettext_lazy("The decision is noted: every country sees it beside its guidance."),
    True: gettext_lazy("It is proposed: once a reviewer or a coordinator agrees to it, every country sees it."),
}


@desk_view("GET")
def decision_log(request, exercise):
    """Show what was agreed on, by section."""
    found = {}
    for decision in decisions(exercise, withdrawn=request.GET.get("all") == "1"):
        found.setdefault(decision.section_key, []).append(decision)
    rows = [(section, found.get(section.key, [])) for section in selectors.sections_of(exercise)]
    context = {"title": _("Decision log"), "rows": rows, "every": request.GET.get("all") == "1"}
    return exercise_page(request, "mapping/harmonisation/log.html", exercise, **context)


@desk_view("GET", "POST")
def section_decisions(request, exercise, key):
    """Show the decisions of a section and note another, or propose one."""
    section, typed = _section(exercise, key), None
    if request.method == "POST":
        typed = decision_of(request.POST)
        try:
            written = services.write_decision(
                actor=request.user,
                section=section,
                text=typed.text,
                indicators=typed.indicators,
                cells=typed.cells,
            )
        except Refused as refusal:
            tell(request, refusal)
        else:
            messages.success(request, _NOTED[written.is_proposed])
            return redirect("section_decisions", code=exercise.code, key=key)
    chosen = request.GET.get("cell", "")
    if typed is None:
        typed = Typed("", [], [int(chosen)] if chosen.isdecimal() and len(chosen) <= LONGEST_NUMBER else [], 0)
    context = {
        "title": _("Decisions on %(section)s") % {"section": section.title},
        "section": section,
        "decisions": decisions(exercise, section, withdrawn=True),
        "why_not": why_not_propose(request.user, exercise.methodology.key),
        "proposes": why_not_write(request.user, exercise.methodology.key),
        **_form(exercise, section, typed, Cell.objects.filter(exercise=exercise, pk__in=typed.cells)),
    }
    return exercise_page(request, "mapping/harmonisation/section.html", exercise, **context)


@desk_view("GET", "POST")
def decision(request, exercise, pk):
    """Show one decision with its history; agree to it where it is proposed, change it, or withdraw it."""
    found = get_object_or_404(decisions(exercise, withdrawn=True), pk=pk)
    section, typed = _section(exercise, found.section_key), None
    if request.method == "POST":
        typed = decision_of(request.POST)
        try:
            _do(request, found, section, typed)
        except Refused as refusal:
            tell(request, refusal)
            found.refresh_from_db()
        else:
            messages.success(request, _("It is kept, and the history tells what it was before."))
            return redirect("decision", code=exercise.code, pk=pk)
    cells = cells_seen(request.user, found)
    typed = typed or Typed(found.text, found.indicator_keys, [cell.pk for cell in cells], found.version)
    context = {
        "title": _("A decision on %(section)s") % {"section": section.title},
        "section": section,
        "decision": found,
        "entries": told(history(found)[:ENTRIES_SHOWN]),
        "why_not": why_not_change(request.user, found),
        "may_agree": not why_not_agree(request.user, found),
        **_form(exercise, section, typed, cells),
    }
    return exercise_page(request, "mapping/harmonisation/decision.html", exercise, **context)


def _section(exercise, key):
    section = section_or_404(selectors.sections_of(exercise), key)
    section.methodology = exercise.methodology
    return section


def _do(request, found, section, typed):
    shared = {"actor": request.user, "decision": found, "version": typed.version}
    do = request.POST.get("do")
    if do == "agree":
        services.agree_to_decision(**shared)
    elif do == "withdraw":
        services.withdraw_decision(reason=request.POST.get("reason", ""), **shared)
    elif do == "change":
        services.change_decision(
            section=section, text=typed.text, indicators=typed.indicators, cells=typed.cells, **shared
        )
    else:
        raise BadRequest("unknown act")


def _form(exercise, section, typed, cells):
    indicators = section.indicators.order_by("order").values_list("key", "title")
    return {
        "typed": typed,
        "indicators": [(key, title, key in typed.indicators) for key, title in indicators],
        "cells": [(cell, cell.pk in typed.cells) for cell in cells.select_related("indicator", "exercise")],
        "longest": LONGEST,
    }
