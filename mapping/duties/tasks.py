"""What the worker does for sections that are due."""

from celery import shared_task

from mapping.duties import services


@shared_task(name="duties.scan", ignore_result=True, soft_time_limit=60, time_limit=90)
def scan():
    """Tell people of sections that are due soon."""
    services.tell_due()
