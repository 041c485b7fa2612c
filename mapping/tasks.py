"""Imports the tasks of every room, so that Django and Celery find them."""

import mapping.data_requests.tasks  # noqa: F401
