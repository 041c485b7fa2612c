"""What the worker does for notifications. Time limits hold where the pool keeps them; a row's lease holds everywhere."""

from celery import shared_task

from mapping.notifications import sending


@shared_task(name="notifications.send_mail", ignore_result=True, soft_time_limit=90, time_limit=120)
def send_mail(pk):
    """Deliver one mail of notifications."""
    sending.send_mail(pk)


@shared_task(name="notifications.scan", ignore_result=True, soft_time_limit=60, time_limit=90)
def scan():
    """Queue the daily mails that have become due, and find the mails that are."""
    sending.scan()
