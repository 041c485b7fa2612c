"""What happened to rows between a person's look at them and their decision, told in words."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.audit.models import Entry, Verb
from mapping.audit.presentation import told
from mapping.availability.models import Cell
from mapping.content.models import ReviewStatus
from mapping.review.models import Decision
from mapping.sources.models import Source

EDITS = (Verb.CREATED, Verb.CHANGED, Verb.DELETED, Verb.IMPORTED)
LAST_MINUTES = timedelta(minutes=15)
_LONGEST = 80  # characters of a value in a sentence


def moment(when):
    """Return a moment in the reader's zone and language."""
    return date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT")


def changed_since(model, seen):
    """Return {row id: sentence} of what changed in rows since the version seen of each; `seen` is {row: version}."""
    entries = {}
    asked = Entry.objects.filter(
        target_type=model._meta.model_name, target_id__in=[row.pk for row in seen], verb__in=EDITS
    )
    for entry in asked.select_related("actor"):  # newest first
        entries.setdefault(entry.target_id, []).append(entry)
    return {
        row.pk: _sentence(row, _newer(entries.get(row.pk, []), row.version - version)) for row, version in seen.items()
    }


def _newer(entries, versions):
    """Return the entries of the last acts, as many as there are newer versions: each act makes one."""
    acts = list(dict.fromkeys(entry.act for entry in entries))[: max(versions, 0)]
    return [entry for entry in entries if entry.act in acts]


def _sentence(row, entries):
    who = ", ".join(dict.fromkeys(str(entry.actor) for entry in entries)) or str(row.last_author or _("Somebody"))
    head = _("%(row)s: %(who)s changed it on %(when)s, after you saw it.") % {
        "row": row,
        "who": who,
        "when": moment(row.changed_at),
    }
    what = "; ".join(line for one in reversed(told(entries)) for line in _lines(one))
    return f"{head} {what}." if what else head


def _lines(one):
    if one.part:
        return [f"{one.part} {one.entry.get_verb_display()}"]
    return [f"{change.label}: {_short(change.old)} → {_short(change.new)}" for change in one.changes]


def _short(text):
    if not text:
        return "–"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def last_decisions(model, rows):
    """Return {row id: who decided on it last, and when} of rows that are decided; one query."""
    ids = [row.pk for row in rows if row.status in (ReviewStatus.APPROVED, ReviewStatus.RETURNED)]
    if not ids:
        return {}
    asked = Decision.objects.filter(target_type=model._meta.model_name, target_id__in=ids).select_related("actor")
    sentence = _("%(who)s: %(decision)s, %(when)s.")
    return {
        decision.target_id: sentence
        % {"who": decision.actor, "decision": decision.get_kind_display(), "when": moment(decision.at)}
        for decision in asked.order_by("at", "pk")
    }


def others_deciding(user, exercise, section):
    """Return a sentence for each other person who decided in this section in the last minutes; one query."""
    cells = Cell.objects.filter(exercise=exercise, indicator__section=section).order_by().values("pk")
    sources = Source.objects.filter(exercise=exercise, sections__has=section.key).order_by().values("pk")
    recent = Decision.objects.filter(
        Q(target_type=Cell._meta.model_name, target_id__in=cells)
        | Q(target_type=Source._meta.model_name, target_id__in=sources),
        exercise=exercise,
        at__gte=timezone.now() - LAST_MINUTES,
        kind__in=[Decision.Kind.APPROVED, Decision.Kind.RETURNED],
    )
    counted = {}
    for who, kind, at in recent.exclude(actor=user).order_by("at").values_list("actor__name", "kind", "at"):
        count, _last = counted.get((who, kind), (0, None))
        counted[who, kind] = (count + 1, at)
    return [_decided(who, kind, count, at) for (who, kind), (count, at) in counted.items()]


def _decided(who, kind, count, at):
    told_as = (
        ngettext(
            "%(who)s approved %(count)d row here, at %(when)s.",
            "%(who)s approved %(count)d rows here, at %(when)s.",
            count,
        )
        if kind == Decision.Kind.APPROVED
        else ngettext(
            "%(who)s returned %(count)d row here, at %(when)s.",
            "%(who)s returned %(count)d rows here, at %(when)s.",
            count,
        )
    )
    return told_as % {"who": who, "count": count, "when": date_format(timezone.localtime(at), "TIME_FORMAT")}
