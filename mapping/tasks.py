"""Imports the tasks of every room, so that Django and Celery find them."""
