"""What a service raises when it does not do what was asked: always a sentence for a person."""


class Refused(Exception):  # noqa: N818 - it is a refusal, told to a person, not an error of the program
    """The act is not allowed or makes no sense now; nothing was written.

    `sentence` says what happened and what to do; `problems` lists further sentences where there are several at once.
    """

    def __init__(self, sentence, problems=()):
        super().__init__(sentence)
        self.sentence = sentence
        self.problems = list(problems)

    def __str__(self):
        return str(self.sentence)


class Unchanged(Refused):
    """There was nothing to change."""
