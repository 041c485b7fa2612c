"""What the database holds of an exercise, in the plain form: what a file is written from and compared with."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Held:
    """A cell, source or claim as it is in the database. `refusal` says why the person may not change it now."""

    kind: str
    key: tuple  # (section, indicator, year), or (id,)
    pk: int
    version: int
    values: dict
    refusal: str = ""
    cell: tuple = ()  # of a claim
    citation_key: str = ""  # of a source
    shown_in: tuple = ()  # of a source: the sections that list it or cite it

    @property
    def name(self):
        return f"{self.kind}:{'/'.join(map(str, self.key))}"


@dataclass
class SectionPart:
    """A section with its indicators in order, and the sheet that carries it."""

    key: str
    title: str
    sheet: str
    guidance: str
    subgroups: tuple
    indicators: list  # of framework.Indicator


_NOTHING = {}


@dataclass
class Known:
    """An exercise as text."""

    exercise: object
    sections: list
    cells: dict  # {(section, indicator, year): Held}
    sources: dict  # {id: Held}
    claims: dict  # {id: Held}
    agencies: dict  # {id: acronym}
    agency_names: dict  # {any folded name: id}
    terms: dict  # {vocabulary: {key: label}}
    new_row_refusal: str = ""
    sections_by_key: dict = field(init=False)

    def __post_init__(self):
        self.sections_by_key = {section.key: section for section in self.sections}

    def keep_only(self, comparison):
        """Let go of the cells and claims that a comparison neither tells of nor writes, and of what cells say."""
        told, written = comparison.records, comparison.cells
        self.claims = {pk: held for pk, held in self.claims.items() if held.name in told}
        self.cells = {key: held for key, held in self.cells.items() if held.name in told or key in written}
        for held in self.cells.values():
            held.values = _NOTHING
