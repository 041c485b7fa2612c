"""Why something waits for a person, and how a line of it is told."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from django.utils.translation import gettext_lazy


class Kind(Enum):
    """Why something waits, most pressing first: its word, its symbol, whether the person must act."""

    RETURNED = (gettext_lazy("Returned"), "r-returned", True)
    LATE = (gettext_lazy("Late"), "i-clock", True)
    MENTION = (gettext_lazy("Mentioned"), "i-comment", True)
    SETTLE = (gettext_lazy("To settle"), "i-warning", True)
    DUE = (gettext_lazy("Due"), "i-clock", False)
    CONTRADICTED = (gettext_lazy("Contradicted"), "i-contradicted", False)
    NO_REASON = (gettext_lazy("Reason missing"), "v-partially_available", False)
    ANSWER = (gettext_lazy("Answer"), "a-on_request", False)
    REQUEST = (gettext_lazy("Request to approve"), "a-on_request", False)
    REVIEW = (gettext_lazy("To review"), "r-submitted", False)

    def __init__(self, word, symbol, pressing):
        self.word, self.symbol, self.pressing = word, symbol, pressing


@dataclass
class Waiting:
    """One line: rows of one kind in one section or exercise, or one request, since when, and where to see to it."""

    kind: Kind
    title: str
    address: str
    amount: str
    since: datetime | date
    detail: str = ""
