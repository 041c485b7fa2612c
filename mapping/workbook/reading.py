"""Read the cells of one column of a flat table."""

from django.core.exceptions import ValidationError

from mapping.workbook.layout import Kind
from mapping.workbook.plain import to_model
from mapping.workbook.spelling import Misspelt


class Reading(dict):
    """Reads the cells of one column, each text and number once: most of thousands say the same."""

    def __init__(self, words, column, model):
        super().__init__()
        self._words, self._column, self._model = words, column, model

    def of(self, raw):
        """Return the plain form of what a cell holds. Raises Misspelt."""
        return self[raw] if type(raw) in _ALIKE else self._read(raw)

    def __missing__(self, raw):
        return self.setdefault(raw, self._read(raw))

    def _read(self, raw):
        text = self._words.read(self._column, raw)
        if text and self._column.kind in {Kind.TEXT, Kind.LIST}:
            _check(self._model, self._column, text)
        return text


_ALIKE = {str, float}  # of which two that are equal say the same: no formula that fails is a plain text


def _check(model, column, text):
    """Refuse what the model's own field refuses, such as a link that is no link."""
    try:
        model._meta.get_field(column.field).clean(to_model(text, column.kind), None)
    except ValidationError as error:
        raise Misspelt(" ".join(error.messages)) from error
