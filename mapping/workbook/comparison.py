"""What comparing a file with the database showed."""

from dataclasses import dataclass, field
from hashlib import blake2b

from mapping.workbook.known import Held
from mapping.workbook.said import Said

KEEP, TAKE = "keep", "take"  # sides of a conflict
NEW = "new"  # a source that resembles others and is none of them


def digest(texts):
    """Return a short text that stands for these."""
    return blake2b("\x1f".join(texts).encode(), digest_size=4).hexdigest()


@dataclass(slots=True)
class ChangedRow:
    """What changes of a row, as far as one sheet tells it: `fields` is [(field, address, old text, new text)]."""

    sheet: str
    record: str
    is_new: bool  # then it has no old texts
    fields: list
    about: str = ""  # of a new claim: the name of its cell


@dataclass
class Conflict:
    """A field that was changed here and in the file, differently, or in several places of the file.

    `choice` is "keep", a side of the file, or "". `rivals` is [(sheet, address, text)]: what other rows of the file say
    of it. `reasons` tells the partial reason that goes with each side's value: base, database, file.
    """

    sheet: str
    cell: str
    field: str
    base: str
    database: str
    file: str
    record: str
    key: str
    choice: str = ""
    has_base: bool = True  # whether it is known what was exported
    reasons: tuple = ("", "", "")
    rivals: list = field(default_factory=list)

    @property
    def mark(self):
        """Return what a choice between exactly these sides is known by."""
        return digest([self.database, self.file, *self.reasons, *(text for *_place, text in self.rivals)])

    @property
    def sides_of_file(self):
        """Return {"take", "take2", ...: (sheet, address, text)}."""
        return dict(named_sides([(self.sheet, self.cell, self.file), *self.rivals]))

    def choose(self, choice, otherwise):
        """Choose as `choice` says, else `otherwise`; which of several places of the file is taken, a person says."""
        side = side_chosen(choice, self.mark)
        if side not in {KEEP, *self.sides_of_file}:
            side = "" if self.rivals and otherwise == TAKE else otherwise
        self.choice = side


@dataclass
class Resemblance:
    """A new source that resembles some that are here. `choice` is the id of the one it is said to be, or None."""

    sheet: str
    cell: str
    record: str
    told: str  # how the file calls it
    alike: list  # of Held
    choice: int | None = None

    @property
    def key(self):
        """Return what a choice is known by: "new", or a source as a report names it."""
        return f"alike:{self.record}"


def named_sides(said):
    """Return [(the name of the side in a choice, what the file says on it)]."""
    return [(TAKE if number == 1 else f"{TAKE}{number}", one) for number, one in enumerate(said, start=1)]


def side_chosen(choice, mark):
    """Return the side of a choice, which may say between what it was made ("take:mark"), or "" if between others.

    Who chose before somebody changed the row once more has not seen what is chosen about.
    """
    side, _colon, chosen_between = choice.partition(":")
    return side if chosen_between in {"", mark} else ""


@dataclass(slots=True)
class Edit:
    """What to write of a row: `held` is None for a new one."""

    held: Held | None
    said: Said
    values: dict
    citation_key: str = ""


@dataclass
class Comparison:
    counts: dict
    changes: list = field(default_factory=list)  # of ChangedRow
    conflicts: list = field(default_factory=list)
    resemblances: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    ignored: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    overwritten: dict = field(default_factory=dict)  # {name of a row without a base: what it says here, field by field}
    edits: dict = field(default_factory=lambda: {"source": [], "cell": [], "claim": []})

    @property
    def records(self):
        """Return the names of all rows that it tells of."""
        told = (self.changes, self.conflicts, self.errors, self.ignored, self.warnings)
        return {one.record for places in told for one in places}

    @property
    def cells(self):
        """Return the keys of the cells whose claims are to be written."""
        return {edit.held.cell if edit.held else edit.said.cell for edit in self.edits["claim"]}

    @property
    def overwrites(self):
        """Return what stands for all that is overwritten without a base, or "": who applies it has seen just that."""
        told = [text for name, texts in sorted(self.overwritten.items()) for text in (name, *texts)]
        return digest(told) if told else ""

    @property
    def undecided(self):
        return [conflict for conflict in self.conflicts if not conflict.choice]

    @property
    def can_apply(self):
        return not self.errors and not self.undecided

    @property
    def has_edits(self):
        return any(self.edits.values())


def no_counts():
    """Return what a comparison counts, all zero."""
    return dict.fromkeys(("new", "changed", "unchanged", "conflicts", "errors", "ignored"), 0)
