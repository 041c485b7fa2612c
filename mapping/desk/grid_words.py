"""Every word that the grid's script says, in the person's language."""

from functools import cache

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from mapping.availability.models import PartialReason
from mapping.content.models import ReviewStatus
from mapping.templatetags.workbench import SHORT_VALUES, VALUES

# A number of each plural category that a language may tell apart (the script asks Intl.PluralRules which one it is).
_SAMPLES = {"one": 1, "few": 2, "many": 5, "other": 100}


def words():
    """Return the words of the language at hand; see `_words`."""
    return _words(get_language())


@cache
def _words(language):
    """Return {name: a sentence, or {plural category: a sentence}, or {key: a word}}; `%(name)s` is filled in there."""
    plurals = {name: {category: say(number) for category, number in _SAMPLES.items()} for name, say in _PLURALS.items()}
    return _sentences() | plurals | _vocabularies()


def _vocabularies():
    return {
        "values": {key: str(word) for key, word in VALUES.items()},
        "short_values": {key: str(word) for key, word in SHORT_VALUES.items()},
        "reasons": {key: str(word) for key, word in PartialReason.choices},
        "statuses": {key: str(word) for key, word in ReviewStatus.choices},
        "accesses": {
            "on_request": _("on request"),
            "not_shared": _("not shared"),
            "unknown": _("access unknown"),
        },
    }


def _sentences():
    return {
        "not_assessed": _("not assessed"),
        "without_reason": _("without a reason"),
        "contradict": _("claims contradict"),
        "hit": _("found"),
        "returned_because": _("returned because: %(reason)s"),
        "reason_tag": _("reason?"),
        "assessed": _("%(assessed)s of %(total)s assessed"),
        "saving": _("saving"),
        "saved": _("saved"),
        "refused": _("refused"),
        "conflict": _("conflict"),
        "all_saved": _("All changes saved"),
        "kept": _("What is not saved is kept in this browser until it is sent."),
        "not_kept": _("What is not saved is only in this window: do not close it."),
        "read_only": _("You read this section; its consultants and coordinators change it."),
        "submitted": _("It is submitted for review. Withdraw it first, then change it."),
        "session_ended": _("Your session has ended: sign in again"),
        "changed_meanwhile": _("%(cell)s was changed while you worked on it."),
        "yours": _("Yours:"),
        "theirs": _("%(who)s, %(when)s:"),
        "keep_theirs": _("Keep theirs"),
        "use_mine": _("Use mine"),
        "keep_all_theirs": _("Keep all theirs"),
        "use_all_mine": _("Use all mine"),
        "try_again": _("Try again"),
        "discard": _("Discard mine"),
        "show": _("Show it"),
        "was_refused": _("%(cell)s was refused: %(why)s"),
        "gone": _("%(cell)s is no longer in this exercise. What you typed for it: %(value)s."),
        "undo_nothing": _("There is nothing of this visit to undo in the grid."),
        "undo_above": _("Nothing more to undo in the grid. For the act told above, press “Undo this act”."),
        "redo_nothing": _("There is nothing to redo."),
        "talked": _("%(who)s commented on %(cell)s, or settled a comment there"),
        "changed_one": _("%(who)s changed %(cell)s: %(value)s"),
        "not_found": _("No indicator has these words."),
        "found": _("%(number)s of %(count)s: %(title)s"),
        "left": _("You left the grid. Shift+Tab leads back into it."),
        "panel_failed": _("The details could not be loaded. Press Enter to try again."),
        "paste_nothing": _("Nothing in the block can be put here."),
        "paste_no_change": _("Nothing was changed: these cells have these values already."),
        "paste_unknown": _("“%(text)s” is none of the values"),
        "paste_formula": _("“%(text)s” is a formula, not a value"),
        "paste_header": _("“%(text)s” is no indicator of this section"),
        "paste_year": _("“%(text)s” is no year of this page"),
        "paste_place": _("row %(row)s, column %(column)s of the block"),
        "paste_meaning": _("Choose what it means"),
        "paste_leave": _("leave these cells as they are"),
        "paste_by_headings": _("Placed by the years and indicators named in the block."),
        "paste_by_position": _("Placed from the cell you chose."),
        "nothing_to_copy": _("Choose cells first."),
    }


