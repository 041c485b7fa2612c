"""Who may see and manage people's accounts. Coordinators invite through the countries room, by its own rules."""

from accounts.models import User


def may_manage_people(user):
    """Tell whether this person may open the list of people and change accounts."""
    return user.is_active and user.is_superuser


def manageable_people(user):
    """Return the people this person may manage."""
    return User.objects.people() if may_manage_people(user) else User.objects.none()
