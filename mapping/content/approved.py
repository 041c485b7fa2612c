"""What was approved of a row last, in words: it stays readable while the row is worked on again."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from mapping.audit.models import Entry
from mapping.audit.presentation import Change, Told, told
from mapping.content.models import ReviewedRow, ReviewStatus


@dataclass
class ApprovedVersion:
    """`fields` are the row's own content, `parts` its claims."""

    row: ReviewedRow
    fields: list[Change]
    parts: list[Told]


def approved_version(row):
    """Return the ApprovedVersion of a row that differs from it by now, or None: approved rows are what they show."""
    if row.approved_content is None or row.status == ReviewStatus.APPROVED:
        return None
    content = dict(row.approved_content)
    claims, files = content.pop("claims", []), content.pop("attachments", [])
    of_row, *parts = told(
        [_as_entry(row, "", content), *(_as_entry(row, f"claim:{claim['id']}", claim) for claim in claims)]
    )
    kept = _("attachment")
    fields = [change for change in of_row.changes if change.new] + [Change(kept, "", file["name"]) for file in files]
    return ApprovedVersion(row, fields, parts)


def _as_entry(row, part, content):
    content = {name: value for name, value in content.items() if name != "id"}
    return Entry(target_type=row._meta.model_name, target_id=row.pk, part=part, new=content)
