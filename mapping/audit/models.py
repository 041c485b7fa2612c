"""The history: one entry a change, written in the transaction of the change, never altered."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    """What can be done to a row, each with the sentence that tells it ("Aida … this source")."""

    CREATED = "created", _("created")
    CHANGED = "changed", _("changed")
    DELETED = "deleted", _("deleted")
    SUBMITTED = "submitted", _("submitted")
    WITHDRAWN = "withdrawn", _("withdrew")
    APPROVED = "approved", _("approved")
    RETURNED = "returned", _("returned")
    REOPENED = "reopened", _("reopened")
    RESOLVED = "resolved", _("resolved")
    FROZEN = "frozen", _("froze")
    UNFROZEN = "unfrozen", _("unfroze")
    ASSIGNED = "assigned", _("assigned")
    UNASSIGNED = "unassigned", _("took an assignment from")
    ADOPTED = "adopted", _("adopted a methodology for")
    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    REMINDED = "reminded", _("sent a reminder of")
    RECALLED = "recalled", _("recalled")
    REISSUED = "reissued", _("reissued")
    FAILED = "failed", _("could not complete")
    EXTENDED = "extended", _("extended the deadline of")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")
    COMPILED = "compiled", _("compiled")
    IMPORTED = "imported", _("imported")
    EXPORTED = "exported", _("exported")


class Entry(models.Model):
    """Who did what to which row, when, from what to what, and why.

    The row is told by its model's name and id, not by a foreign key: the history outlives the row, and no room below
    need know those above. People are told by id, so that a person can be erased without touching the history.
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    verb = models.CharField(_("what"), max_length=12, choices=Verb)
    target_type = models.CharField(_("kind of row"), max_length=40)
    target_id = models.BigIntegerField(_("row"))
    # A part of the row with a life of its own: "claim:17" in the history of a cell.
    part = models.CharField(_("part"), max_length=60, blank=True)
    exercise_code = models.CharField(_("exercise"), max_length=20, blank=True)
    old = models.JSONField(_("from"), default=dict, encoder=DjangoJSONEncoder)
    new = models.JSONField(_("to"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("why"), blank=True)
    # Entries of one act (a section submitted, a workbook applied) share it.
    act = models.UUIDField(_("act"))

    class Meta:
        app_label = "mapping"
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-at"], name="entry_of_row"),
            models.Index(fields=["exercise_code", "-at"], name="entry_of_exercise"),
            models.Index(fields=["-at", "-id"], name="entry_newest_first"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_verb_display()} {self.target_type} {self.target_id}"
