"""Measure what acts cost: in turn, so that whatever else the machine does meets all of them alike."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext

WARM_UPS = 2
TIMES = 9


@dataclass
class Act:
    """What is measured; `prepare` is not, and what it returns is given to `do`."""

    do: Callable
    prepare: Callable | None = None

    def once(self):
        """Return the seconds it takes."""
        given = [self.prepare()] if self.prepare else []
        start = perf_counter()
        self.do(*given)
        return perf_counter() - start

    def queries(self):
        """Return how many queries it takes."""
        given = [self.prepare()] if self.prepare else []
        with CaptureQueriesContext(connection) as captured:
            self.do(*given)
        return len(captured)


@dataclass
class Figure:
    """One line of the report: what an act costs, beside what it should cost at most (None: no target)."""

    what: str
    milliseconds: float
    ratio: float | None = None
    most: float | None = None
    queries: int | None = None
    most_queries: int | None = None
    most_milliseconds: float | None = None

    @property
    def verdict(self):
        pairs = [
            (self.milliseconds, self.most_milliseconds),
            (self.ratio, self.most),
            (self.queries, self.most_queries),
        ]
        targets = [(found, most) for found, most in pairs if most is not None]
        if not targets:
            return ""
        return "OVER" if any(found > most for found, most in targets) else "ok"


def medians(acts, times=TIMES, warm_ups=WARM_UPS):
    """Return {name: median milliseconds} of {name: Act}, each done once a round."""
    for act in acts.values():
        for _warm_up in range(warm_ups):
            act.once()
    rounds = [{name: act.once() for name, act in acts.items()} for _round in range(times)]
    return {name: 1000 * median(seconds[name] for seconds in rounds) for name in acts}


def against_floor(floor, acts, *, most=None, most_queries=None, times=TIMES):
    """Yield a figure for the floor, then one for each of {name: Act}, with its ratio to the floor."""
    found = medians({"": floor, **acts}, times)
    yield Figure("floor: an empty page of the desk", found[""], ratio=1.0, queries=floor.queries())
    for name, act in acts.items():
        ratio = found[name] / found[""]
        yield Figure(
            name,
            found[name],
            ratio=ratio,
            most=(most or {}).get(name),
            queries=act.queries(),
            most_queries=(most_queries or {}).get(name),
        )
