"""A source: one row of the sources-by-year table, with the report's eleven columns."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapping.audit.services import values
from mapping.content.models import ReviewedRow, ReviewStatus
from mapping.countries.models import Agency, Exercise
from mapping.fields import SearchTextField, WordsField, YearsField, attachment_path, folded
from mapping.sources.citations import fold_link


class Access(models.TextChoices):
    """Who can get the data. Data given on request exist: access is no partial reason."""

    PUBLIC = "public", _("public")
    ON_REQUEST = "on_request", _("on request")
    NOT_SHARED = "not_shared", _("not shared")
    UNKNOWN = "unknown", _("unknown")


class Source(ReviewedRow):
    exercise = models.ForeignKey(Exercise, on_delete=models.PROTECT, related_name="sources", verbose_name=_("exercise"))
    # The citation key is made once from its parts and never renumbered: others cite it.
    citation_author = models.CharField(
        _("cited as"),
        max_length=120,
        help_text=_("Who is cited, as short as in the text: NSC KR, Bossavie & Garrote-Sánchez."),
    )
    citation_year = models.CharField(
        _("year"), max_length=10, blank=True, help_text=_("The year of publication, or n.d. where there is none.")
    )
    citation_suffix = models.CharField(max_length=3, blank=True, editable=False)
    citation_key = models.CharField(_("citation key"), max_length=140, editable=False)
    short_name = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("A short name to recognise it by.")
    )
    authors = models.JSONField(_("authors"), default=list, blank=True)
    institution = models.CharField(_("institution"), max_length=300, blank=True)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="sources", verbose_name=_("agency")
    )
    title = models.CharField(_("title or name of survey"), max_length=500, blank=True)
    link = models.URLField(_("link"), max_length=2000, blank=True)
    data_source_type = models.SlugField(_("data source"), max_length=60, blank=True)
    frequency = models.SlugField(_("frequency"), max_length=60, blank=True)
    access = models.CharField(_("publicly available"), max_length=12, choices=Access, default=Access.UNKNOWN)
    access_detail = models.CharField(_("how to get it"), max_length=500, blank=True)
    breakdowns = models.JSONField(_("breakdowns available"), default=list, blank=True)
    definition_used = models.TextField(_("definition used"), blank=True)
    languages = WordsField(_("languages"))
    years_covered = models.CharField(
        _("years covered"),
        max_length=300,
        blank=True,
        help_text=_("As the source says it, such as 2018–2022, or 2022 quoted."),
    )
    covered_years = YearsField(_("years covered, one by one"), editable=False)
    sections = WordsField(_("sections"))
    accessed_on = models.DateField(_("accessed on"), null=True, blank=True)
    archived_link = models.URLField(_("archived copy"), max_length=2000, blank=True)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    search_text = SearchTextField(of=["citation_key", "short_name", "authors", "institution", "title", "link", "note"])
    # What a duplicate is recognised by.
    link_folded = models.CharField(max_length=2000, blank=True, editable=False)
    title_folded = models.CharField(max_length=500, blank=True, editable=False)

    CONTENT_FIELDS = (
        "citation_author", "citation_year", "short_name", "authors", "institution", "agency", "title", "link",
        "data_source_type", "frequency", "access", "access_detail", "breakdowns", "definition_used", "languages",
        "years_covered", "sections", "accessed_on", "archived_link", "note",
    )  # fmt: skip
    # Fields that hold keys of the methodology's words, for whoever tells them to a person.
    VOCABULARIES = {"data_source_type": "data_source_type", "frequency": "frequency", "sections": "section"}

    class Meta(ReviewedRow.Meta):
        abstract = False
        app_label = "mapping"
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["citation_key"]
        constraints = [
            *ReviewedRow.Meta.constraints,
            models.UniqueConstraint(fields=["exercise", "citation_key"], name="source_citation_key_unique"),
        ]
        indexes = [
            models.Index(fields=["exercise", "status"], name="source_by_status"),
            models.Index(fields=["citation_key"], name="source_by_key"),
            # The queue of the review, over all exercises and in the order of its list.
            models.Index(
                fields=["citation_key"], condition=models.Q(status=ReviewStatus.SUBMITTED), name="source_under_review"
            ),
        ]

    def __str__(self):
        return self.citation_key

    def mark_for_duplicates(self):
        """Fill what a duplicate is recognised by."""
        self.link_folded = fold_link(self.link) if self.link else ""
        self.title_folded = folded(self.title)[:500]

    def content(self):
        files = [values(attachment, Attachment.TOLD_FIELDS) for attachment in self.attachments.all()]
        return {"citation_key": self.citation_key, **values(self, self.CONTENT_FIELDS), "attachments": files}


class Attachment(models.Model):
    """A file kept with a source, sent only as a download to those who may see the source."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("source"))
    file = models.FileField(_("file"), upload_to=attachment_path)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    sha256 = models.CharField(max_length=64)
    is_archived_copy = models.BooleanField(_("archived copy of the link"), default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    # What the history and an approved copy tell of a file.
    TOLD_FIELDS = ("name", "size", "sha256", "is_archived_copy")

    class Meta:
        app_label = "mapping"
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["uploaded_at", "pk"]

    def __str__(self):
        return self.name
