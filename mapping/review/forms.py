"""Rows chosen on a page, read with distrust."""

import re

from django.core.exceptions import BadRequest

_ROW = re.compile(r"^(\d{1,15}):(\d{1,9})$")


def chosen_rows(data, name):
    """Return [(id, version seen)] of checkboxes, or of one compact hidden field, holding `id:version` words."""
    matches = [_ROW.match(word) for value in data.getlist(name) for word in value.split()]
    if not all(matches):
        raise BadRequest(f"{name} is not id:version")
    return [(int(match[1]), int(match[2])) for match in matches]
