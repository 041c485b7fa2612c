"""The one description of the workbook: its sheets, tables and columns. Writer and reader both follow it.

Every field travels as text in one plain form (see `plain`), so that file, stamp and database compare by equality.
"""

import re
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext_lazy as _

FORMAT = "1"  # of the stamps: counted up when an older reader would misread them, which refuses others
LONGEST_TEXT = 32_000  # characters; Excel cuts a cell at 32,767
LONGEST_SHEET_NAME = 31  # Excel calls a file with a longer one damaged

COVER = _("Cover")
CLAIMS_SHEET = _("Claims")
NOTES_SHEET = _("Cell notes")
OTHER_SOURCES = _("Other sources")
LISTS = _("Lists")
STAMPS = "Stamps"  # hidden, read by programs only: one name in every language
STAMP_TITLE = "Migration data mapping workbook"
OWN_SHEETS = (COVER, CLAIMS_SHEET, NOTES_SHEET, OTHER_SOURCES, LISTS, STAMPS)

YEAR = _("Year")
NOT_ASSESSED = "not_assessed"  # the plain form of an empty cell: a blank in a file says nothing, this says so


class Kind(Enum):
    """How a column's text is read and written."""

    TEXT = "text"
    LIST = "list"  # items between semicolons
    LANGUAGES = "languages"
    DATE = "date"
    CHOICE = "choice"
    AGENCY = "agency"
    SOURCE = "source"  # a citation key
    SECTION = "section"
    SECTIONS = "sections"  # several, between semicolons
    INDICATOR = "indicator"
    YEAR = "year"
    ID = "id"


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a flat table. `field` is the model's; `vocabulary` names its words, where they are a closed list."""

    field: str
    heading: str
    kind: Kind = Kind.TEXT
    width: int = 18
    vocabulary: str = ""
    aliases: tuple = ()
    help: str = ""


_BY_ID = _("Left as it is, it ties the row to what was exported. Empty in a new row.")

# The report's Table 2, eleven columns, then what the workbench keeps besides.
SOURCE_COLUMNS = (
    Column("short_name", _("Source"), width=28, help=_("A short name to recognise it by.")),
    Column("authors", _("Authors"), Kind.LIST, help=_("Several: with a semicolon between them.")),
    Column("institution", _("Institution")),
    Column("title", _("Title / name of survey"), width=30, aliases=("Title", "Name of survey")),
    Column("link", _("Link to the survey"), width=30, aliases=("Link",)),
    Column("data_source_type", _("Data source"), Kind.CHOICE, vocabulary="data_source_type"),
    Column("frequency", _("Frequency"), Kind.CHOICE, vocabulary="frequency"),
    Column("access", _("Publicly available?"), Kind.CHOICE, vocabulary="access", aliases=("Access",)),
    Column("breakdowns", _("Breakdowns available"), Kind.LIST, help=_("Several: with a semicolon between them.")),
    Column("definition_used", _("Definition used"), width=30),
    Column("languages", _("Language"), Kind.LANGUAGES, aliases=("Languages",), help=_("Codes, such as ky ru en.")),
    Column(
        "citation_key",
        _("Citation key"),
        Kind.SOURCE,
        help=_("As the source is cited, such as NSC KR, 2023a. Empty in a new row: it is made for you."),
    ),
    Column("access_detail", _("How to get it")),
    Column("years_covered", _("Years covered")),
    Column("accessed_on", _("Accessed on"), Kind.DATE, help=_("Day-month-year, or an Excel date.")),
    Column("archived_link", _("Archived copy"), width=30),
    Column("note", _("Note"), width=40),
    Column("id", _("Id"), Kind.ID, width=8, help=_BY_ID),
)

_PLACE = (
    Column("section", _("Section"), Kind.SECTION, width=24),
    Column("indicator", _("Indicator"), Kind.INDICATOR, width=30),
    Column("year", YEAR, Kind.YEAR, width=8),
)

