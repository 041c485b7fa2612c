"""What the team agreed on, so that every country is mapped by the same rules."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from mapping.availability.models import Cell
from mapping.fields import WordsField

LONGEST = 5_000  # characters


class DecisionLogEntry(models.Model):
    """One rule the team agreed on, for a section of a methodology, in every country and version of it.

    A consultant proposes one; it holds once a reviewer or a coordinator agrees to it. Section and indicators are told by their keys, so that the rule holds on when a new version is adopted.
    """

    methodology_key = models.SlugField(_("methodology"), max_length=40)
    section_key = models.SlugField(_("section"), max_length=60)
    text = models.TextField(_("decision"), max_length=LONGEST)
    indicator_keys = WordsField(_("indicators"), help_text=_("None: it is about the whole section."))
    cells = models.ManyToManyField(Cell, blank=True, related_name="+", verbose_name=_("cells"))
    version = models.PositiveIntegerField(_("version"), default=1)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    written_at = models.DateTimeField(_("when"), default=timezone.now)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    agreed_at = models.DateTimeField(_("agreed to"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        app_label = "mapping"
        verbose_name = _("entry of the decision log")
        verbose_name_plural = _("decision log")
        ordering = ["section_key", "written_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="decision_log_entry_says_something")]
        indexes = [models.Index(fields=["methodology_key", "section_key"], name="decision_log_of_section")]

    def __str__(self):
        return Truncator(self.text).chars(60)

    @property
    def is_proposed(self):
        """Say whether it waits for somebody to agree to it."""
        return self.agreed_at is None and self.withdrawn_at is None
