"""Imports the tasks of every room, so that Django and Celery find them."""

import mapping.data_requests.tasks
import mapping.duties.tasks
import mapping.notifications.tasks
import mapping.summaries.tasks
import mapping.workbook.tasks  # noqa: F401
