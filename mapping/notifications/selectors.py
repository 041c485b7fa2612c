"""Read what a person is told of."""

from mapping.notifications.models import MOST_COUNTED, Delivery, Kind, Preference
from mapping.notifications.permissions import visible


def unread(user):
    """Return how many notifications are new to a person, up to one more than `MOST_COUNTED`."""
    new = visible(user).filter(read_at=None, settled_at=None).order_by()
    return new[: MOST_COUNTED + 1].count()


def shown(user):
    """Return a person's notifications with what their list shows, newest first."""
    return visible(user).select_related("exercise", "actor")


def waiting(user):
    """Return what still waits for a person, oldest first."""
    return shown(user).filter(settled_at=None).order_by("at", "pk")


def preferences(people):
    """Return {(person id, kind): delivery} of what people chose; what is missing is the daily mail."""
    chosen = Preference.objects.filter(person__in=people).values_list("person", "kind", "delivery")
    return {(person, kind): delivery for person, kind, delivery in chosen}


def preferences_of(user):
    """Return [(kind, delivery)] of one person, for every kind."""
    chosen = preferences([user])
    return [(kind, chosen.get((user.pk, kind), Delivery.DIGEST)) for kind in Kind]
