"""Which source a row of the file means: by its citation key, else its link, else title, institution and year.

A citation key that is told and not known names a new source, whatever else is alike: rows of one office share its home
page. And a link that several share tells nothing.

And whether a row of a claim rests on what a claim rests on.
"""

from dataclasses import dataclass, field
from functools import cached_property

from mapping.fields import folded
from mapping.sources.citations import fold_link, split_citation_key
from mapping.sources.selectors import alike
from mapping.workbook.known import Held

ANY_YEAR = None


@dataclass
class Meant:
    """A source of the database (`held`) or a new one, with the rows that speak of it; a source may stand on many sheets."""

    held: Held | None = None
    rows: list = field(default_factory=list)

    def said(self, name):
        """Return what a field says here, or "" of a new source."""
        return self.held.values[name] if self.held else ""


class SourceIndex:
    """Finds the source that a row without an id means, among those of the database and those new in the file."""

    def __init__(self, sources):
        self._by = {}
        self._shared = set()  # links of several sources
        self.of_id = {}
        for held in sources.values():
            meant = self.of_id[held.pk] = Meant(held)
            self._register(meant, held.values, held.citation_key)

    def cited(self, citation_key):
        """Return the Meant that is cited so, or None."""
        return self._by.get(("cited", folded(citation_key)))

    def find(self, row):
        """Return the Meant that a row without an id is about, or None."""
        if row.citation_key:
            return self.cited(row.citation_key)
        return next(iter(self._found(row)), None)

    def is_guessed(self, row):
        """Say whether a row is known by what other editions have as well.

        That is a title without the year, or a link below which another title stands.
        """
        if row.citation_key:
            return False
        mark, meant = next(self._known_marks(row), (None, None))
        title = row.values.get("title")
        is_renamed = bool(mark and title) and folded(title) != folded(meant.said("title"))
        return bool(mark) and (mark[-1] is ANY_YEAR or (mark[0] == "link" and is_renamed))

    def other_than(self, meant, row):
        """Return the Held that a row looks like, where it does not look like the one that its id says, or None."""
        found = self._found(row)
        return found[0].held if found and meant not in found else None

    def near(self, row):
        """Return the Held ones that a new row resembles."""
        title, institution = row.values.get("title", ""), row.values.get("institution", "")
        found = [one.held for one in alike(self._resembling, title=title, institution=institution)] if title else []
        found += [meant.held for meant in self._found(row) if meant.held]
        return list({held.pk: held for held in found}.values())

    @cached_property
    def _resembling(self):
        return [_Resembling(meant.held) for meant in self.of_id.values()]

    def _found(self, row):
        return [meant for _mark, meant in self._known_marks(row)]

    def _known_marks(self, row):
        """Yield (mark, Meant) of what a row can be recognised by, surest first."""
        for mark in _marks(row.values, row.citation_key):
            if mark in self._by and mark not in self._shared:
                yield mark, self._by[mark]

    def add(self, row):
        """Enter a row as a new source."""
        meant = Meant()
        self._register(meant, row.values, row.citation_key)
        return meant

    def also_cited(self, meant, citation_key):
        """Let claims of the file cite a source as the file does."""
        if citation_key:
            self._by.setdefault(("cited", folded(citation_key)), meant)

    def _register(self, meant, values, citation_key):
        for mark in _marks(values, citation_key, every_year=True):
            if self._by.setdefault(mark, meant) is not meant and mark[0] == "link":
                self._shared.add(mark)


class _Resembling:
    """A source as `alike` looks at it."""

    def __init__(self, held):
        self.held = held
        self.link_folded, self.title_folded = "", folded(held.values["title"])
        self.institution = held.values["institution"]


def _marks(values, citation_key, *, every_year=False):
    """Yield what a source can be recognised by, surest first."""
    if citation_key:
        yield "cited", folded(citation_key)
    if link := values.get("link"):
        yield "link", fold_link(link)
    institution = folded(values.get("institution", ""))
    year = split_citation_key(citation_key)[1] if citation_key else ANY_YEAR
    for name in ("title", "short_name"):
        if text := folded(values.get(name, "")):
            yield name, text, institution, year
            if every_year:
                yield name, text, institution, ANY_YEAR


def rests_on(said, values):
    """Say whether a claim's row rests on what a claim rests on, as far as the row tells."""
    return all(said.get(name, "") in {"", values[name]} for name in ("source", "statement_kind", "statement"))
