"""Queue one mail a day for each person of what still waits for them, and deliver the queued mails."""

from django.utils import timezone

from accounts import mail
from mapping.notifications import letters
from mapping.notifications.models import NotificationMail
from mapping.notifications.selectors import people_waited_for
from mapping.notifications.services import SEND_MAIL, queue_digests


def send_mail(pk):
    """Deliver one mail, unless it is gone or another worker has it."""
    row = NotificationMail.objects.select_related("person", "notification__actor").filter(pk=pk).first()
    return row is not None and mail.deliver(row, build=letters.build)


def scan(now=None):
    """Queue the daily mails whose hour has come where their people are, and put every due mail on the queue."""
    now = now or timezone.now()
    days = {}
    for person in people_waited_for():
        there = now.astimezone(person.zone)
        if there.hour >= person.digest_hour:
            days[person.pk] = there.date()
    queue_digests(days=days, now=now)
    mail.scan(NotificationMail, SEND_MAIL)
