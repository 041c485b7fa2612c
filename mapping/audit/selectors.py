"""Read the history."""

from mapping.audit.models import Entry


def history(row):
    """Return the entries about one row, newest first. The caller has checked that the row is the asker's to see."""
    return Entry.objects.filter(target_type=row._meta.model_name, target_id=row.pk).select_related("actor")
