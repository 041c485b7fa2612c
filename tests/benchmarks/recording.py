"""Note what a writer asks of XlsxWriter, to measure what XlsxWriter alone takes for the same sheets."""

from copy import deepcopy
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_MADE = (Worksheet, Format)


class Recording:
    """Stands in for `xlsxwriter.Workbook`: passes every call on, and notes it."""

    def __init__(self):
        self.calls = []  # (what it was asked of, method, arguments, named arguments, what it made)

    def __call__(self, *arguments):
        self.workbook = _Noted(Workbook(*arguments), self.calls)
        return self

    def __enter__(self):
        return self.workbook

    def __exit__(self, *raised):
        self.workbook.target.close()

    def prepared(self, options):
        """Return what writes the same sheets again when called: nothing is left but XlsxWriter's own work."""
        workbook = Workbook(BytesIO(), options)
        now = {id(self.workbook.target): workbook}
        waiting = []
        for target, method, arguments, named, made in self.calls:
            call = getattr(now[id(target)], method)
            again = _swapped(arguments, now), _swapped(named, now)
            if isinstance(made, _MADE):
                now[id(made)] = call(*again[0], **again[1])
            else:
                waiting.append((call, *again))

        def write():
            for call, arguments, named in waiting:
                call(*arguments, **named)
            workbook.close()

        return write


class _Noted:
    def __init__(self, target, calls):
        self.target, self._calls = target, calls

    def __getattr__(self, method):
        asked = getattr(self.target, method)

        def call(*arguments, **named):
            kept = _copied(arguments), _copied(named)  # XlsxWriter changes what it is given
            made = asked(*arguments, **named)
            self._calls.append((self.target, method, *kept, made))
            return _Noted(made, self._calls) if isinstance(made, Worksheet) else made

        return call


def _copied(told):
    if isinstance(told, Format):
        return told
    if isinstance(told, dict):
        return {name: _copied(one) for name, one in told.items()}
    return tuple(map(_copied, told)) if isinstance(told, tuple) else deepcopy(told)


def _swapped(told, now):
    """Return arguments with the formats of the workbook that is written now."""
    if isinstance(told, Format):
        return now[id(told)]
    if isinstance(told, dict):
        return {name: _swapped(one, now) for name, one in told.items()}
    return tuple(_swapped(one, now) for one in told) if isinstance(told, tuple) else told
