"""What is said of a cell, a source or a section, beside it: the threads, and what their reader may do."""

from dataclasses import dataclass, field

from mapping.comments import permissions, selectors
from mapping.comments.models import LONGEST, About


@dataclass
class Talk:
    """The threads about one row. `back` is where a person goes on after having said something."""

    about: str
    threads: list
    address: str

    why_not: str
    may_block: bool
    back: str = ""
    typed: dict = field(default_factory=dict)
    longest: int = LONGEST

    @property
    def count_open(self):
        return sum(1 for thread in self.threads if thread.comment.is_open)


def talk_about(user, exercise, about, row, *, threads=None, back="", typed=None):
    """Return the Talk about a row of the exercise; its `threads` may be read already.

    Parameters: `typed` is what a refused person typed: {the thread's id, or "" for a new one: text}.
    """
    threads = selectors.threads(exercise, about, row) if threads is None else threads
    for thread in threads:
        thread.comment.exercise = exercise
        thread.why_not_resolve = permissions.why_not_resolve(user, thread.comment)
    return Talk(
        about=About(about).value,
        threads=threads,
        address=selectors.address(exercise, about, row),
        why_not=permissions.why_not_comment(user, exercise),
        may_block=not permissions.why_not_block(user, exercise),
        back=back,
        typed=typed or {},
    )
