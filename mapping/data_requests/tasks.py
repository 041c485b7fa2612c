"""What the worker does for data requests. Time limits hold where the pool keeps them; a row's lease holds everywhere."""

from celery import shared_task

from mapping.data_requests import sending


@shared_task(name="data_requests.send_message", ignore_result=True, soft_time_limit=90, time_limit=120)
def send_message(pk):
    """Deliver one mail of a request."""
    sending.send_message(pk)


@shared_task(name="data_requests.scan", ignore_result=True, soft_time_limit=60, time_limit=90)
def scan():
    """Queue the reminders that have become due, and find the mails that are."""
    sending.scan()
