"""What a file says, row by row, and the sentences about its places."""

from dataclasses import dataclass, field

from mapping.workbook.fingerprints import Untouched
from mapping.workbook.stamps import Stamps


@dataclass
class Place:
    """A sentence about a place of the file. `record` names the row it is about, if it is about one."""

    sheet: str
    cell: str
    message: str
    record: str = ""


@dataclass(slots=True)
class Said:
    """What a row of the file, or a cell of a section's table, says: only what is filled in."""

    kind: str
    sheet: str
    place: str  # address of its first cell
    key: tuple | None = None  # None: a new row
    values: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)  # {field: (sheet, address)}, where the row below does not tell it
    row: tuple | None = None  # (Sheet, number of the row, {field: column}, fields that are filled in)
    cell: tuple = ()  # of a claim: (section, indicator, year), as far as told
    citation_key: str = ""  # of a source
    section: str = ""  # of a source: whose sheet it stands on
    sound: bool = True  # whether all of it could be read

    def at(self, name):
        """Return (sheet, address) of a field, or of the row where the file has no place for it."""
        if name not in self.places and self.tells(name):
            sheet, number, columns, _filled_in = self.row
            return sheet.name, sheet.address(number, columns[name])
        return self.places.get(name, (self.sheet, self.place))

    def tells(self, name):
        """Say whether the file has something at a field, be it legible or not."""
        return name in self.places or (self.row is not None and name in self.row[-1])

    @property
    def name(self):
        """Return what the row is counted under: what it is about, or where a new one stands."""
        return f"{self.kind}:{'/'.join(map(str, self.key))}" if self.key else f"{self.sheet}!{self.place}"


@dataclass
class FileContent:
    """Everything a file says."""

    cells: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    claims: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    ignored: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    stamps: Stamps = field(default_factory=Stamps)
    untouched: Untouched = field(default_factory=Untouched)  # rows that were not even read

    def tell_error(self, sheet, row, column, message, record=""):
        """Tell what is wrong at a place of a sheet, which is one of `opening`."""
        self.errors.append(Place(sheet.name, sheet.address(row, column), message, record))

    def tell_ignored(self, sheet, row, column, message):
        """Tell what is passed over at a place of a sheet."""
        self.ignored.append(Place(sheet.name, sheet.address(row, column), message))
