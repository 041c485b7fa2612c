"""The first page of lists with 200 exercises, against the same with one (both measured as ratios to an empty page)."""

from django.contrib import admin
from django.urls import reverse

from tests import factories
from tests.benchmarks.measuring import Figure, medians
from tests.benchmarks.world import fill, floor, multiply, page, signed_in, world

EXERCISES = 200
MOST_GROWTH, MOST_QUERIES = 1.5, 15
MOST_GROWTH_OF_HOME = 2.0  # no list: who coordinates all sees fifteen rows of progress there instead of one
FLOOR = "floor: an empty page of the desk"


def measure():
    """Yield for each list how much longer its first page takes once there are many exercises."""
    here = world()
    fill(here)
    acts = _lists(here)
    small = medians(acts, times=5)
    multiply(here.exercise, EXERCISES)
    large = medians(acts, times=5)
    yield Figure(FLOOR, large[FLOOR], queries=acts.pop(FLOOR).queries())
    for name, act in acts.items():
        growth = (large[name] / large[FLOOR]) / (small[name] / small[FLOOR])
        most = MOST_GROWTH_OF_HOME if name.startswith("home") else MOST_GROWTH
        yield Figure(name, large[name], growth, most, act.queries(), MOST_QUERIES)


def _lists(here):
    """Return the Acts: the lists of one exercise for its consultant, those over all for who sees all."""
    regional, root = signed_in(here.regional), signed_in(factories.superuser("root"))
    consultant, code = signed_in(here.consultant), here.exercise.code
    acts = {
        FLOOR: floor(consultant),
        "home, consultant": page(consultant, reverse("admin:index")),
        "home, regional coordinator": page(regional, reverse("admin:index")),
        "an exercise's sources": page(consultant, reverse("sources", args=[code])),
        "an exercise's cells": page(consultant, reverse("exercise_cells", args=[code])),
    }
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        found = {"regional coordinator": regional, "superuser": root}
        who = next(who for who, client in found.items() if client.get(address).status_code == 200)
        acts[f"admin: {model._meta.verbose_name_plural}, {who}"] = page(found[who], address)
    return acts
