"""How people write the words of closed lists, in every language of the site: for workbook and flat file alike."""

import re
from functools import lru_cache

from django.utils.translation import gettext as _

from mapping.fields import folded, in_every_language

_MEANS_MANY_THINGS = {"", "na", "нд", "x", "х"}  # squashed: signs alone, “n/a”, a cross


@lru_cache(maxsize=20_000)
def squashed(text):
    """Return a heading or word without case, spaces, signs and the hyphens of a narrow column."""
    return re.sub(r"[\W_]+", "", folded(text))


def spellings_of(labels):
    """Return {spelling, squashed: key} of a closed list {key: label}: by label in every language, or by key."""
    keys = {squashed(word): key for key, label in labels.items() for word in in_every_language(label)}
    return keys | {squashed(key): key for key in labels}


def listed(spellings, keys):
    """Return {spelling: key}; words are squashed, signs and numbers such as ✓ and 0.5 stay as they are."""
    return {
        squashed(word) if word.replace("_", "").isalpha() else word: key
        for key, words in spellings.items()
        if key in keys
        for word in words.split()
    }


def found_as(keys, text):
    """Return the key that a text stands for among {spelling: key}, or None."""
    return keys.get(squashed(text)) or keys.get(text.strip().casefold())


def not_among(text, choices):
    """Return the sentence about a text that stands for none of the choices, which are words."""
    told = {"found": text, "choices": ", ".join(map(str, choices))}
    if squashed(text) in _MEANS_MANY_THINGS:
        return _("“%(found)s” means one thing to some and another to others. Write one of: %(choices)s.") % told
    return _("“%(found)s” is not one of the words for this. Write one of: %(choices)s.") % told
