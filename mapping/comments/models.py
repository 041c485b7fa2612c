"""What people say to each other about a cell, a source or a section."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from mapping.availability.models import Cell
from mapping.countries.models import Exercise
from mapping.sources.models import Source

LONGEST = 10_000  # characters


class About(models.TextChoices):
    """What a comment may be about."""

    CELL = "cell", _("cell")
    SOURCE = "source", _("source")
    SECTION = "section", _("section")


class Comment(models.Model):
    """One thing somebody said. It opens a thread or, with a `parent`, replies in one; it is never edited."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="+", verbose_name=_("exercise"))
    cell = models.ForeignKey(
        Cell, on_delete=models.CASCADE, null=True, blank=True, related_name="comments", verbose_name=_("cell")
    )
    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, null=True, blank=True, related_name="comments", verbose_name=_("source")
    )
    # By key, so that an exercise can adopt a new version of its methodology without losing what was said.
    section_key = models.SlugField(_("section"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies", verbose_name=_("reply to")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    text = models.TextField(_("comment"), max_length=LONGEST)
    mentioned = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("mentioned")
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    blocks = models.BooleanField(_("must be settled before submission"), default=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )

    class Meta:
        app_label = "mapping"
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cell__isnull=False, source=None, section_key="")
                | Q(cell=None, source__isnull=False, section_key="")
                | (Q(cell=None, source=None) & ~Q(section_key="")),
                name="comment_about_one_row",
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(blocks=False, resolved_at=None), name="reply_neither_blocks_nor_resolves"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
                name="comment_resolved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
        ]
        indexes = [
            models.Index(fields=["cell"], condition=Q(parent=None, resolved_at=None), name="comment_open_of_cell"),
            models.Index(
                fields=["exercise"],
                condition=Q(parent=None, resolved_at=None, blocks=True),
                name="comment_blocking",
            ),
            models.Index(fields=["exercise", "-created_at"], name="comment_of_exercise"),
        ]

    def __str__(self):
        return Truncator(self.text).chars(60)

    @property
    def about(self):
        """Return which kind of row it is about."""
        if self.cell_id:
            return About.CELL
        return About.SOURCE if self.source_id else About.SECTION

    @property
    def row(self):
        """Return the row it is about."""
        return self.cell or self.source or self.section

    @cached_property
    def section(self):
        """Return the section it is about, in the exercise's present methodology; None where it has none of that key."""
        return self.exercise.methodology.sections.filter(key=self.section_key).first() if self.section_key else None

    @property
    def is_open(self):
        return self.resolved_at is None
