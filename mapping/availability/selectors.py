"""Read cells."""

from mapping.fields import folded
from mapping.framework.models import Indicator


def matching_indicators(words):
    """Return the ids of indicators whose title holds the words, in either case of any script.

    There are few indicators: comparing them here spares each of them a column of folded text.
    """
    wanted = folded(words)
    return [pk for pk, title in Indicator.objects.order_by().values_list("pk", "title") if wanted in folded(title)]
