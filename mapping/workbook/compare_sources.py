"""Compare what a file says of sources: a source may stand on the sheets of several sections."""

from django.utils.translation import gettext as _

from mapping.fields import folded
from mapping.sources.citations import split_citation_key
from mapping.workbook.comparison import Edit, Resemblance
from mapping.workbook.said import Place, Said

MOST_ALIKE = 3  # that a new source is compared with
LONGEST_AUTHOR = 120  # characters of Source.citation_author


class Sources:
    """Compares the rows of sources; `index` finds the source that a row means."""

    def __init__(self, merging, index):
        self._merging, self._index = merging, index
        self._file, self._known, self._found, self._named = merging.file, merging.known, merging.found, merging.named
        self._identified = set()  # names of rows of which a person said which source they mean

    def compare(self):
        meant_ones = {}
        for row in self._file.sources:
            meant = self._meant(row)
            if meant is not None:
                self._refuse_second(row, meant)
                meant.rows.append(row)
                self._index.also_cited(meant, row.citation_key)
                meant_ones[id(meant)] = meant
        for meant in meant_ones.values():
            self._source(meant)

    def _meant(self, row):
        """Return the source that a row is about; None, and an error, where that is a question."""
        if row.key is None:
            return self._index.find(row) or self._entered(row)
        meant = self._index.of_id.get(row.key[0])
        if meant is None:
            self._merging.gone(row)
            return None
        if row.citation_key and folded(row.citation_key) != folded(meant.held.citation_key):
            self._merging.error(
                row, "id",
                _("The id belongs to “%(held)s”, the row says “%(said)s”. Put the ids back to their rows, or empty the id of a new source.")
                % {"held": meant.held.citation_key, "said": row.citation_key},
            )  # fmt: skip
        elif not row.citation_key and (other := self._index.other_than(meant, row)):
            self._merging.error(
                row, "id",
                _("The id belongs to “%(held)s”, the row looks like “%(said)s”. Put the ids back to their rows, or write the citation key of the row.")
                % {"held": meant.held.citation_key, "said": other.citation_key},
            )  # fmt: skip
        elif row.key in self._file.untouched.keys["source"] or any(
            other.key == row.key and other.sheet == row.sheet for other in meant.rows
        ):
            self._merging.error(
                row,
                "id",
                _("Two rows carry this id. Empty the id of the copy, and give it a citation key of its own."),
            )
        return meant

    def _refuse_second(self, row, meant):
        """Refuse a row without an id that means a source of which another row of its sheet says something else."""
        if row.key is not None or row.name in self._identified:
            return
        told = [(other.values, other.at("")) for other in meant.rows if other.sheet == row.sheet]
        if meant.held and meant.held.key in self._file.untouched.keys["source"]:
            told.append((meant.held.values, None))
        for values, place in told:
            if any(values.get(name, text) != text for name, text in row.values.items()):
                self._merging.error(
                    row,
                    "citation_key",
                    _("Another row here%(place)s is about the same source, and says something else. Correct one of the two; if this is another source, give it a citation key of its own.")
                    % {"place": f" ({place[1]})" if place else ""},
                )  # fmt: skip
                return

    def _entered(self, row):
        """Enter a row as a new source, unless a person says which of those it is that it resembles."""
        alike = self._index.near(row)[:MOST_ALIKE]
        if not alike:
            return self._index.add(row)
        told = ": ".join(filter(None, [row.citation_key, row.values.get("title")])) or row.values.get("link", "")
        one = Resemblance(*row.at("title"), row.name, told, alike)
        chosen = self._merging.choices.get(one.key, "")
        one.choice = next((held.pk for held in alike if held.name == chosen), None)
        self._found.resemblances.append(one)
        if one.choice is None:
            return self._index.add(row)
        self._identified.add(row.name)
        return self._index.of_id[one.choice]

    def _source(self, meant):
        held, rows = meant.held, meant.rows
        stamp = self._file.stamps.of("source", held.key) if held else None
        if held:
            self._named["source"].add(held.pk)
        said, rivals = self._in_one(meant, stamp.values if stamp else held.values if held else {})
        if held is None:
            self._new_source(said, rows)
            return
        edits = self._merging.merge(said, held, stamp, rivals)
        guessed = next((row for row in rows if row.key is None and self._index.is_guessed(row)), None)
        if edits and guessed is not None:
            told = _(
                "It is taken for “%(held)s”, which has this title or link. If it is another source, give it a citation key of its own."
            )
            self._merging.warn(guessed, "title", told % {"held": held.citation_key})
        shown = set(stamp.shown_in if stamp else held.shown_in) | set(held.values["sections"].split())
        added = [row for row in rows if set(row.section.split()) - shown]
        if added:
            told = [key for row in added for key in row.section.split() if key not in shown]
            sections = " ".join(dict.fromkeys([*held.values["sections"].split(), *told]))
            edits["sections"] = sections
            self._merging.change(added[0].at(""), "sections", held.values["sections"], sections, held.name)
        self._merging.settle(said, held, edits, refusal=held.refusal)

    def _in_one(self, meant, usual):
        """Return (what the rows of one source say together, what rivals it: {field: [(text, place)]}).

        A row that says what is `usual` says nothing new. Where two say something new, they rival each other, unless it
        is here already; a new source can have no rivals: that is an error.
        """
        rows, now = meant.rows, meant.held.values if meant.held else {}
        said = Said("source", rows[0].sheet, rows[0].place, meant.held.key if meant.held else None)
        said.sound = all(row.sound for row in rows)
        if cited := next((row for row in rows if row.citation_key), None):
            said.citation_key, said.places["citation_key"] = cited.citation_key, cited.at("citation_key")
        rivals = {}
        for name, places in _texts_of(rows).items():
            new = [text for text in places if text != usual.get(name)]
            if len(new) > 1:
                new = [text for text in new if text != now.get(name)]
            text = new[0] if new else usual[name]
            said.values[name], said.places[name] = text, places[text]
            if len(new) > 1 and meant.held:
                rivals[name] = [(other, places[other]) for other in new[1:]]
            elif len(new) > 1:
                self._refuse_rivals(said, name, [places[other] for other in new[1:]])
        return said, rivals

    def _refuse_rivals(self, said, name, places):
        sheet, cell = said.at(name)
        told = _("The same source says something else in %(sheet)s!%(cell)s. Write the same in both.")
        for place in places:
            said.sound = False
            self._found.errors.append(Place(*place, told % {"sheet": sheet, "cell": cell}, said.name))

    def _new_source(self, said, rows):
        if not any(row.tells(name) for row in rows for name in ("title", "link", "short_name")):
            self._merging.error(said, "", _("A new source needs a name, a title or a link."))
        author, _year, _suffix = split_citation_key(said.citation_key)
        if len(author) > LONGEST_AUTHOR:
            self._merging.error(rows[0], "citation_key", _("The citation key is too long."))
        sections = dict.fromkeys(key for row in rows for key in row.section.split())
        values = {**said.values, "sections": " ".join(sections)}
        if not said.citation_key:
            values["citation_author"] = _who_is_cited(said.values)
            values["citation_year"] = "n.d."
        self._merging.new(said, {"citation_key": said.citation_key, **values}, refusal=self._known.new_row_refusal)
        if said.sound:
            self._found.edits["source"].append(Edit(None, said, values, said.citation_key))


def _texts_of(rows):
    """Return {field: {text: (sheet, address) of the first row that says it}}."""
    found = {}
    for row in rows:
        for name, text in row.values.items():
            found.setdefault(name, {}).setdefault(text, row.at(name))
    return found


def _who_is_cited(values):
    """Return who stands for the source in its citation key, where the file does not say."""
    first_author = values.get("authors", "").partition(";")[0]
    names = (values.get("institution"), first_author, values.get("short_name"), values.get("title"), values.get("link"))
    return next((name for name in names if name), "")[:LONGEST_AUTHOR]