CLAIM_COLUMNS = (
    *_PLACE,
    Column("source", _("Source"), Kind.SOURCE, width=22, help=_("Its citation key. Empty if a statement says it.")),
    Column("statement_kind", _("Statement"), Kind.CHOICE, vocabulary="statement_kind"),
    Column("statement", _("Who said it, where"), width=30),
    Column("stated_on", _("When"), Kind.DATE, width=12, help=_("Day-month-year, or an Excel date.")),
    Column("value", _("Value"), Kind.CHOICE, vocabulary="claim_value"),
    Column("access", _("Access"), Kind.CHOICE, vocabulary="access"),
    Column("scope", _("Whose data"), Kind.CHOICE, vocabulary="scope", aliases=("Scope",)),
    Column("nature", _("Nature"), Kind.CHOICE, vocabulary="nature"),
    Column("languages", _("Languages"), Kind.LANGUAGES, aliases=("Language",), help=_("Codes, such as ky ru en.")),
    Column("period", _("Reference date or period")),
    Column("subgroup", _("Subgroup"), Kind.CHOICE, vocabulary="subgroup"),
    Column("collector", _("Collected by"), Kind.AGENCY, aliases=("Collector",), help=_("The agency's acronym.")),
    Column("publisher", _("Published by"), Kind.AGENCY, aliases=("Publisher",), help=_("The agency's acronym.")),
    Column("confidence", _("Confidence"), Kind.CHOICE, vocabulary="confidence"),
    Column("coverage_note", _("Coverage"), width=40, aliases=("Note",)),
    Column("locator", _("Where in the source"), aliases=("Locator",)),
    Column("id", _("Id"), Kind.ID, width=8, help=_BY_ID),
)

NOTE_COLUMNS = (
    *_PLACE,
    Column("partial_note", _("About the partial reason"), width=40),
    Column("resolution", _("How the contradiction is resolved"), width=40),
    Column("note", _("Note"), width=60),
)

# The flat tables of a file of several exercises.
EXERCISE = Column("exercise", _("Exercise"), width=14)
REGIONAL_CELLS = (
    EXERCISE,
    *_PLACE,
    Column("value", _("Value"), Kind.CHOICE, vocabulary="value"),
    Column("partial_reason", _("Why partially"), Kind.CHOICE, vocabulary="partial_reason", width=24),
    *NOTE_COLUMNS[len(_PLACE) :],
)
REGIONAL_SOURCES = (
    EXERCISE,
    *SOURCE_COLUMNS[:-1],
    Column("sections", _("Sections"), Kind.SECTIONS, width=30, help=_("Several: with a semicolon between them.")),
    SOURCE_COLUMNS[-1],
)
REGIONAL_CLAIMS = (EXERCISE, *CLAIM_COLUMNS)
CELLS_SHEET = _("Cells")
SOURCES_SHEET = _("Sources")
REGIONAL_SHEETS = (
    (CELLS_SHEET, REGIONAL_CELLS),
    (SOURCES_SHEET, REGIONAL_SOURCES),
    (CLAIMS_SHEET, REGIONAL_CLAIMS),
)

# What each kind of record holds, in the order of its stamp.
IDENTIFYING = {"id", "section", "indicator", "year", "citation_key"}
FIELDS = {
    "cell": ("value", "partial_reason", "partial_note", "resolution", "note"),
    "source": (*(column.field for column in SOURCE_COLUMNS if column.field not in IDENTIFYING), "sections"),
    "claim": tuple(column.field for column in CLAIM_COLUMNS if column.field not in IDENTIFYING),
}
KIND_OF = {
    "source": {column.field: column.kind for column in SOURCE_COLUMNS} | {"sections": Kind.LANGUAGES},
    "claim": {column.field: column.kind for column in CLAIM_COLUMNS},
}
# Fields that only make sense together are merged together.
UNITS = {
    "cell": (("value", "partial_reason"), ("partial_note",), ("resolution",), ("note",)),
    "source": tuple((field,) for field in FIELDS["source"] if field != "sections"),
    "claim": (
        ("source", "statement_kind"),
        *((field,) for field in FIELDS["claim"] if field not in {"source", "statement_kind"}),
    ),
}


def sheet_names(titles):
    """Return a name for each section's sheet: its title, as far as Excel allows, each once."""
    taken = {str(name).casefold() for name in OWN_SHEETS}
    names = []
    for title in titles:
        plain = " ".join(re.sub(r"[\[\]:*?/\\]", " ", title).split()).strip("'") or "Section"
        name, number = plain[:LONGEST_SHEET_NAME].rstrip(), 1
        while name.casefold() in taken:
            number += 1
            suffix = f" {number}"
            name = plain[: LONGEST_SHEET_NAME - len(suffix)].rstrip() + suffix
        taken.add(name.casefold())
        names.append(name)
    return names
