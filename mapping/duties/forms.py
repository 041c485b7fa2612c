"""Read who shall hold which section from the posted table."""

from datetime import date

from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.duties.services import Wanted

FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


def wanted_of(data, sections):
    """Return [Wanted] of the sections the form told of. Raises Refused with a sentence for each that cannot be read."""
    found, problems = [], []
    for section in sections:
        if f"due-{section.key}" not in data:
            continue
        try:
            found.append(_wanted(data, section.key))
        except ValueError:
            problems.append(
                _("%(section)s: choose people from the list, and give the day as in 2024-12-31.")
                % {"section": section.title}
            )
    if problems:
        raise Refused(_("Nothing was assigned:"), problems)
    return found


def _wanted(data, key):
    return Wanted(key, _person(data.get(f"consultant-{key}")), _person(data.get(f"reviewer-{key}")), _day(data, key))


def _person(typed):
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 18:  # noqa: PLR2004 - more than an id has
        raise ValueError(typed)
    return int(typed)


def _day(data, key):
    typed = data[f"due-{key}"].strip()
    if not typed:
        return None
    day = date.fromisoformat(typed)
    if not FIRST <= day <= LAST:
        raise ValueError(typed)
    return day
