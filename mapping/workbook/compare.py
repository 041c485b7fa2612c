"""Compare a file with the database: what would change, what conflicts, what is wrong. Pure: asks no database.

Three-way for every row that was exported: `base` is what the file showed then, `database` what is here now, `file`
what it says today. A field blank in the file says nothing. A row that was never exported has no base: what the file
says is taken, and shown before.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Value
from mapping.fields import folded
from mapping.sources.citations import split_citation_key
from mapping.workbook.comparison import TAKE, ChangedRow, Comparison, Conflict, Edit, no_counts, side_chosen
from mapping.workbook.layout import NOT_ASSESSED, UNITS
from mapping.workbook.matching import SourceIndex, rests_on
from mapping.workbook.missing import missing_cells, missing_rows
from mapping.workbook.read import Place, Said

LONGEST_AUTHOR = 120  # characters of Source.citation_author
_ABOUT_PARTIALS = {"partial_reason", "partial_note"}


def compare(file, known, *, choices=None, otherwise=""):
    """Return the Comparison of a FileContent with what is Known.

    `choices` is {conflict key: "keep" or "take", also with its mark}; conflicts it does not name are decided as `otherwise` says, or stay
    undecided where that is empty.
    """
    return _Comparing(file, known, choices or {}, otherwise).run()


class _Comparing:
    def __init__(self, file, known, choices, otherwise):
        self.file, self.known = file, known
        self.choices, self.otherwise = choices, otherwise
        self.found = Comparison(no_counts(), errors=list(file.errors), ignored=list(file.ignored))
        self.index = SourceIndex(known.sources)
        untouched = file.untouched.keys
        self.named = {
            kind: {pk for (pk,) in untouched[kind]} for kind in ("source", "claim")
        }  # ids that stand in the file
        self.found.counts["unchanged"] = len(file.untouched)
        self.conflicting = set()  # names of rows
        self.at_fault = set()
        self.overwritten = set()  # names of rows that say something here, and of which the file has no base

    def run(self):
        self._sources()
        self._cells()
        self._claims()
        self.found.ignored += missing_rows(self.file, self.known, self.named)
        self.found.ignored += missing_cells(self.file, self.known)
        self._warn_of_missing_base()
        self.found.changes = [row for row in self.found.changes if row.record not in self.at_fault]
        self.found.conflicts = [one for one in self.found.conflicts if one.record not in self.at_fault]
        counts = self.found.counts
        counts["errors"] = len({error.record or (error.sheet, error.cell) for error in self.found.errors})
        counts["ignored"] = len(self.found.ignored)
        return self.found

    # --- sources ---

    def _sources(self):
        meant_ones = {}
        for row in self.file.sources:
            meant = self._meant(row)
            if meant is not None:
                meant.rows.append(row)
                self.index.also_cited(meant, row.citation_key)
                meant_ones[id(meant)] = meant
        for meant in meant_ones.values():
            self._source(meant)

    def _meant(self, row):
        """Return the source that a row is about; None, and an error, where that is a question."""
        if row.key is None:
            return self.index.find(row) or self._entered(row)
        meant = self.index.of_id.get(row.key[0])
        if meant is None:
            self._gone(row)
            return None
        if row.citation_key and folded(row.citation_key) != folded(meant.held.citation_key):
            self._error(
                row, "id",
                _("The id belongs to “%(held)s”, the row says “%(said)s”. Put the ids back to their rows, or empty the id of a new source.")
                % {"held": meant.held.citation_key, "said": row.citation_key},
            )  # fmt: skip
        elif not row.citation_key and (other := self.index.other_than(meant, row)):
            self._error(
                row, "id",
                _("The id belongs to “%(held)s”, the row looks like “%(said)s”. Put the ids back to their rows, or write the citation key of the row.")
                % {"held": meant.held.citation_key, "said": other.citation_key},
            )  # fmt: skip
        elif row.key in self.file.untouched.keys["source"] or any(
            other.key == row.key and other.sheet == row.sheet for other in meant.rows
        ):
            self._error(row, "id", _("Two rows carry this id. Empty the id of the copy."))
        return meant

    def _entered(self, row):
        """Enter a row as a new source; which sources it resembles is told."""
        alike = self.index.near(row)
        if alike:
            told = _(
                "It is entered as a new source, and resembles %(others)s. If it is one of them, write its citation key."
            )
            self._warn(row, "title", told % {"others": ", ".join(f"“{held.citation_key}”" for held in alike[:3])})
        return self.index.add(row)

    def _source(self, meant):
        held, rows = meant.held, meant.rows
        stamp = self.file.stamps.of("source", held.key) if held else None
        if held:
            self.named["source"].add(held.pk)
        said = self._in_one(meant, stamp.values if stamp else held.values if held else {})
        if held is None:
            self._new_source(said, rows)
            return
        edits = self._merge(said, held, stamp)
        guessed = next((row for row in rows if row.key is None and self.index.is_guessed(row)), None)
        if edits and guessed is not None:
            told = _(
                "It is taken for “%(held)s”, which has this title. If it is another source, give it a citation key of its own."
            )
            self._warn(guessed, "title", told % {"held": held.citation_key})
        shown = set(stamp.shown_in if stamp else held.shown_in) | set(held.values["sections"].split())
        added = [row for row in rows if set(row.section.split()) - shown]
        if added:
            told = [key for row in added for key in row.section.split() if key not in shown]
            sections = " ".join(dict.fromkeys([*held.values["sections"].split(), *told]))
            edits["sections"] = sections
            self._change(added[0].at(""), "sections", held.values["sections"], sections, held.name)
        self._settle(said, held, edits, refusal=held.refusal)

    def _in_one(self, meant, usual):
        """Return what the rows of one source say together: what differs from `usual`; two that differ are an error."""
        rows = meant.rows
        said = Said("source", rows[0].sheet, rows[0].place, meant.held.key if meant.held else None)
        said.sound = all(row.sound for row in rows)
        if cited := next((row for row in rows if row.citation_key), None):
            said.citation_key, said.places["citation_key"] = cited.citation_key, cited.at("citation_key")
        for row in rows:
            for name, text in row.values.items():
                other = said.values.get(name, text)
                if other == text or other == usual.get(name):
                    said.values[name], said.places[name] = text, row.at(name)
                elif text != usual.get(name):
                    said.sound = False
                    sheet, cell = said.at(name)
                    self._error(
                        row, name,
                        _("The same source says something else in %(sheet)s!%(cell)s. Write the same in both.")
                        % {"sheet": sheet, "cell": cell},
                    )  # fmt: skip
        return said

    def _new_source(self, said, rows):
        if not any(said.values.get(name) for name in ("title", "link", "short_name")):
            self._error(said, "", _("A new source needs a name, a title or a link."))
        author, _year, _suffix = split_citation_key(said.citation_key)
        if len(author) > LONGEST_AUTHOR:
            self._error(rows[0], "citation_key", _("The citation key is too long."))
        sections = dict.fromkeys(key for row in rows for key in row.section.split())
        values = {**said.values, "sections": " ".join(sections)}
        if not said.citation_key:
            values["citation_author"] = _who_is_cited(said.values)
            values["citation_year"] = "n.d."
        self._new(said, {"citation_key": said.citation_key, **values}, refusal=self.known.new_row_refusal)
        if said.sound:
            self.found.edits["source"].append(Edit(None, said, values, said.citation_key))

    # --- cells ---

    def _cells(self):
        together = {}
        for said in self.file.cells:
            if (first := together.setdefault(said.key, said)) is not said:
                self._join_cell(first, said)
        for key, said in together.items():
            held = self.known.cells.get(key)
            if held is not None:
                edits = self._merge(said, held, self.file.stamps.of("cell", key))
                self._settle(said, held, edits, refusal=held.refusal)
                self._warn_of_missing_reason(said, held, edits)
            elif said.values:
                self._error(
                    said, next(iter(said.values)), _("This indicator has no cell for %(year)s.") % {"year": key[2]}
                )

    def _join_cell(self, first, said):
        first.sound = first.sound and said.sound
        for name, text in said.values.items():
            if first.values.get(name, text) != text:
                sheet, cell = first.at(name)
                self._error(
                    said, name,
                    _("%(sheet)s!%(cell)s says something else of the same cell.") % {"sheet": sheet, "cell": cell},
                )  # fmt: skip
                first.sound = False
            else:
                first.values[name], first.places[name] = text, said.at(name)

    def _warn_of_missing_reason(self, said, held, edits):
        now = {**held.values, **edits}
        if "value" in edits and now["value"] == Value.PARTIALLY_AVAILABLE and not now["partial_reason"]:
            told = _("A partial without a reason is saved as a draft. Say why before it is submitted.")
            self.found.warnings.append(Place(*said.at("value"), told, held.name))

    # --- claims ---

    def _claims(self):
        existing = {}  # {cell: [(values, id or None)]}
        for held in self.known.claims.values():
            existing.setdefault(held.cell, []).append((held.values, held.pk))
        new = []
        for said in self.file.claims:
            self._resolve_source(said)
            if said.key is None:
                new.append(said)
            elif (held := self.known.claims.get(said.key[0])) is None:
                self._gone(said)
            else:
                self._known_claim(said, held, existing[held.cell])
        for said in new:  # at last: which ids stand in the file is known by now
            self._new_claim(said, existing)

    def _known_claim(self, said, held, siblings):
        if held.pk in self.named["claim"]:
            self._error(said, "id", _("Two rows carry this id. Empty the id of the copy."))
            return
        self.named["claim"].add(held.pk)
        if said.cell and any(told not in {"", known} for told, known in zip(said.cell, held.cell, strict=True)):
            self._error(
                said, "id",
                _("The id belongs to a claim of another cell. Put the ids back to their rows, or empty the id of a new claim."),
            )  # fmt: skip
        elif self._tells_of_another(said, held, siblings):
            self._error(
                said, "id",
                _("The id belongs to the claim of “%(held)s”, the row tells of another claim of this cell. Put the ids back to their rows, or empty the id of a new claim.")
                % {"held": held.values["source"] or held.values["statement"]},
            )  # fmt: skip
        edits = self._merge(said, held, self.file.stamps.of("claim", held.key))
        self._check_subgroup(said, held.cell[0], edits.get("subgroup", ""))
        self._settle(said, held, edits, refusal=held.refusal)

    def _tells_of_another(self, said, held, siblings):
        """Say whether a row rests on what another claim of the cell rests on, and its own rests on something else."""
        stamp = self.file.stamps.of("claim", held.key)
        own = [held.values, *([stamp.values] if stamp else [])]
        return not any(rests_on(said.values, values) for values in own) and any(
            rests_on(said.values, values) for values, _id in siblings
        )

    def _new_claim(self, said, existing):
        cell = self.known.cells.get(said.cell) if said.cell else None
        if said.cell is not None and cell is None:
            missing = not said.cell or "" in said.cell
            self._error(
                said, "year",
                _("A new claim needs section, indicator and year.")
                if missing
                else _("This indicator has no cell for %(year)s.") % {"year": said.cell[2]},
            )  # fmt: skip
        if not said.values.get("value") and not said.tells("value"):
            self._error(said, "value", _("A new claim needs a value."))
        if not (said.values.get("source") or said.values.get("statement_kind")) and said.sound:
            self._error(said, "source", _("A new claim needs a source or a statement."))
        if cell is None:
            return
        self._check_subgroup(said, cell.key[0], said.values.get("subgroup", ""))
        siblings = existing.setdefault(cell.key, [])
        for other, pk in siblings:
            if said.sound and said.values.items() <= other.items():
                self.found.counts["unchanged"] += 1  # entered before, such as by this very file
                self.named["claim"].add(pk)
                return
        self._warn_of_sibling(said, siblings)
        siblings.append((said.values, None))
        self._new(said, said.values, refusal=cell.refusal)
        if said.sound:
            self.found.edits["claim"].append(Edit(None, said, said.values))

    def _warn_of_sibling(self, said, siblings):
        """Tell where a new claim stands beside one that rests on the same, and that no row of the file has the id of."""
        for other, pk in siblings:
            if pk and pk not in self.named["claim"] and rests_on(said.values, other):
                told = _(
                    "It is entered as a new claim, beside one that rests on the same. To change that one, write its id %(id)d."
                )
                self._warn(said, "source" if said.tells("source") else "statement", told % {"id": pk})
                self.named["claim"].add(pk)
                return

    def _resolve_source(self, said):
        """Write the source as it is cited here; a claim rests on a source or a statement."""
        cited = said.values.get("source")
        if not cited:
            return
        if said.values.get("statement_kind"):
            self._error(said, "statement_kind", _("A claim rests on a source or on a statement: empty one of the two."))
        meant = self.index.cited(cited)
        if meant is None:
            self._error(
                said, "source",
                _("No source is cited as “%(key)s”. Write its citation key, or enter it on the sheet of its section.")
                % {"key": cited},
            )  # fmt: skip
        elif meant.held is not None:
            said.values["source"] = meant.held.citation_key

    def _check_subgroup(self, said, section, subgroup):
        if subgroup and subgroup not in self.known.sections_by_key[section].subgroups:
            self._error(said, "subgroup", _("This section does not tell this subgroup apart."))

    # --- what all kinds have in common ---

    def _merge(self, said, held, stamp):
        """Return {field: text} to write, and note every change and conflict."""
        edits = {}
        differing = {name for name, text in said.values.items() if held.values[name] != text}
        for unit in UNITS[held.kind]:
            if differing.isdisjoint(unit):
                continue
            base = tuple(stamp.values[name] for name in unit) if stamp else None
            now = tuple(held.values[name] for name in unit)
            new = _whole(unit, said, base, now, {**held.values, **edits})
            self._tell_unused(unit, said, base, new, held)
            if new is None or new in (now, base):
                continue
            if base is None and any(text not in {"", NOT_ASSESSED} for text in now):
                self.overwritten.add(held.name)
            if base in (None, now) or self._takes(said, held, (unit, base, now, new)):
                edits |= dict(zip(unit, new, strict=True))
                for name, old, text in zip(unit, now, new, strict=True):
                    if old != text and text:
                        self._change(said.at(name), name, old, text, held.name)
        return edits

    def _tell_unused(self, unit, said, base, new, held):
        """Tell what a row says about a partial value of a cell that has another value: it is passed over."""
        at = next((number for number, name in enumerate(unit) if name in _ABOUT_PARTIALS), None)
        text = "" if at is None else said.values.get(unit[at], "")
        if text and not (new and new[at]) and (base is None or base[at] != text):
            told = _("It is about a partial value, and the cell is not partially available: it was passed over.")
            self.found.ignored.append(Place(*said.at(unit[at]), told, held.name))

    def _takes(self, said, held, sides):
        """Note a conflict; return whether the file's side of it is taken."""
        unit, base, now, new = sides
        at = next((number for number, text in enumerate(new) if text != now[number] and text), 0)
        key = f"{held.name}:{unit[0]}"
        self.conflicting.add(held.name)
        conflict = Conflict(*said.at(unit[at]), unit[at], base[at], now[at], new[at], held.name, key)
        if unit == ("value", "partial_reason") and at == 0:
            conflict.reasons = (base[1], now[1], new[1])
        conflict.choice = side_chosen(self.choices.get(key, ""), conflict.mark) or self.otherwise
        self.found.conflicts.append(conflict)
        return conflict.choice == TAKE

    def _settle(self, said, held, edits, *, refusal):
        """Count the row once, and keep what is to be written of it."""
        if edits and refusal:
            self._error(said, next(iter(edits)), refusal)
        if not said.sound:
            self.at_fault.add(held.name)
            return
        if held.key in self.file.untouched.keys[held.kind]:
            self.found.counts["unchanged"] -= 1  # another row tells of it too: it counts once
        if held.name in self.conflicting:
            self.found.counts["conflicts"] += 1
        else:
            self.found.counts["changed" if edits else "unchanged"] += 1
        if edits:
            self.found.edits[held.kind].append(Edit(held, said, edits))
            said.key, said.values = held.key, edits  # whatever else the row says is here already: it is let go

    def _new(self, said, values, *, refusal):
        if refusal:
            self._error(said, "", refusal)
        if said.sound:
            self.found.counts["new"] += 1
            for name, text in values.items():
                if text:
                    self._change(said.at(name), name, "", text, said.name, is_new=True)

    def _change(self, at, name, old, new, record, *, is_new=False):
        (sheet, cell), rows = at, self.found.changes
        if not rows or rows[-1].record != record or rows[-1].sheet != sheet:
            rows.append(ChangedRow(sheet, record, is_new, []))
        rows[-1].fields.append((name, cell, old, new))

    def _gone(self, said):
        """Tell of a row whose id is not, or no longer, here."""
        stamp = self.file.stamps.of(said.kind, said.key)
        if stamp and all(stamp.values.get(name, "") == text for name, text in said.values.items()):
            self.found.ignored.append(
                Place(
                    *said.at("id"), _("It was deleted here after the export, and is unchanged in the file."), said.name
                )
            )
        else:
            self._error(
                said, "id",
                _("There is no row with this id here, or no longer. Empty the id to enter the row as a new one."),
            )  # fmt: skip

    def _warn_of_missing_base(self):
        count = len(self.overwritten - self.at_fault)
        if count:
            told = ngettext(
                "Of %(count)d row that says something here the file does not tell what was exported: it is overwritten, also where somebody changed it since. Look at it before you apply.",
                "Of %(count)d rows that say something here the file does not tell what was exported: they are overwritten, also where somebody changed them since. Look at them before you apply.",
                count,
            )
            self.found.warnings.insert(0, Place("", "", told % {"count": count}))

    def _warn(self, said, name, message):
        self.found.warnings.append(Place(*said.at(name), message, said.name))

    def _error(self, said, name, message):
        said.sound = False
        self.found.errors.append(Place(*said.at(name), message, said.name))


def _whole(unit, said, base, now, others):
    """Return what the file says of fields that belong together, or None where it says nothing."""
    new = tuple(said.values.get(name, "") for name in unit)
    if not any(new):
        return None
    if unit[0] == "value" and len(unit) > 1:  # a cell's value with its partial reason
        value, reason = new[0] or now[0], new[1]  # a reason alone is about the value that is there
        if value != Value.PARTIALLY_AVAILABLE:
            return value, ""
        known = next((side[1] for side in (base, now) if side and side[0] == value), "")
        return value, reason or known
    if unit == ("partial_note",) and others["value"] != Value.PARTIALLY_AVAILABLE:
        return None  # the note went with the value it was about
    return new


def _who_is_cited(values):
    """Return who stands for the source in its citation key, where the file does not say."""
    first_author = values.get("authors", "").partition(";")[0]
    names = (values.get("institution"), first_author, values.get("short_name"), values.get("title"), values.get("link"))
    return next((name for name in names if name), "")[:LONGEST_AUTHOR]
