"""What the demo's people agree on, hand out and say to each other, while Kyrgyzstan is under way."""

from datetime import timedelta

from django.utils import timezone

from mapping.availability.models import Cell
from mapping.comments.models import About
from mapping.comments.services import comment, reply, resolve
from mapping.duties.services import Wanted, assign_sections
from mapping.harmonisation.services import write_decision
from mapping.management.demo.people import CONSULTANT
from mapping.management.demo.reviewing import DRAFT, SUBMITTED

# Sections with work left, and in how many days it is due.
DUE_IN = {DRAFT: 5, SUBMITTED: 12, "emigration": 20, "internal_mobility": 20}
# (section, the indicators it is about, what was agreed on, a cell that it was agreed over)
AGREED = [
    (
        "immigration",
        ["stock"],
        "An international estimate of the stock for one date counts as partial, in the year of that date only.",
        ("stock", 2020),
    ),
    (
        "immigration",
        [],
        "Data that an agency gives only on request count as available: its claim tells the access.",
        ("flows_by_gender", 2022),
    ),
    (
        "undocumented_migration",
        [],
        "That nobody names a year is no reason for partial: the claim is marked as inferred instead.",
        None,
    ),
]
ASKED, ANSWERED = "Was this counted or estimated?", "Estimated, for one date: the reason says so."
TO_RESOLVE = f"@{CONSULTANT} Two claims differ here. Which one holds, and why? Resolve it, then submit this cell too."
TO_SETTLE = "The two counts may differ in whom they count. Settle that before this cell is submitted."


def talk(*, exercise, consultant, reviewer, coordinator):
    """Hand out the sections with work left, note decisions, ask about cells: settled, open, and to be settled first."""
    _hand_out(exercise, consultant, reviewer, coordinator)
    for section, indicators, text, cell in AGREED:
        cells = [_cell(exercise, section, *cell).pk] if cell else []
        row = exercise.methodology.sections.get(key=section)
        write_decision(actor=reviewer, section=row, text=text, indicators=indicators, cells=cells)
    _say(exercise, consultant, reviewer)


def _hand_out(exercise, consultant, reviewer, coordinator):
    today = timezone.localdate()
    wanted = [Wanted(section, consultant.pk, reviewer.pk, today + timedelta(days)) for section, days in DUE_IN.items()]
    assign_sections(actor=coordinator, exercise=exercise, wanted=wanted)


def _say(exercise, consultant, reviewer):
    estimated = _cell(exercise, "immigration", "stock", 2020)
    settled = comment(actor=reviewer, exercise=exercise, about=About.CELL, row=estimated, text=ASKED)
    reply(actor=consultant, comment=settled, text=ANSWERED)
    resolve(actor=reviewer, comment=settled)
    comment(
        actor=reviewer, exercise=exercise, about=About.CELL, row=_contradicted(exercise, SUBMITTED), text=TO_RESOLVE
    )
    settle_first = _contradicted(exercise, "emigration")
    comment(actor=reviewer, exercise=exercise, about=About.CELL, row=settle_first, text=TO_SETTLE, blocks=True)


def _contradicted(exercise, section):
    """Return the first cell of a section that waits for the note that resolves it."""
    drafts = exercise.cells.filter(indicator__section__key=section, status="draft").exclude(value="")
    return drafts.order_by("pk").first()


def _cell(exercise, section, indicator, year):
    return Cell.objects.get(exercise=exercise, indicator__section__key=section, indicator__key=indicator, year=year)
