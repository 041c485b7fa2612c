"""The words that gaps have in common: years as ranges, lists with their “and”."""

from itertools import pairwise

from django.utils.translation import gettext as _


def year_ranges(years):
    """Return [(first, last)] of the runs of consecutive years, in order."""
    years = sorted(set(years))
    breaks = [0, *(place for place, (one, next_one) in enumerate(pairwise(years), 1) if next_one - one > 1), len(years)]
    return [(years[start], years[end - 1]) for start, end in pairwise(breaks)] if years else []


def told_years(years):
    """Return years as a person writes them: “2018–2021 and 2023”."""
    return listed(str(first) if first == last else f"{first}–{last}" for first, last in year_ranges(years))


def listed(words):
    """Return “a”, “a and b” or “a, b and c”."""
    *most, last = list(words) or [""]
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last
