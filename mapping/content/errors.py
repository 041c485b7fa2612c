"""Refusals that concern reviewed rows."""

from accounts.refusals import Refused


class StaleVersion(Refused):
    """Somebody saved the row meanwhile. `row` is as it is in the database now."""

    def __init__(self, sentence, *, row):
        super().__init__(sentence)
        self.row = row


class RowsRefused(Refused):
    """Some rows of one act are refused, so none was written. `refusals` is {row id, or place in the list: Refused}."""

    def __init__(self, sentence, refusals):
        super().__init__(
            sentence, [problem for refusal in refusals.values() for problem in (str(refusal), *refusal.problems)]
        )
        self.refusals = refusals
