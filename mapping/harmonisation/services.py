"""Propose what to agree on, write down what was, change it with its history, withdraw what no longer holds."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, record
from mapping.availability.models import Cell
from mapping.content.errors import StaleVersion
from mapping.content.permissions import visible
from mapping.framework.models import Methodology
from mapping.harmonisation.models import LONGEST, DecisionLogEntry
from mapping.harmonisation.permissions import why_not_agree, why_not_change, why_not_propose, why_not_write


@transaction.atomic
def write_decision(*, actor, section, text, indicators=(), cells=()):
    """Note a decision of a section, or propose one where the actor may only propose.

    Raises Refused where they may neither, or something is at fault.

    Parameters: `indicators` are keys of the section's indicators, none for all of it; `cells` are ids.
    """
    key = section.methodology.key
    proposes = why_not_write(actor, key)
    if proposes:
        _refuse(why_not_propose(actor, key))
    row = DecisionLogEntry(methodology_key=key, section_key=section.key, written_by=actor, changed_by=actor)
    row.agreed_at = None if proposes else timezone.now()
    row.text, row.indicator_keys = _checked(text), _indicators(section, indicators)
    linked = _cells(actor, section, cells)
    _refuse_if_noted(section, row)
    row.save()
    row.cells.set(linked)
    _record(actor, row, Verb.CREATED, new=_values(row))
    return row


@transaction.atomic
def agree_to_decision(*, actor, decision, version):
    """Say that what was proposed holds. Raises Refused, StaleVersion where somebody changed it meanwhile."""
    row = _locked(actor, decision, version, why_not_agree)
    row.agreed_at = timezone.now()
    _save(actor, row)
    _record(actor, row, Verb.APPROVED)
    return row


@transaction.atomic
def change_decision(*, actor, decision, version, section, text, indicators=(), cells=()):
    """Change a decision; the history keeps what it said. Raises Refused, StaleVersion where somebody was faster.

    Cells of countries that the actor does not see stay linked.
    """
    row = _locked(actor, decision, version, why_not_change)
    before = _values(row)
    row.text, row.indicator_keys = _checked(text), _indicators(section, indicators)
    seen = set(visible(actor, row.cells.all()).values_list("pk", flat=True))
    kept = {cell.pk for cell in row.cells.all()} - seen
    linked = {cell.pk for cell in _cells(actor, section, cells)} | kept
    old, new = difference(before, {**_values(row), "cells": sorted(linked)})
    if not new:
        raise Unchanged(_("Nothing was changed."))
    row.cells.set(linked)
    _save(actor, row)
    _record(actor, row, Verb.CHANGED, old=old, new=new)
    return row


@transaction.atomic
def withdraw_decision(*, actor, decision, version, reason):
    """Say that a decision no longer holds, and why. It stays in the log, and is shown beside no guidance any more."""
    row = _locked(actor, decision, version, why_not_change)
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise Refused(_("Say why it no longer holds."))
    if row.withdrawn_at:
        raise Unchanged(_("It was withdrawn already."))
    row.withdrawn_at = timezone.now()
    _save(actor, row)
    _record(actor, row, Verb.WITHDRAWN, reason=reason[:LONGEST])
    return row


def _locked(actor, decision, version, why_not):
    row = DecisionLogEntry.objects.select_for_update().get(pk=decision.pk)
    _refuse(why_not(actor, row))
    if row.version != version:
        sentence = _("%(person)s changed it meanwhile. Look at what it says now; what you typed is still here.")
        raise StaleVersion(sentence % {"person": row.changed_by}, row=row)
    return row


def _save(actor, row):
    row.version += 1
    row.changed_by, row.changed_at = actor, timezone.now()
    row.save()


def _refuse(sentence):
    if sentence:
        raise Refused(sentence)


def _checked(text):
    if "\0" in text:
        raise Refused(_("The decision holds a sign that cannot be kept. Type it anew."))
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Refused(_("The decision is empty: write what was agreed on."))
    if len(text) > LONGEST:
        told = {"length": len(text), "most": LONGEST}
        raise Refused(_("The decision has %(length)d characters; at most %(most)d are kept.") % told)
    return text


def _refuse_if_noted(section, row):
    """Raise Unchanged where the section has just this rule, as after a double click; two at once come one by one."""
    Methodology.objects.select_for_update().get(pk=section.methodology_id)
    same = DecisionLogEntry.objects.filter(methodology_key=row.methodology_key, section_key=row.section_key)
    if same.filter(text=row.text, withdrawn_at=None).exists():
        raise Unchanged(_("It is noted already."))


def _indicators(section, keys):
    known = list(section.indicators.order_by("order").values_list("key", flat=True))
    if strange := sorted(set(keys) - set(known)):
        raise Refused(_("“%(key)s” is no indicator of this section.") % {"key": strange[0]})
    return [key for key in known if key in keys]


def _cells(actor, section, ids):
    found = list(visible(actor, Cell.objects.filter(pk__in=ids, indicator__section__key=section.key)))
    if len(found) != len(set(ids)):
        raise Refused(_("A cell that was chosen is of another section, or not yours to see."))
    return found


def _values(row):
    cells = sorted(row.cells.values_list("pk", flat=True)) if row.pk else []
    return {"text": row.text, "indicator_keys": list(row.indicator_keys), "cells": cells}


def _record(actor, row, verb, **changes):
    record(entry(actor=actor, verb=verb, target=row, **changes))
