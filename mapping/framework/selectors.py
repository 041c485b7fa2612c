"""Read the framework."""

from mapping.framework.models import Term


def vocabulary(methodology, kind):
    """Return the terms of one vocabulary as form choices, in order."""
    return list(Term.objects.filter(methodology=methodology, kind=kind).order_by("order").values_list("key", "label"))


def terms(methodology):
    """Return {kind: {key: label}} of all vocabularies, in order, by one query."""
    found = {}
    for kind, key, label in methodology.terms.order_by("kind", "order").values_list("kind", "key", "label"):
        found.setdefault(kind, {})[key] = label
    return found


def span(indicator, exercise):
    """Return the years of an indicator in an exercise: its own longer span where it declares one."""
    first = indicator.first_year or exercise.first_year
    last = indicator.last_year or exercise.last_year
    return range(first, last + 1)
