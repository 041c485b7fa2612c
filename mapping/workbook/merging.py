"""The three-way rule for one row, whatever it is of; what was found is noted in a Comparison.

`base` is what the file showed when it was exported, `database` what is here now, `file` what it says today. A field
blank in the file says nothing. A row that was never exported has no base: what the file says is taken, and shown before.
"""

from django.utils.translation import gettext as _

from mapping.availability.models import Value
from mapping.workbook.comparison import KEEP, TAKE, ChangedRow, Comparison, Conflict, Edit, no_counts
from mapping.workbook.layout import NOT_ASSESSED, UNITS
from mapping.workbook.said import Place

_ABOUT_PARTIALS = {"partial_reason", "partial_note"}


class Merging:
    """Merges the rows of a file with those that are here, and notes what would change, what conflicts, what is wrong."""

    def __init__(self, file, known, choices, otherwise):
        self.file, self.known = file, known
        self.choices, self._otherwise = choices, otherwise
        self.found = Comparison(
            no_counts(), errors=list(file.errors), ignored=list(file.ignored), warnings=list(file.warnings)
        )
        self.found.counts["unchanged"] = len(file.untouched)
        untouched = file.untouched.keys
        self.named = {
            kind: {pk for (pk,) in untouched[kind]} for kind in ("source", "claim")
        }  # ids that stand in the file
        self.at_fault = set()  # names of rows
        self._conflicting = set()

    def merge(self, said, held, stamp, rivals=None):
        """Return {field: text} to write, and note every change and conflict.

        `rivals` is {field: [(text, (sheet, address))]}: what other rows of the same one say instead.
        """
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
            disputed = rivals.get(unit[0], ()) if rivals else ()
            if disputed or base not in (None, now):
                new = self._taken(said, held, (unit, base, now, new), disputed)
            elif base is None and any(text not in {"", NOT_ASSESSED} for text in now):
                self.found.overwritten.setdefault(held.name, []).extend(now)
            if new is not None:
                edits |= dict(zip(unit, new, strict=True))
                for name, old, text in zip(unit, now, new, strict=True):
                    if old != text and text:
                        self.change(said.at(name), name, old, text, held.name)
        return edits

    def _tell_unused(self, unit, said, base, new, held):
        """Tell what a row says about a partial value of a cell that has another value: it is passed over."""
        at = next((number for number, name in enumerate(unit) if name in _ABOUT_PARTIALS), None)
        text = "" if at is None else said.values.get(unit[at], "")
        if text and not (new and new[at]) and (base is None or base[at] != text):
            told = _("It is about a partial value, and the cell is not partially available: it was passed over.")
            self.found.ignored.append(Place(*said.at(unit[at]), told, held.name))

    def _taken(self, said, held, sides, rivals):
        """Note a conflict; return the texts of the file that are taken, or None where what is here stays."""
        unit, base, now, new = sides
        at = next((number for number, text in enumerate(new) if text != now[number] and text), 0)
        was = base or ("",) * len(unit)
        self._conflicting.add(held.name)
        conflict = Conflict(
            *said.at(unit[at]), unit[at], was[at], now[at], new[at], held.name, key=f"{held.name}:{unit[0]}"
        )
        conflict.has_base = base is not None
        conflict.rivals = [(*place, text) for text, place in rivals]
        if unit == ("value", "partial_reason") and at == 0:
            conflict.reasons = (was[1], now[1], new[1])
        conflict.choose(self.choices.get(conflict.key, ""), self._otherwise)
        self.found.conflicts.append(conflict)
        if conflict.choice in {"", KEEP}:
            return None
        if conflict.choice != TAKE:
            *place, text = conflict.sides_of_file[conflict.choice]
            said.places[unit[0]], new = tuple(place), (text,)
        return new

    def settle(self, said, held, edits, *, refusal):
        """Count the row once, and keep what is to be written of it."""
        if edits and refusal:
            self.error(said, next(iter(edits)), refusal)
        if not said.sound:
            self.at_fault.add(held.name)
            return
        if held.key in self.file.untouched.keys[held.kind]:
            self.found.counts["unchanged"] -= 1  # another row tells of it too: it counts once
        if held.name in self._conflicting:
            self.found.counts["conflicts"] += 1
        else:
            self.found.counts["changed" if edits else "unchanged"] += 1
        if edits:
            self.found.edits[held.kind].append(Edit(held, said, edits))
            said.key, said.values = held.key, edits  # whatever else the row says is here already: it is let go

    def new(self, said, values, *, refusal, about=""):
        """Note a new row; `about` names the row that it changes by being there."""
        if refusal:
            self.error(said, "", refusal)
        if said.sound:
            self.found.counts["new"] += 1
            for name, text in values.items():
                if text:
                    self.change(said.at(name), name, "", text, said.name, is_new=True)
            if about:
                self.found.changes[-1].about = about

    def change(self, at, name, old, new, record, *, is_new=False):
        (sheet, cell), rows = at, self.found.changes
        if not rows or rows[-1].record != record or rows[-1].sheet != sheet:
            rows.append(ChangedRow(sheet, record, is_new, []))
        rows[-1].fields.append((name, cell, old, new))

    def gone(self, said):
        """Tell of a row whose id is not, or no longer, here."""
        stamp = self.file.stamps.of(said.kind, said.key)
        if stamp and all(stamp.values.get(name, "") == text for name, text in said.values.items()):
            self.found.ignored.append(
                Place(
                    *said.at("id"), _("It was deleted here after the export, and is unchanged in the file."), said.name
                )
            )
        else:
            self.error(
                said, "id",
                _("There is no row with this id here, or no longer. Empty the id to enter the row as a new one."),
            )  # fmt: skip

    def warn(self, said, name, message):
        self.found.warnings.append(Place(*said.at(name), message, said.name))

    def error(self, said, name, message):
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
