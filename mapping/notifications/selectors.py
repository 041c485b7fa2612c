"""Read what a person is told of."""

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from mapping.notifications.models import MOST_COUNTED, Delivery, Kind, Notification, Preference
from mapping.notifications.permissions import visible


def new_to(user):
    """Return the notifications that a person has neither read nor dealt with, in no order."""
    return visible(user).filter(read_at=None, settled_at=None).order_by()


def unread(user):
    """Return how many notifications are new to a person, up to one more than `MOST_COUNTED`."""
    return new_to(user)[: MOST_COUNTED + 1].count()


def shown(user):
    """Return a person's notifications with what their list shows, newest first."""
    return visible(user).select_related("exercise", "actor")


def waiting(user):
    """Return what still waits for a person, oldest first; of a frozen exercise, only who mentions them."""
    acts = Q(exercise__frozen_at=None) | Q(kind=Kind.MENTION)
    return shown(user).filter(acts, settled_at=None).order_by("at", "pk")


def wanted_in_digest(user):
    """Return what still waits for a person and is not turned off, oldest first."""
    chosen = preferences([user])
    return [row for row in waiting(user) if chosen.get((user.pk, row.kind)) != Delivery.OFF]


def people_waited_for():
    """Return the people for whom anything waits."""
    waits = Notification.objects.filter(person=OuterRef("pk"), settled_at=None)
    return User.objects.people().filter(Exists(waits), is_active=True)


def preferences(people):
    """Return {(person id, kind): delivery} of what people chose; what is missing is the daily mail."""
    chosen = Preference.objects.filter(person__in=people).values_list("person", "kind", "delivery")
    return {(person, kind): delivery for person, kind, delivery in chosen}


def preferences_of(user):
    """Return [(kind, delivery)] of one person, for every kind."""
    chosen = preferences([user])
    return [(kind, chosen.get((user.pk, kind), Delivery.DIGEST)) for kind in Kind]
