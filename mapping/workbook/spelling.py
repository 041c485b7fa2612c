"""Words in a workbook and the keys they stand for: the usual spellings, in every language of the site."""

import re
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache

import pycountry
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapping.availability.models import Confidence, Nature, PartialReason, Scope, StatementKind, Value
from mapping.availability.spellings import VALUES
from mapping.content.spellings import found_as, listed, not_among, spellings_of
from mapping.fields import folded
from mapping.sources.models import Access
from mapping.sources.spellings import ACCESS
from mapping.workbook.layout import LONGEST_TEXT, NOT_ASSESSED, Kind
from mapping.workbook.plain import plain_list, plain_text, unstorable

CHOICES = {
    "value": Value,
    "claim_value": [choice for choice in Value.choices if choice[0] != Value.NOT_APPLICABLE],
    "partial_reason": PartialReason,
    "access": Access,
    "scope": Scope,
    "nature": Nature,
    "confidence": Confidence,
    "statement_kind": StatementKind,
}
FROM_METHODOLOGY = ("data_source_type", "frequency", "subgroup")

_DAY_MONTH_YEAR = re.compile(r"^(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})\.?$")
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$")
_YEAR = re.compile(r"^((?:19|20)\d{2})(?:\.0)?$")
_ID = re.compile(r"^(\d{1,18})(?:\.0+)?$")
_CODE = re.compile(r"^[a-z]{2,3}(-\w+)*$")
_LANGUAGES = {  # as people here write them, where the ISO name is another
    "kyrgyz": "ky", "киргизский": "ky", "кыргызский": "ky", "русский": "ru", "английский": "en", "узбекский": "uz",
    "таджикский": "tg", "казахский": "kk", "туркменский": "tk", "турецкий": "tr",
}  # fmt: skip


class Misspelt(ValueError):  # noqa: N818 - it is told to a person, not an error of the program
    """What a cell of the file says cannot be read; the sentence says what could be."""


class FailedFormula(str):
    """What a cell shows whose formula fails, such as #REF!."""

    __slots__ = ()


class NeverComputed(FailedFormula):
    """What a cell holds whose formula a program wrote without its value: to read it as blank would be a guess."""

    __slots__ = ()


