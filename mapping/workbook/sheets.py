"""The sheets of a workbook, one function each: what stands where, and how it looks."""

from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import PartialReason, Value
from mapping.framework.models import Indicator
from mapping.workbook import layout
from mapping.workbook.layout import SOURCE_COLUMNS, Kind
from mapping.workbook.spelling import Words

LONGEST_HELP = 255  # characters; Excel calls a file with a longer input message damaged
LONGEST_HELP_TITLE = 32
MANY_YEARS = 12  # more rows than fit on a screen below their heading
SPARE_SOURCES = 30
A4 = 9
LINE = 15  # points
MOST_LINES = 8  # of a row; the rest of a long text is read in the cell
FIRST_WIDTH, WIDTH = 24, 15  # characters, of a section's columns
_INK = {  # text, ground: the colours of the values on screen, on paper
    Value.AVAILABLE: ("#12548F", "#E0EDFA"),
    Value.PARTIALLY_AVAILABLE: ("#775200", "#FDF0C8"),
    Value.NOT_AVAILABLE: ("#96400F", "#FBE3D6"),
    Value.NOT_APPLICABLE: ("#565F6B", "#E3E6EA"),
}
_LINE = "#C9D0D8"
_TEXT = {"valign": "top", "text_wrap": True}


@dataclass
class Book:
    """A workbook being written, with what all its sheets need."""

    workbook: object
    known: object
    words: Words
    formats: dict = field(init=False)
    list_ranges: dict = field(default_factory=dict)
    _lists: dict = field(default_factory=dict)

    def __post_init__(self):
        add = self.workbook.add_format
        self.formats = {
            "title": add({"bold": True, "font_size": 14, "valign": "top"}),
            "table": add({"bold": True, "valign": "top"}),
            "hint": add({"font_color": "#5B6470", "valign": "top"}),
            "wrapped": add(_TEXT),
            "bold": add({**_TEXT, "bold": True}),
            "group": add({"bold": True, "bg_color": "#EEF1F4", "border": 1, "border_color": _LINE, "align": "center"}),
            "head": add({**_TEXT, "bold": True, "bg_color": "#EEF1F4", "border": 1, "border_color": _LINE}),
            "year": add({"bold": True, "align": "left", "valign": "top", "border": 1, "border_color": _LINE}),
            "cell": add({**_TEXT, "border": 1, "border_color": _LINE}),
            "outside": add({"bg_color": "#E9ECEF", "pattern": 14, "fg_color": "#C9D0D8"}),
            "text": add({**_TEXT, "border": 1, "border_color": _LINE, "num_format": "@"}),
            "date": add({**_TEXT, "border": 1, "border_color": _LINE, "num_format": "dd-mm-yyyy", "align": "left"}),
            "id": add({"font_color": "#8A929C", "valign": "top", "border": 1, "border_color": _LINE}),
        }
        self.value_formats = value_formats(self.workbook)
        self._gather_lists()

    def _gather_lists(self):
        words = self.words
        values = [words.value_words(value, "") for value in Value.values]
        partials = [words.value_words(Value.PARTIALLY_AVAILABLE, reason) for reason in PartialReason.values]
        self._lists["value"] = (_("Value"), [*values, *partials, _("Not assessed")])
        for column in (*SOURCE_COLUMNS, *layout.CLAIM_COLUMNS):
            if column.kind is Kind.CHOICE:
                self._lists.setdefault(column.vocabulary, (str(column.heading), words.labels(column.vocabulary)))
            elif column.kind is Kind.AGENCY:
                self._lists.setdefault("agency", (_("Agency"), sorted(self.known.agencies.values())))
        self._lists["section"] = (_("Section"), [section.title for section in self.known.sections])
        name = str(layout.LISTS)
        for number, (key, (_heading, labels)) in enumerate(self._lists.items()):
            if labels:
                letter = chr(65 + number)
                self.list_ranges[key] = f"='{name}'!${letter}$2:${letter}${len(labels) + 1}"

    @property
    def lists(self):
        """Return [(heading, words)], a column each."""
        return list(self._lists.values())

    def sheet(self, name):
        """Add a sheet that prints on A4, across the width of the page."""
        sheet = self.workbook.add_worksheet(name)
        print_on_a4(sheet, footer=self.known.exercise.code)
        return sheet

    def place_words(self, key):
        """Return section, indicator and year of a cell in words."""
        section = self.known.sections_by_key[key[0]]
        title = next(indicator.title for indicator in section.indicators if indicator.key == key[1])
        return {"section": section.title, "indicator": title, "year": key[2]}


def value_formats(workbook):
    """Return {value: format}: the colours of the values."""
    return {
        value: workbook.add_format({"font_color": ink, "bg_color": ground}) for value, (ink, ground) in _INK.items()
    }


