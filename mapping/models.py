"""Imports the models of every room, so that Django and Celery find them."""
