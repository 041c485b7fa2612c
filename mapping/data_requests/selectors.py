"""Read requests: what may be asked, what was asked and answered, which request a link means, what is overdue."""

from dataclasses import dataclass, field
from itertools import groupby

from django.core import signing
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from mapping.availability.models import Cell, Value
from mapping.data_requests.models import DataRequest, FocalPoint, ItemAnswer, Message

ANSWER_SALT = "data_requests.answer"
LINK_VALID_SECONDS = 180 * 24 * 3600
SATURDAY = 5  # of datetime.weekday()
# What is worth asking an agency for: all but what is available already, or does not apply.
WORTH_ASKING = ("", Value.PARTIALLY_AVAILABLE, Value.NOT_AVAILABLE)


# --- The link ----------------------------------------------------------------


class LinkExpired(Exception):  # noqa: N818 - no error of the program: the link was right once
    """The link is one of ours, but its time is over."""


def answer_token(request, focal_point):
    """Return what stands in the link: what it opens, signed, so that no secret is stored."""
    return signing.dumps([request.pk, request.link_generation, focal_point.pk], salt=ANSWER_SALT)


def find_request(token):
    """Return the (request, focal point) a link means; None if it is none of ours, or was replaced by a newer one.

    Raises LinkExpired.
    """
    try:
        pk, generation, focal_point_id = signing.loads(token, salt=ANSWER_SALT, max_age=LINK_VALID_SECONDS)
    except signing.SignatureExpired as error:
        raise LinkExpired from error
    except signing.BadSignature:
        return None
    request = (
        DataRequest.objects.select_related("exercise__country", "exercise__methodology", "agency", "approved_by")
        .filter(pk=pk, link_generation=generation)
        .first()
    )
    focal_point = FocalPoint.objects.filter(pk=focal_point_id).first()
    return (request, focal_point) if request and focal_point else None


# --- What may be asked -------------------------------------------------------


@dataclass
class Row:
    """An indicator with some of its cells: a line of a form, of a letter or of a page."""

    indicator: object
    cells: list = field(default_factory=list)


def cells_worth_asking(exercise, *, section=None, also=()):
    """Return the cells that are missing, partial or not assessed, and those with the ids `also`, in order."""
    cells = Cell.objects.filter(Q(value__in=WORTH_ASKING) | Q(pk__in=also), exercise=exercise)
    if section:
        cells = cells.filter(Q(indicator__section=section) | Q(pk__in=also))
    return list(
        cells.select_related("indicator__section").order_by("indicator__section__order", "indicator__order", "year")
    )


def rows_of(cells):
    """Group cells, in order, by indicator."""
    return [Row(indicator, list(members)) for indicator, members in groupby(cells, key=lambda cell: cell.indicator)]


def sections_of(cells):
    """Group cells, in order, as [(section, rows)]."""
    by_section = groupby(cells, key=lambda cell: cell.indicator.section)
    return [(section, rows_of(members)) for section, members in by_section]


# --- What was asked and answered ---------------------------------------------


@dataclass
class Question:
    """What a request asks about one indicator: its items, in the order of the years."""

    indicator: object
    items: list

    @property
    def years(self):
        """The years in words, such as “2018–2021, 2023”."""
        return years_in_words([item.cell.year for item in self.items])


def questions(request):
    """Return the questions of a request, in the order of the methodology."""
    items = request.items.select_related("cell__indicator__section", "cell__exercise").order_by(
        "cell__indicator__section__order", "cell__indicator__order", "cell__year"
    )
    return [Question(indicator, list(group)) for indicator, group in groupby(items, key=lambda i: i.cell.indicator)]


def years_in_words(years):
    """Return years as spans: [2018, 2019, 2020, 2023] is “2018–2020, 2023”."""
    spans = []
    for year in sorted(years):
        if spans and spans[-1][1] == year - 1:
            spans[-1][1] = year
        else:
            spans.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in spans)


def latest_answer(request):
    """Return the newest answer to a request, or None."""
    return request.answers.order_by("-at", "-pk").first()


@dataclass
class Run:
    """Years in a row of one question, of which cells and answers say the same."""

    items: list
    said: ItemAnswer | None

    @property
    def years(self):
        """The years in words."""
        return years_in_words([item.cell.year for item in self.items])

    @property
    def value(self):
        """What the cells say now."""
        return self.items[0].cell.value


def runs(question, said):
    """Return the runs of a question; `said` is {item id: ItemAnswer}."""

    def same(item):
        one = said.get(item.pk)
        return item.cell.value, one and (one.value, one.access, one.comment)

    groups = [list(items) for _key, items in groupby(question.items, key=same)]
    return [Run(items, said.get(items[0].pk)) for items in groups]


def latest_item_answers(request):
    """Return {item id: the newest ItemAnswer about it}."""
    answers = ItemAnswer.objects.filter(answer__request=request).order_by("answer__at", "answer__pk")
    return {answer.item_id: answer for answer in answers.select_related("answer")}


# --- What is due -------------------------------------------------------------


def is_weekend(day):
    """Say whether no reminder goes out on this day."""
    return day.weekday() >= SATURDAY


def to_remind(today=None):
    """Return the requests past their day, unanswered, whose reminder is neither queued nor sent."""
    today = today or timezone.localdate()
    reminders = Message.objects.filter(request=OuterRef("pk"), kind=Message.Kind.REMINDER)
    return DataRequest.objects.filter(
        ~Exists(reminders.exclude(state=Message.State.CANCELLED)), status=DataRequest.Status.SENT, due_on__lt=today
    ).order_by("pk")
