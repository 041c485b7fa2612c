"""Refusals that concern sources."""

from accounts.refusals import Refused


class SourceInUse(Refused):
    """The source is evidence. `cells` is {cell id: name} of the cells that rest on it."""

    def __init__(self, sentence, cells):
        super().__init__(sentence, cells.values())
        self.cells = cells