def print_on_a4(sheet, *, footer=""):
    """Let a sheet print on A4, across the width of the page."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{footer}&C&A&R&P / &N")


def colour_values(sheet, area, words, formats):
    """Let the colours of an area (first row and column, last row and column) follow the words of the values."""
    for value, look in formats.items():
        word = words.label("value", value)
        sheet.conditional_format(*area, {"type": "text", "criteria": "begins with", "value": word, "format": look})


def cover(book, *, by, moment):
    """Say what the workbook is and how it is filled in."""
    sheet, exercise, formats = book.sheet(str(layout.COVER)), book.known.exercise, book.formats
    sheet.set_portrait()
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    name = f"{exercise.code} {exercise.country}".strip() or str(exercise.methodology)
    sheet.write_string(0, 0, name, formats["title"])
    facts = [
        (_("Methodology"), str(exercise.methodology)),
        (_("Years"), f"{exercise.first_year}–{exercise.last_year}"),
        (_("Exported"), f"{timezone.localtime(moment):%d-%m-%Y %H:%M %Z}"),
        (_("By"), by),
        (
            _("Holds"),
            ngettext("%(count)d source", "%(count)d sources", len(book.known.sources))
            % {"count": len(book.known.sources)}
            + ", "
            + ngettext("%(count)d claim", "%(count)d claims", len(book.known.claims))
            % {"count": len(book.known.claims)},
        ),
    ]
    for row, (name, text) in enumerate(facts, start=2):
        sheet.write_string(row, 0, name, formats["bold"])
        sheet.write_string(row, 1, text, formats["wrapped"])
    row = len(facts) + 3
    sheet.write_string(row, 0, _("How to fill it in"), formats["table"])
    for number, sentence in enumerate(_instructions(book), start=row + 1):
        sheet.merge_range(number, 0, number, 1, "", formats["wrapped"])
        sheet.write_string(number, 0, sentence, formats["wrapped"])
        sheet.set_row(number, 15 * (1 + len(sentence) // 120))


def _instructions(book):
    words = book.words
    reason = words.value_words(Value.PARTIALLY_AVAILABLE, PartialReason.ESTIMATE)
    return [
        _("Every section has a sheet with two tables: which data are available, year by year, and the sources."),
        _("In the first table choose a value from the list of a cell. The reason of a partial stands behind a colon: “%(example)s”.")
        % {"example": reason},
        _("An empty cell is not assessed. Emptying a cell changes nothing on import: to take a value back, write “Not assessed”."),
        _("Add a source in an empty row below the others and leave its id empty. Several authors or breakdowns have a semicolon between them."),
        _("A source that stands on several sheets is one source: change it on one of them, or alike on all."),
        _("The sheet of claims has a row for each claim: what one source, or one statement, says about one cell."),
        _("The sheet of notes holds what else is told of a cell. The lists hold the words that the dropdowns offer."),
        _("Dates are day-month-year. Rows may be sorted, and columns moved; leave the ids with their rows."),
        _("On import everything is compared first and shown to you. A row deleted here is deleted nowhere else."),
    ]  # fmt: skip


def section_sheet(book, section):
    """Write a section: years down, newest first, indicators across; below them its sources."""
    sheet, formats = book.sheet(section.sheet), book.formats
    cells = {key[1:]: cell for key, cell in book.known.cells.items() if key[0] == section.key}
    years = sorted({year for _indicator, year in cells}, reverse=True)
    sheet.set_column(0, 0, FIRST_WIDTH)
    sheet.set_column(1, max(len(section.indicators), len(SOURCE_COLUMNS)), WIDTH)
    sheet.write_string(0, 0, section.title, formats["title"])
    sheet.write_string(1, 0, _("Data availability"), formats["table"])
    _grid_head(book, sheet, section)
    for row, year in enumerate(years, start=4):
        sheet.write_number(row, 0, year, formats["year"])
        texts = [
            _grid_cell(book, sheet, row, column, cells.get((indicator.key, year)))
            for column, indicator in enumerate(section.indicators, start=1)
        ]
        sheet.set_row(row, _height((text, WIDTH) for text in texts))
    if years:
        _grid_rules(book, sheet, section, first=4, last=3 + len(years))
    top = 4 + len(years) + 1
    sheet.write_string(top, 0, _("Sources by year"), formats["table"])
    sources = [
        {**source.values, "citation_key": source.citation_key, "id": source.pk}
        for source in book.known.sources.values()
        if section.key in source.shown_in
    ]
    flat_table(book, sheet, top + 1, SOURCE_COLUMNS, sources, spare=SPARE_SOURCES, width=WIDTH)
    # The heading of a short table is in sight anyway; kept in sight over the sources, it would mislead.
    keep_in_sight(sheet, rows=4 if len(years) > MANY_YEARS else 1, columns=1)


def keep_in_sight(sheet, *, rows, columns):
    """Keep the first rows and columns in sight on screen, and the rows at the head of every page on paper."""
    sheet.freeze_panes(rows, columns)
    sheet.repeat_rows(0, rows - 1)


def _grid_head(book, sheet, section):
    formats, column = book.formats, 1
    sheet.write_string(3, 0, str(layout.YEAR), formats["head"])
    while column <= len(section.indicators):
        group = section.indicators[column - 1].group
        last = column
        while last < len(section.indicators) and section.indicators[last].group == group:
            last += 1
        label = str(Indicator.Group(group).label)
        if last > column:
            sheet.merge_range(2, column, 2, last, "", formats["group"])
        sheet.write_string(2, column, label, formats["group"])
        column = last + 1
    for column, indicator in enumerate(section.indicators, start=1):
        sheet.write_string(3, column, indicator.title, formats["head"])
    sheet.set_row(3, _height((indicator.title, WIDTH) for indicator in section.indicators))


def _height(texts):
    """Return the height of a row that shows its texts, each given with the width of its column, or most of them."""
    lines = 1
    for text, width in texts:
        if len(text) >= width or "\n" in text:  # most fit into one line
            lines = max(lines, sum(-(-max(1, len(line)) // (width - 1)) for line in text.split("\n")))
    return LINE * min(MOST_LINES, lines)


def _grid_cell(book, sheet, row, column, cell):
    """Write a cell and return its text."""
    if cell is None:
        sheet.write_blank(row, column, None, book.formats["outside"])
        return ""
    value, reason, note = (cell.values[name] for name in ("value", "partial_reason", "partial_note"))
    text = book.words.value_words(value, reason)
    if text:
        sheet.write_string(row, column, text, book.formats["cell"])
    else:
        sheet.write_blank(row, column, None, book.formats["cell"])
    told = ": ".join(part for part in (book.words.label("partial_reason", reason) if reason else "", note) if part)
    if told:
        sheet.write_comment(row, column, told[:1000], {"author": str(book.known.exercise.code), "x_scale": 1.5})
    return text


def _grid_rules(book, sheet, section, *, first, last):
    """Dropdowns, an indicator's guidance beside them, and colours that follow the words."""
    for column, indicator in enumerate(section.indicators, start=1):
        rule = {"validate": "list", "source": book.list_ranges["value"], "error_type": "warning"}
        rule |= input_help(indicator.title, indicator.guidance)
        sheet.data_validation(first, column, last, column, rule)
    colour_values(sheet, (first, 1, last, len(section.indicators)), book.words, book.value_formats)