_PLURALS = {
    "claims": lambda count: ngettext("%(count)d claim", "%(count)d claims", count),
    "comments": lambda count: ngettext("%(count)d open comment", "%(count)d open comments", count),
    "selected": lambda count: ngettext("%(count)d cell selected", "%(count)d cells selected", count),
    "set": lambda count: ngettext("%(count)d cell: %(value)s", "%(count)d cells: %(value)s", count),
    "saving_changes": lambda count: ngettext("Saving %(count)d change", "Saving %(count)d changes", count),
    "no_connection": lambda count: ngettext(
        "%(count)d change not saved yet: no connection, trying again.",
        "%(count)d changes not saved yet: no connection, trying again.",
        count,
    ),
    "no_answer": lambda count: ngettext(
        "%(count)d change not saved yet: the server does not answer, trying again.",
        "%(count)d changes not saved yet: the server does not answer, trying again.",
        count,
    ),
    "sign_in": lambda count: ngettext("Sign in to send %(count)d change", "Sign in to send %(count)d changes", count),
    "refused_changes": lambda count: ngettext("%(count)d change refused", "%(count)d changes refused", count),
    "were_refused": lambda count: ngettext(
        "%(count)d cell was refused: %(why)s", "%(count)d cells were refused: %(why)s", count
    ),
    "all_conflicts": lambda count: ngettext(
        "%(count)d conflict in all: decide each, or all of them the same way.",
        "%(count)d conflicts in all: decide each, or all of them the same way.",
        count,
    ),
    "conflicts": lambda count: ngettext("%(count)d conflict", "%(count)d conflicts", count),
    "more": lambda count: ngettext("and %(count)d more", "and %(count)d more", count),
    "read_only_cells": lambda count: ngettext(
        "%(count)d cell cannot be changed now and stays.", "%(count)d cells cannot be changed now and stay.", count
    ),
    "undone": lambda count: ngettext("Undone: %(count)d cell.", "Undone: %(count)d cells.", count),
    "redone": lambda count: ngettext("Done again: %(count)d cell.", "Done again: %(count)d cells.", count),
    "undo_passed_over": lambda count: ngettext(
        "%(count)d cell was changed since and stays.", "%(count)d cells were changed since and stay.", count
    ),
    "changed_many": lambda count: ngettext("%(who)s changed %(count)d cell", "%(who)s changed %(count)d cells", count),
    "reasons_missing": lambda count: ngettext(
        "%(count)d partial has no reason yet", "%(count)d partials have no reason yet", count
    ),
    "copied": lambda count: ngettext("%(count)d cell copied.", "%(count)d cells copied.", count),
    "pasted": lambda count: ngettext("%(count)d cell pasted.", "%(count)d cells pasted.", count),
    "paste_good": lambda count: ngettext("%(count)d cell would change.", "%(count)d cells would change.", count),
    "paste_apply": lambda count: ngettext("Apply %(count)d cell", "Apply %(count)d cells", count),
    "paste_waiting": lambda count: ngettext(
        "%(count)d cell waits for what you answer below.", "%(count)d cells wait for what you answer below.", count
    ),
    "reason_given": lambda count: ngettext(
        "%(count)d partial cell has this reason now.", "%(count)d partial cells have this reason now.", count
    ),
    "paste_left": lambda count: ngettext(
        "%(count)d blank cell is left as it is.", "%(count)d blank cells are left as they are.", count
    ),
    "paste_problems": lambda count: ngettext(
        "%(count)d cell of the block cannot be used:", "%(count)d cells of the block cannot be used:", count
    ),
    "paste_outside": lambda count: ngettext(
        "%(count)d value lies outside the grid", "%(count)d values lie outside the grid", count
    ),
    "paste_read_only": lambda count: ngettext(
        "%(count)d cell cannot be changed now", "%(count)d cells cannot be changed now", count
    ),
    "paste_ambiguous": lambda count: ngettext(
        "“%(text)s” (%(count)d cell) may mean several things:",
        "“%(text)s” (%(count)d cells) may mean several things:",
        count,
    ),
    "paste_rows_left": lambda count: ngettext(
        "%(count)d row more does not fit the grid.", "%(count)d rows more do not fit the grid.", count
    ),
    "adopted": lambda count: ngettext(
        "%(count)d change of an earlier visit is being sent.",
        "%(count)d changes of an earlier visit are being sent.",
        count,
    ),
}
