"""Refusals that concern agencies."""

from accounts.refusals import Refused


class AgencyChanged(Refused):
    """Somebody saved the agency meanwhile; `version` is the one in the database now."""

    def __init__(self, sentence, problems, version):
        super().__init__(sentence, problems)
        self.version = version