def input_help(title, message):
    """Return the part of a validation that shows a message beside the cell."""
    if not message:
        return {}
    if len(message) > LONGEST_HELP:
        message = f"{message[: LONGEST_HELP - 1].rsplit(' ', 1)[0]}…"
    return {"input_title": title[:LONGEST_HELP_TITLE], "input_message": message}


def flat_table(book, sheet, top, columns, rows, *, spare, width=None):
    """Write a table with a row each of `rows` ({field: plain text}), dropdowns and a filter over all its columns.

    Its columns are as wide as they are described, or all of them as wide as `width` says.
    """
    last = top + len(rows) + spare
    for at, column in enumerate(columns):
        sheet.write_string(top, at, str(column.heading), book.formats["head"])
        if width is None:
            sheet.set_column(at, at, column.width)
        rule = _column_rule(book, column)
        if rule:
            sheet.data_validation(top + 1, at, last, at, rule)
    sheet.set_row(top, _height((str(column.heading), width or column.width) for column in columns))
    for number, row in enumerate(rows, start=top + 1):
        texts = [
            (_flat_cell(book, sheet, (number, at), column, row.get(column.field, "")), width or column.width)
            for at, column in enumerate(columns)
        ]
        sheet.set_row(number, _height(texts))
    sheet.autofilter(top, 0, top + max(1, len(rows)), len(columns) - 1)


def _flat_cell(book, sheet, place, column, plain):
    """Write a cell and return its text, as far as its length matters."""
    if not plain:
        sheet.write_blank(*place, None, book.formats["date" if column.kind is Kind.DATE else "text"])
        return ""
    if column.kind is Kind.ID or column.kind is Kind.YEAR:
        sheet.write_number(*place, int(plain), book.formats["id" if column.kind is Kind.ID else "cell"])
        return ""
    shown = book.words.written(column, plain)
    if isinstance(shown, date):
        sheet.write_datetime(*place, shown, book.formats["date"])
        return ""
    sheet.write_string(*place, shown, book.formats["text"])
    return shown


def _column_rule(book, column):
    name = {Kind.AGENCY: "agency", Kind.SECTION: "section"}.get(column.kind, column.vocabulary)
    told = input_help(str(column.heading), str(column.help))
    if name in book.list_ranges:
        return {"validate": "list", "source": book.list_ranges[name], "error_type": "warning", **told}
    return {"validate": "any", **told} if told else {}


def lists(book):
    """Write the words that the dropdowns offer, a list each column."""
    sheet = book.sheet(str(layout.LISTS))
    for at, (heading, words) in enumerate(book.lists):
        sheet.set_column(at, at, max(14, min(60, max(map(len, [heading, *words])) + 2)))
        sheet.write_string(0, at, heading, book.formats["head"])
        for row, word in enumerate(words, start=1):
            sheet.write_string(row, at, word, book.formats["wrapped"])
    keep_in_sight(sheet, rows=1, columns=0)
