"""What every change of a reviewed row has in common."""

from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.content.errors import StaleVersion
from mapping.content.models import ReviewStatus

# Written by `mark_edited`, so every service that saves a changed row writes these too.
EDIT_FIELDS = ("version", "status", "changed_at", "last_author")


def check_version(row, expected, *, saved=None):
    """Raise StaleVersion unless the row still is at the version that was seen.

    What is shown beside the refused version is what was saved, not what was typed: `saved`, or else read here.
    """
    if row.version == expected:
        return
    if saved is None:
        row.refresh_from_db()
        saved = row
    raise StaleVersion(
        _(
            "%(who)s changed “%(row)s” on %(when)s, after you opened it. Nothing of yours was saved yet: compare both versions below."
        )
        % {
            "who": saved.last_author or _("Somebody"),
            "row": saved,
            "when": f"{timezone.localtime(saved.changed_at):%Y-%m-%d %H:%M}",
        },
        row=saved,
    )


def mark_edited(row, *, actor, now=None):
    """Make the row a new version by `actor`; an approved one falls back to draft, its approved copy is kept."""
    row.version += 1
    row.last_author = actor
    row.changed_at = now or timezone.now()
    if row.status == ReviewStatus.APPROVED:
        row.status = ReviewStatus.DRAFT


def set_values(row, values):
    """Set content fields, refusing names that are not content. Foreign keys are given as rows, ids or None."""
    for name, value in values.items():
        if name not in row.CONTENT_FIELDS:
            raise Refused(_("“%(field)s” is not a field that can be changed.") % {"field": name})
        by_id = not isinstance(value, models.Model)
        setattr(row, row._meta.get_field(name).attname if by_id else name, value)


def validate(row, names=None):
    """Raise Refused, naming every field at fault, unless the row's own values are well-formed. Asks no database.

    Parameters: `names` are the fields that changed, where the others are as they were read.
    """
    fields = row._meta.concrete_fields if names is None else map(row._meta.get_field, names)
    problems = [problem for field in fields if not field.generated and (problem := _problem(row, field))]
    if problems:
        raise Refused(_("“%(row)s” cannot be saved.") % {"row": row}, problems)


def _problem(row, field):
    """Return what is wrong with the value of a field, or ""; as `Model.clean_fields`, but that foreign keys stay unasked."""
    value = getattr(row, field.attname)
    if field.is_relation or (field.blank and value in field.empty_values):
        return ""
    if type(value) is str and value in _choices(field.model, field.name):
        return ""  # well-formed without further ado, as most values are
    try:
        setattr(row, field.attname, field.clean(value, row))
    except ValidationError as error:
        return f"{field.verbose_name}: {' '.join(error.messages)}"
    if "\0" in _text(value):
        return f"{field.verbose_name}: {_('it has a character that cannot be stored (NUL).')}"
    return ""


@lru_cache
def _choices(model, name):
    """Return the keys that a field chooses from, none where it does not."""
    return frozenset(key for key, _label in model._meta.get_field(name).flatchoices)


def _text(value):
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
