"""Imports the models of every room, so that Django finds them."""

import mapping.audit.models
import mapping.availability.models
import mapping.comments.models
import mapping.countries.models
import mapping.data_requests.models
import mapping.desk.models
import mapping.duties.models
import mapping.framework.models
import mapping.harmonisation.models
import mapping.notifications.models
import mapping.review.models
import mapping.sources.models
import mapping.summaries.models
import mapping.workbook.models  # noqa: F401