def text_of(raw):
    """Return what a cell of the file holds as text; a whole number without its decimals."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, datetime) and (raw.hour, raw.minute, raw.second) == (0, 0, 0):
        return raw.date().isoformat()
    if isinstance(raw, (date, datetime)):
        return raw.isoformat(sep=" ") if isinstance(raw, datetime) else raw.isoformat()
    if isinstance(raw, timedelta):
        return str(raw)
    if isinstance(raw, NeverComputed):
        raise Misspelt(
            _("The formula of this cell was never computed. Open the file in Excel, save it, and upload that.")
        )
    if isinstance(raw, FailedFormula):
        raise Misspelt(
            _("The formula of this cell fails with %(error)s. Write the value itself, or empty the cell.")
            % {"error": raw}
        )
    text = str(raw)
    if len(text) > LONGEST_TEXT:
        raise Misspelt(
            _("The cell holds %(length)d characters; at most %(most)d can be kept.")
            % {"length": len(text), "most": LONGEST_TEXT}
        )
    if character := unstorable(text):
        raise Misspelt(
            _(
                "The cell holds a character that cannot be kept (U+%(code)s). "
                "Type its text anew, or paste it as plain text."
            )
            % {"code": f"{ord(character):04X}"}
        )
    return plain_text(text)


@lru_cache(maxsize=1)
def _keys_of_choices():
    """Return {vocabulary: {spelling: key}} of those that every exercise has in common, in every language."""
    labels = {name: dict(getattr(choices, "choices", choices)) for name, choices in CHOICES.items()}
    keys = {name: spellings_of(words) for name, words in labels.items()}
    for name in ("value", "claim_value"):
        keys[name] |= listed(VALUES, [*labels[name], NOT_ASSESSED])
    keys["access"] |= listed(ACCESS, labels["access"])
    return keys


class Words:
    """The words of one exercise's workbook: labels to write, spellings to read."""

    def __init__(self, known):
        self._known = known
        self._labels = {name: dict(getattr(choices, "choices", choices)) for name, choices in CHOICES.items()}
        self._labels |= {name: dict(known.terms.get(name, {})) for name in FROM_METHODOLOGY}
        self._keep_words_in_use(known)
        self._keys = _keys_of_choices() | {name: spellings_of(self._labels[name]) for name in FROM_METHODOLOGY}

    def _keep_words_in_use(self, known):
        """Rows may hold words that their vocabulary has lost: they are written, so they must be read."""
        for name, rows in (
            ("data_source_type", known.sources),
            ("frequency", known.sources),
            ("subgroup", known.claims),
        ):
            for row in rows.values():
                if row.values[name]:
                    self._labels[name].setdefault(row.values[name], row.values[name])

    def label(self, vocabulary, key):
        """Return the word to write for a key."""
        return str(self._labels[vocabulary].get(key, key))

    def labels(self, vocabulary):
        """Return all words of a vocabulary, as a dropdown offers them."""
        return [str(label) for label in self._labels[vocabulary].values()]

    def offered(self, vocabulary):
        """Return what may be written for a vocabulary: its words, and for the value of a cell that it is not assessed."""
        return [*self.labels(vocabulary), *([_("Not assessed")] if vocabulary == "value" else [])]

    def key(self, vocabulary, text):
        """Return the key a word stands for. Raises Misspelt, naming the choices."""
        found = found_as(self._keys[vocabulary], text)
        if found is None:
            raise Misspelt(not_among(shortened(text), self.offered(vocabulary)))
        return str(found)

    def value_words(self, value, reason):
        """Return how a cell's value is written, its partial reason behind a colon."""
        if value in {"", NOT_ASSESSED}:
            return ""
        word = self.label("value", value)
        return f"{word}: {self.label('partial_reason', reason)}" if reason else word

    def value_and_reason(self, text):
        """Read what `value_words` or a person wrote; the reason is "" where none is told."""
        head, colon, tail = text.partition(":")
        if colon and tail.strip():
            value = self.key("value", head)
            if value != Value.PARTIALLY_AVAILABLE:
                raise Misspelt(
                    _("Only “%(partial)s” takes a reason behind a colon. Put “%(tail)s” on the sheet of notes.")
                    % {"partial": self.label("value", Value.PARTIALLY_AVAILABLE), "tail": shortened(tail.strip())}
                )
            return value, self.key("partial_reason", tail)
        return self.key("value", head), ""

    def read(self, column, raw):
        """Return the plain form of what a cell under `column` holds. Raises Misspelt."""
        if column.kind is Kind.DATE:
            return _date(raw)
        text = text_of(raw)
        if column.kind is Kind.CHOICE and text:
            return self.key(column.vocabulary, text)
        read = {Kind.LANGUAGES: _languages, Kind.YEAR: _year, Kind.AGENCY: self._agency, Kind.LIST: _list, Kind.ID: _id}
        return read.get(column.kind, str)(text) if text else ""

    def _agency(self, text):
        found = self._known.agency_names.get(folded(text))
        if found is None:
            raise Misspelt(self._no_agency(text))
        return plain_text(self._known.agencies[found])

    def _no_agency(self, text):
        """Say that an agency is not known, with those that look like it, or else all."""
        names, acronyms = self._known.agency_names, self._known.agencies
        alike = get_close_matches(folded(text), names, 3, 0.6)
        choices = dict.fromkeys(acronyms[names[name]] for name in alike) or sorted(acronyms.values())
        return _(
            "“%(name)s” is not an agency of %(country)s. Enter it under Agencies first, or write one of: %(choices)s."
        ) % {
            "name": shortened(text),
            "country": self._known.exercise.country,
            "choices": ", ".join(choices) or "–",
        }

    def written(self, column, plain):
        """Return what to write in a cell under `column`: a text, or a date."""
        if not plain:
            return ""
        if column.kind is Kind.CHOICE:
            return self.label(column.vocabulary, plain)
        return date.fromisoformat(plain) if column.kind is Kind.DATE else plain


def shortened(text, most=60):
    """Return a long text with its end cut off, to be quoted in a sentence, without what no sentence can keep."""
    text = plain_text(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _date(raw):
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    text = text_of(raw)
    if not text:
        return ""
    try:
        if match := _DAY_MONTH_YEAR.match(text):
            day, month, year = (int(part) for part in match.groups())
            return date(year, month, day).isoformat()
        if match := _ISO.match(text):
            return date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        pass  # a day or month that no calendar has
    raise Misspelt(
        _("“%(found)s” is not a date. Write day-month-year, such as 28-11-2023, or use an Excel date.")
        % {"found": shortened(text)}
    )


def _list(text):
    return plain_list([text])


def _year(text):
    match = _YEAR.match(text)
    if not match:
        raise Misspelt(_("“%(found)s” is not a year.") % {"found": shortened(text)})
    return match[1]


def _id(text):
    match = _ID.match(text)
    if not match:
        raise Misspelt(_("“%(id)s” is no id of the workbench. Empty it for a new row.") % {"id": shortened(text)})
    return str(int(match[1]))


def _languages(text):
    """Return codes between spaces; names of languages are understood too."""
    if all(_CODE.match(word) for word in re.split(r"[\s,;/]+", text) if word):
        return " ".join(word for word in re.split(r"[\s,;/]+", text) if word)
    names = [name.strip() for name in re.split(r"[,;/\n]+|\s+and\s+|\s+и\s+", text) if name.strip()]
    found = [(name, _language(name)) for name in names]
    if unknown := [name for name, code in found if not code]:
        raise Misspelt(
            ngettext(
                "%(names)s is not a language. Write codes such as ky ru en.",
                "%(names)s are not languages. Write codes such as ky ru en.",
                len(unknown),
            )
            % {"names": ", ".join(f"“{shortened(name)}”" for name in unknown)}
        )
    return " ".join(code for _name, code in found)


def _language(name):
    if _CODE.match(name.casefold()):
        return name.casefold()
    if code := _LANGUAGES.get(folded(name)):
        return code
    try:
        language = pycountry.languages.lookup(name)
    except LookupError:
        return ""
    return getattr(language, "alpha_2", language.alpha_3)
