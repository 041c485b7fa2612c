"""Take back an act on cells and their claims: one's own, where nobody changed the cell since."""

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused
from mapping.audit.models import Entry, Verb
from mapping.availability.models import Cell, Claim
from mapping.availability.services import CellEdit, ClaimEdit, save_each
from mapping.content.errors import RowsRefused

_CHANGES = (Verb.CREATED, Verb.CHANGED, Verb.DELETED)


@dataclass
class Undone:
    """The cells that are as they were, and {cell id: (cell, Refused)} of those that stay as they are."""

    cells: list
    refusals: dict


@transaction.atomic
def undo_act(*, actor, exercise, act, since):
    """Take back what an act of the actor's own did to cells and claims, as a new act with the reason “undo”.

    Parameters: `act` is the act's id in the history; `since` the moment this visit began: older acts stay.
    Returns Undone: a cell that anybody changed after the act, or that cannot be edited now, stays as it is.
    Raises Refused where there is no such act, RowsRefused where nothing of it can be taken back.
    """
    told = _entries_by_cell(actor, exercise, act, since)
    if not told:
        raise Refused(_("There is nothing of yours to undo here since you signed in."))
    cells = {
        cell.pk: cell
        for cell in Cell.objects.select_for_update(of=("self",))
        .filter(exercise=exercise, pk__in=told)
        .select_related("indicator__section")
        .order_by("pk")
    }
    refusals = _changed_since(told)
    versions = dict(Claim.objects.filter(cell__in=cells).values_list("pk", "version"))
    edits = [
        _reversed(cells[pk], entries, versions) for pk, entries in told.items() if pk in cells and pk not in refusals
    ]
    saved, refused = save_each(actor=actor, exercise=exercise, edits=edits, reason=_("undo"), act=_undo_of(act))
    refusals |= refused
    if not saved:
        sentence = ngettext(
            "Nothing was undone: %(count)d cell stays as it is.",
            "Nothing was undone: %(count)d cells stay as they are.",
            len(refusals),
        )
        raise RowsRefused(sentence % {"count": len(refusals)}, refusals)
    return Undone(saved, {pk: (cells.get(pk), refusal) for pk, refusal in refusals.items()})


def _entries_by_cell(actor, exercise, act, since):
    entries = Entry.objects.filter(
        exercise_code=exercise.code, at__gte=since, act=act, actor=actor, target_type=Cell._meta.model_name
    )
    found = defaultdict(list)
    for entry in entries.filter(verb__in=_CHANGES).order_by("pk"):
        found[entry.target_id].append(entry)
    return found


def _undo_of(act):
    """Return the id of the act that takes an act back."""
    return uuid.uuid5(act, "undo")


def _changed_since(told):
    """Return {cell id: Refused} of the cells of which the history tells more after the act, but for what was undone."""
    last = {pk: entries[-1].pk for pk, entries in told.items()}
    found = Entry.objects.filter(
        target_type=Cell._meta.model_name, target_id__in=last, pk__gt=min(last.values())
    ).select_related("actor")
    later = [entry for entry in found.order_by("pk") if entry.pk > last[entry.target_id]]
    acts = {(entry.target_id, entry.act) for entry in later}
    undone = {(pk, one) for pk, act in acts if (pk, _undo_of(act)) in acts for one in (act, _undo_of(act))}
    return {
        entry.target_id: Refused(
            _("%(who)s changed it after that, on %(when)s.")
            % {"who": entry.actor, "when": date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")}
        )
        for entry in later
        if (entry.target_id, entry.act) not in undone
    }


def _reversed(cell, entries, versions):
    """Return the edit that takes entries about one cell back, the last one first."""
    edit = CellEdit(cell.pk, cell.version)
    for entry in reversed(entries):
        if not entry.part:
            edit.values |= _as_stored(Cell, entry.old)
            continue
        claim_id = int(entry.part.partition(":")[2])
        if entry.verb == Verb.DELETED:
            edit.claims.append(ClaimEdit(_as_stored(Claim, entry.old)))
        else:
            before = None if entry.verb == Verb.CREATED else _as_stored(Claim, entry.old)
            edit.claims.append(ClaimEdit(before, claim_id, versions.get(claim_id)))
    return edit


def _as_stored(model, told):
    """Return values of the history, which keeps them as JSON, as the model's fields hold them."""
    fields = {name: model._meta.get_field(name) for name in told}
    return {name: value if fields[name].is_relation else fields[name].to_python(value) for name, value in told.items()}
