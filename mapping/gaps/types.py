"""The one list of gap types, in the order in which they are told, and the gaps of sections by it."""

from django.utils.translation import gettext as _

from mapping.gaps.facts import Gap
from mapping.gaps.rules import access, existence, quality
from mapping.gaps.sentences import listed

# `no_definition`, the last type of the contract, joins with the room `context`: it is told from definitions.
TYPES = {kind.key: kind for kind in (*existence.TYPES, *access.TYPES, *quality.TYPES, *existence.WORK_LEFT)}
WORK_LEFT = frozenset(kind.key for kind in existence.WORK_LEFT)  # no finding about data


def gaps_of(section):
    """Return the gaps of one section, by type, then indicator."""
    found = (kind.find(section, indicator) for kind in TYPES.values() for indicator in section.indicators)
    return [gap for gap in found if gap]


def cross_cutting(found):
    """Return one gap for each type that occurs in several sections; `found` is [(section, its gaps)]."""
    in_sections = {kind: _of_kind(kind, found) for kind in TYPES.values()}
    return [_across(kind, sections) for kind, sections in in_sections.items() if len(sections) > 1]


def _of_kind(kind, found):
    of_kind = [(section, [gap for gap in gaps if gap.type == kind.key]) for section, gaps in found]
    return [(section, gaps) for section, gaps in of_kind if gaps]


def _across(kind, sections):
    gaps = [gap for _section, found in sections for gap in found]
    counted = listed(f"{section.title} ({len(found)})" for section, found in sections)
    sentence = _("%(type)s, in several sections (number of indicators): %(sections)s.")
    return Gap(
        type=kind.key,
        indicator=None,
        years=tuple(sorted({year for gap in gaps for year in gap.years})),
        text=sentence % {"type": kind.label, "sections": counted},
        agencies=tuple(sorted({agency for gap in gaps for agency in gap.agencies})),
        sources=tuple(sorted({source for gap in gaps for source in gap.sources})),
        sections=tuple(section.key for section, _gaps in sections),
    )
