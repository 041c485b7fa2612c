"""Imports the admin of every room, so that Django and Celery find them."""

import mapping.availability.admin
import mapping.countries.admin
import mapping.framework.admin  # noqa: F401
