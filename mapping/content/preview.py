"""What an import would change, or what is wrong with its rows, kept for an hour so that it can be read in pages."""

import secrets
from dataclasses import dataclass, field

from django.core.cache import cache
from django.core.paginator import Paginator

ROWS_PER_PAGE = 100
KEPT_FOR = 3600  # seconds


@dataclass
class Preview:
    """The comparison of a file as plain data. `rows` are faults if there are any, else changes."""

    counts: dict
    problems: list = field(default_factory=list)  # sentences about the whole file
    faults: list = field(default_factory=list)  # [(number of the row, [(heading or "", sentence, what the row says)])]
    changes: list = field(default_factory=list)  # [(name, "new" or "update", [(heading, old, new)])]
    confirm: dict = field(default_factory=dict)  # what the form that confirms it carries
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    @classmethod
    def of(cls, result):
        """Return the Preview of a result of the library."""
        preview = cls(dict(result.totals), [str(error.error) for error in result.base_errors])
        if result.has_errors() or result.has_validation_errors():
            preview.faults = sorted([*_broken(result), *_refused(result)], key=lambda fault: fault[0])
        else:
            preview.changes = [
                (row.object_repr, row.import_type, [tuple(map(str, change)) for change in row.instance.changes])
                for row in result.valid_rows()
            ]
        return preview

    @property
    def is_refused(self):
        return bool(self.problems or self.faults)

    def page(self, number):
        """Return a page of the rows."""
        return Paginator(self.faults or self.changes, ROWS_PER_PAGE).get_page(number)

    def keep(self, *, user, where):
        """Keep it for one person and one kind of rows."""
        cache.set(_key(self.token, user, where), self, KEPT_FOR)


def kept(token, *, user, where):
    """Return a kept Preview, or None."""
    return cache.get(_key(token, user, where)) if token.isascii() and token.isprintable() else None


def _key(token, user, where):
    return f"import-preview-{where}-{user.pk}-{token[:40]}".replace(" ", "")


def _broken(result):
    for number, errors in result.row_errors():
        yield number, [("", str(error.error), ", ".join(map(str, error.row.values()))) for error in errors]


def _refused(result):
    for row in result.invalid_rows:
        told = [(name, sentence, "") for name, errors in row.field_specific_errors.items() for sentence in errors]
        yield row.number, told + [("", sentence, "") for sentence in row.non_field_specific_errors]
