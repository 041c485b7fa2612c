"""What the worker does for summaries. The row's lease holds where the pool keeps no time limits."""

from celery import shared_task

from mapping.summaries import services


@shared_task(name=services.COMPILE_TASK, ignore_result=True, soft_time_limit=240, time_limit=300)
def compile_summary(pk):
    """Compile one summary."""
    services.compile_summary(summary_id=pk)


@shared_task(name="summaries.scan", ignore_result=True, soft_time_limit=60, time_limit=90)
def scan_summaries():
    """Find the summaries that are due."""
    services.scan_summaries()
