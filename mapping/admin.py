"""Imports the admin of every room, so that Django and Celery find them."""
