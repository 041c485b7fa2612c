"""A notification and its mail are their person's own."""

from mapping.countries.permissions import exercises_with_role, has_role
from mapping.notifications.models import Notification, NotificationMail


def visible(user):
    """Return a person's notifications, of exercises they still see. Agrees with `can_view`."""
    if not user.is_active or not user.is_authenticated:
        return Notification.objects.none()
    found = Notification.objects.filter(person=user)
    if has_role(user, None):
        return found  # a condition that always holds would only mislead the database
    return found.filter(exercise__in=exercises_with_role(user))


def can_view(user, notification):
    """Agrees with `visible`."""
    return notification.person_id == user.pk and has_role(user, notification.exercise_id)


def visible_mails(user):
    """Return a person's own mails; to superusers, who run the site, everybody's. Agrees with `can_view_mail`."""
    if not user.is_active or not user.is_authenticated:
        return NotificationMail.objects.none()
    return NotificationMail.objects.all() if user.is_superuser else NotificationMail.objects.filter(person=user)


def can_view_mail(user, mail):
    """Agrees with `visible_mails`."""
    return user.is_active and (user.is_superuser or mail.person_id == user.pk)
