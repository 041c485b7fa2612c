"""What a person keeps for their own convenience: lists as they narrowed them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.countries.models import Exercise


class SavedView(models.Model):
    """A person's own name for a list narrowed and sorted in one way, in one exercise or in all of theirs."""

    class List(models.TextChoices):
        CELLS = "cells", _("cells")
        SOURCES = "sources", _("sources")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("whose")
    )
    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("exercise")
    )
    list = models.CharField(_("list"), max_length=8, choices=List)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filter"), max_length=1000)  # as in the address
    created_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)

    class Meta:
        app_label = "mapping"
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "list", "exercise", "name"], name="saved_view_unique"),
            models.UniqueConstraint(
                fields=["user", "list", "name"], condition=Q(exercise=None), name="saved_view_everywhere_unique"
            ),
        ]

    def __str__(self):
        return self.name
