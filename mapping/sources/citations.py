"""Citation keys, links, titles and years as text: asks no database."""

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import count, product
from string import ascii_lowercase
from urllib.parse import urlsplit

from mapping.fields import folded

NEAR = 0.9  # share of equal text above which two titles are taken for the same
_KEY = re.compile(r"^(?P<author>.+?)(?:, (?P<year>\d{4}|n\.d\.)(?P<suffix>[a-z]{0,3}))?$")
_RANGE = re.compile(r"\b((?:19|20)\d{2})\s*[-\N{EN DASH}\N{EM DASH}]\s*((?:19|20)\d{2})\b")
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def citation_key(author, year, suffix=""):
    """Return the key of a source, such as “NSC KR, 2023a”."""
    return f"{author}, {year}{suffix}" if year else f"{author}{' ' if suffix else ''}{suffix}"


def split_citation_key(key):
    """Return (author, year, suffix) of a citation key as people write it."""
    match = _KEY.match(" ".join(key.split()))
    return (match["author"], match["year"] or "", match["suffix"] or "") if match else ("", "", "")


class TakenKeys:
    """The citation keys that sources bear. Two keys are the same as they are written; a suffix differs in either case."""

    def __init__(self, keys):
        self._keys = set(keys)
        self._folded = Counter(map(folded, self._keys))

    def __contains__(self, key):
        return key in self._keys

    def add(self, key):
        self._keys.add(key)
        self._folded[folded(key)] += 1

    def remove(self, key):
        self._keys.remove(key)
        self._folded[folded(key)] -= 1

    def next_suffix(self, author, year):
        """Return "" if the plain key is free, else the next free letter."""
        return next(suffix for suffix in _suffixes() if not self._folded[folded(citation_key(author, year, suffix))])


def _suffixes():
    yield ""
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_lowercase, repeat=length))


def fold_link(link):
    """Return a link without what two links to one page may differ in: scheme, www, case of the host, closing slash."""
    parts = urlsplit("".join(link.split()))
    host = (parts.hostname or "").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def near(one, other):
    """Say whether two folded titles are the same but for small differences."""
    if not one or not other:
        return False
    if one == other:
        return True
    total = len(one) + len(other)
    if 2 * min(len(one), len(other)) / total < NEAR or 2 * _common(_letters(one), _letters(other)) / total < NEAR:
        return False  # in whatever order: told quickly, as a long file is compared with all that is there
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= NEAR


@lru_cache(maxsize=10_000)
def _letters(text):
    return Counter(text)


def _common(letters, others):
    return sum(min(count, others[letter]) for letter, count in letters.items())


def years_named(text):
    """Return the years that a text names, ranges filled in: “2018–2020; 2022 quoted” is 2018, 2019, 2020, 2022."""
    years = {int(year) for year in _YEAR.findall(text)}
    for first, last in _RANGE.findall(text):
        years.update(range(int(first), int(last) + 1))
    return sorted(years)
