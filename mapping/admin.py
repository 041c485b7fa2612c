"""Imports the admin of every room, so that Django finds it."""

import mapping.availability.admin
import mapping.availability.exercise_admin
import mapping.comments.admin
import mapping.countries.admin
import mapping.countries.agency_admin
import mapping.data_requests.admin
import mapping.desk.admin
import mapping.duties.admin
import mapping.framework.admin
import mapping.harmonisation.admin
import mapping.notifications.admin
import mapping.review.admin
import mapping.sources.admin
import mapping.summaries.admin  # noqa: F401
