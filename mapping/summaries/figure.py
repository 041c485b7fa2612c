"""The figure of a summary: one mark a cell, as paths of an SVG. Style attributes would break the page's policy."""

from collections import Counter
from itertools import groupby

MARK = 12  # pixels a mark takes each way
MARKS_A_LINE = 10
# By value: the classes of its strokes, each with its path from the mark's upper left corner at (x, y).
_STROKES = {
    "available": [("h-a", "M{0} {1}h10v10h-10z", 1, 1)],
    "partially_available": [("h-po", "M{0} {1}h9v9h-9z", 1.5, 1.5), ("h-p", "M{0} {1}h10v-10z", 1, 11)],
    "not_available": [("h-n", "M{0} {1}l7 7m0-7l-7 7", 2.5, 2.5)],
    "not_assessed": [("h-u", "M{0} {1}a1 1 0 1 0 2 0a1 1 0 1 0-2 0z", 5, 6)],
    "not_applicable": [("h-x", "M{0} {1}h6", 3, 6)],
}


def figure(groups):
    """Return {width, height, strokes, counts} of a section's cells in one year.

    `groups` is [(group, value)] in the order of the section; every group begins a line, so that the same place is the
    same indicator in every year.
    """
    strokes, line = {}, 0
    for _group, members in groupby(groups, key=lambda member: member[0]):
        values = [value for _group, value in members]
        for place, value in enumerate(values):
            x, y = place % MARKS_A_LINE * MARK, (line + place // MARKS_A_LINE) * MARK
            for css_class, path, right, down in _STROKES[value]:
                strokes.setdefault(css_class, []).append(path.format(x + right, y + down))
        line += -(-len(values) // MARKS_A_LINE)
    return {
        "width": MARK * MARKS_A_LINE,
        "height": MARK * max(line, 1),
        "strokes": [{"class": css_class, "path": "".join(paths)} for css_class, paths in strokes.items()],
        "counts": Counter(value for _group, value in groups),
    }
