"""Who may see the files of sources: whoever sees the source."""

from mapping.content.permissions import can_view
from mapping.countries.permissions import exercises_with_role
from mapping.sources.models import Attachment


def can_view_attachment(user, attachment):
    """Agrees with `visible_attachments`."""
    return can_view(user, attachment.source)


def visible_attachments(user):
    """Return the files of the sources that the person may see."""
    return Attachment.objects.filter(source__exercise__in=exercises_with_role(user))
