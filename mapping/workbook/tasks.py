"""What the worker does for workbooks. The row's lease holds where the pool keeps no time limits."""

from celery import shared_task

from mapping.workbook import job_services


@shared_task(name=job_services.IMPORT_TASK, ignore_result=True, soft_time_limit=480, time_limit=540)
def work_on_import(pk):
    """Compare or apply one long workbook."""
    job_services.work(import_id=pk)


@shared_task(name="workbook.scan", ignore_result=True, soft_time_limit=60, time_limit=90)
def scan_imports():
    """Find the workbooks that a worker is to work on."""
    job_services.scan()
