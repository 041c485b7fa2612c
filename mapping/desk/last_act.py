"""Acts over many cells of an exercise: the last is told on its pages with a button that undoes it, until the visit ends."""

import uuid

from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime

_MOST = 10  # acts that can be taken back, one after the other


def remember(request, exercise, act, sentence):
    """Keep the act that a person just did, and the sentence that tells of it."""
    done = {"act": str(act), "sentence": sentence, "at": timezone.now().isoformat()}
    request.session[_key(exercise)] = [*_kept(request, exercise), done][-_MOST:]


def last_act(request, exercise):
    """Return {"act", "sentence", "at"} of the person's last act of this visit that is not undone, or None."""
    kept = _kept(request, exercise)
    return {**kept[-1], "at": parse_datetime(kept[-1]["at"])} if kept else None


def forget(request, exercise, act=None):
    """Tell of an act no more, so that the one before it is told of again; without an act, of all of them."""
    left = [done for done in _kept(request, exercise) if act is not None and done["act"] != str(act)]
    request.session[_key(exercise)] = left


def posted_act(request):
    """Return the id of the act that a form names; a wrong one is not found."""
    try:
        return uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        raise Http404 from None


def _kept(request, exercise):
    return request.session.get(_key(exercise), [])


def _key(exercise):
    return f"acts:{exercise.code}"
