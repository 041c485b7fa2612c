"""The last act over many cells of an exercise: told on its pages with a button that undoes it, until the visit ends."""

import uuid

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime


def remember(request, exercise, act, sentence):
    """Keep the act that a person just did, and the sentence that tells of it, in place of the one before."""
    request.session[_key(exercise)] = {"act": str(act), "sentence": sentence, "at": timezone.now().isoformat()}


def last_act(request, exercise):
    """Return {"act", "sentence", "at"} of the person's last act of this visit that is not undone, or None."""
    kept = request.session.get(_key(exercise))
    return kept and {**kept, "at": parse_datetime(kept["at"])}


def forget(request, exercise):
    """Tell of the act no more."""
    request.session.pop(_key(exercise), None)


def posted_act(request):
    """Return the id of the act that a form names; a wrong one is not found."""
    try:
        return uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        raise Http404 from None


def _key(exercise):
    return f"last-act:{exercise.code}"
