"""Read how a person wants to be told."""

from mapping.notifications.models import AT_ONCE, Delivery, Kind


def offered(kind):
    """Return the ways in which one kind can be told."""
    return [delivery for delivery in Delivery if delivery != Delivery.AT_ONCE or kind in AT_ONCE]


def deliveries_of(data):
    """Return {kind: delivery} as posted; the service refuses what is not offered."""
    return {kind.value: data[kind.value] for kind in Kind if kind.value in data}
