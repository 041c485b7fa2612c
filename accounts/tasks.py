"""What the worker does for accounts. Time limits hold where the pool keeps them; the row's lease holds everywhere."""

from celery import shared_task

from accounts import services


@shared_task(name="accounts.send_mail", ignore_result=True, soft_time_limit=90, time_limit=120)
def send_mail(pk):
    """Deliver one account mail."""
    services.send_mail(pk)


@shared_task(name="accounts.scan_mail", ignore_result=True, soft_time_limit=60, time_limit=90)
def scan_mail():
    """Find the account mails that are due."""
    services.scan_mail()
