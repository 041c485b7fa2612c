"""Sources as rows of a flat file: one row a source, its citation key tells which."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.refusals import Refused
from mapping.content.resources import ReviewedResource, read_date, read_languages
from mapping.fields import folded
from mapping.sources.citations import split_citation_key
from mapping.sources.models import Access, Source
from mapping.sources.selectors import alike
from mapping.sources.services import SourceEdit, save_sources
from mapping.sources.spellings import ACCESS

HEADINGS = {
    "exercise": gettext_lazy("Exercise"),
    "citation_key": gettext_lazy("Citation key"),
    "version": gettext_lazy("Version"),
    "status": gettext_lazy("Review"),
    "citation_author": gettext_lazy("Cited as"),
    "citation_year": gettext_lazy("Year"),
    "short_name": gettext_lazy("Source"),
    "authors": gettext_lazy("Authors"),
    "institution": gettext_lazy("Institution"),
    "agency": gettext_lazy("Agency"),
    "title": gettext_lazy("Title or name of survey"),
    "link": gettext_lazy("Link"),
    "data_source_type": gettext_lazy("Data source"),
    "frequency": gettext_lazy("Frequency"),
    "access": gettext_lazy("Publicly available"),
    "access_detail": gettext_lazy("How to get it"),
    "breakdowns": gettext_lazy("Breakdowns available"),
    "definition_used": gettext_lazy("Definition used"),
    "languages": gettext_lazy("Languages"),
    "years_covered": gettext_lazy("Years covered"),
    "sections": gettext_lazy("Sections"),
    "accessed_on": gettext_lazy("Accessed on"),
    "archived_link": gettext_lazy("Archived copy"),
    "note": gettext_lazy("Note"),
}


def _parts(text):
    """Return the items of a list in a cell: one a line, or separated by semicolons."""
    items = text.splitlines() if "\n" in text else text.split(";")
    return [item.strip() for item in items if item.strip()]


class SourceResource(ReviewedResource):
    headings = HEADINGS
    needed = ("exercise", "citation_key")
    told_only = ("exercise", "citation_key", "version", "status")

    class Meta(ReviewedResource.Meta):
        model = Source
        name = gettext_lazy("Sources")
        fields = tuple(HEADINGS)
        import_id_fields = ("exercise", "citation_key")
        export_order = import_order = tuple(HEADINGS)

    def __init__(self, actor=None, **kwargs):
        super().__init__(actor, **kwargs)
        self._known = {}  # {exercise: its sources by folded key}, filled as rows ask
        self._new = {}  # {exercise: the new sources of this file}
        self._edited = {}  # {exercise: the source of each edit, in their order}

    # --- Which source a row is about --------------------------------------------

    def identity(self, row):
        key = folded(row.get("citation_key", ""))
        return (folded(row.get("exercise", "")), key) if key else None

    def find(self, row):
        exercise, key = self.exercise_of(row), folded(row["citation_key"])
        source = self._sources_of(exercise).get(key) if key else None
        if source:
            source.seen_version = self.version_of(row) or source.version
        return source

    def _sources_of(self, exercise):
        if exercise not in self._known:
            sources = Source.objects.filter(exercise=exercise).select_related("agency")
            self._known[exercise] = {folded(source.citation_key): source for source in sources}
            for source in self._known[exercise].values():
                source.exercise = exercise  # with its methodology, read once
        return self._known[exercise]

    def begin(self, row):
        source = Source(exercise=self.exercise_of(row), citation_key=row["citation_key"])
        if not row["citation_key"]:
            self._refuse_likely_duplicate(source.exercise, row)
        return source

    def _refuse_likely_duplicate(self, exercise, row):
        told_by = {name: row.get(name, "") for name in ("link", "title", "institution")}
        if found := alike(self._sources_of(exercise).values(), **told_by):
            raise Refused(
                _(
                    "It seems to be entered already, as %(keys)s. "
                    "Give that citation key to change it, or a key of its own to enter another."
                )
                % {"keys": ", ".join(f"“{source}”" for source in found)}
            )
        if found := alike(self._new.get(exercise, []), **told_by):
            raise Refused(
                _("It seems to be the same as row %(row)d. Delete one of them, or give each a citation key of its own.")
                % {"row": found[0].row_number}
            )

    def import_instance(self, instance, row, **kwargs):
        """Fill in who is cited from a printed key, then the columns."""
        if instance.pk is None and instance.citation_key:
            row = {**row, **printed(instance.citation_key)}
        super().import_instance(instance, row, **kwargs)

    # --- Saving -------------------------------------------------------------------

    def save_instance(self, instance, is_create, row, **kwargs):
        exercise, values = instance.exercise, instance.imported
        edit = SourceEdit(values, printed_key=instance.citation_key)
        if not is_create:
            edit = SourceEdit(values, instance.pk, instance.seen_version)
        edited = self._edited.setdefault(exercise, [])
        self.keep(exercise, len(edited), edit, row, kwargs["row_number"])
        edited.append(instance)
        instance.mark_for_duplicates()
        if is_create:
            instance.row_number = self.row_number
            self._new.setdefault(exercise, []).append(instance)

    def write(self, exercise, edits):
        """Save them, and name each by the key that it got."""
        saved = save_sources(actor=self.actor, exercise=exercise, edits=edits, reason=self.reason, act=self.act)
        for instance, source in zip(self._edited[exercise], saved, strict=True):
            instance.citation_key = source.citation_key if source else instance.citation_key

    def after_import(self, dataset, result, **kwargs):
        super().after_import(dataset, result, **kwargs)
        for row in result.rows:
            if row.instance:
                row.object_repr = str(row.instance)

    # --- From values to text ------------------------------------------------------

    def dehydrate_authors(self, source):
        return "\n".join(source.authors)

    def dehydrate_breakdowns(self, source):
        return "\n".join(source.breakdowns)

    def dehydrate_agency(self, source):
        return source.agency.acronym if source.agency else ""

    def dehydrate_data_source_type(self, source):
        return self.labels_of(source.exercise, "data_source_type").get(source.data_source_type, source.data_source_type)

    def dehydrate_frequency(self, source):
        return self.labels_of(source.exercise, "frequency").get(source.frequency, source.frequency)

    def dehydrate_access(self, source):
        return str(source.get_access_display())

    def dehydrate_languages(self, source):
        return ", ".join(source.languages)

    def dehydrate_sections(self, source):
        titles = self.labels_of(source.exercise, "section")
        return "\n".join(titles.get(key, key) for key in source.sections)

    def dehydrate_accessed_on(self, source):
        return source.accessed_on or ""

    # --- From text to values ------------------------------------------------------

    def read_authors(self, text, source):
        return _parts(text)

    def read_breakdowns(self, text, source):
        return _parts(text)

    def read_agency(self, text, source):
        return self.agency_of(source.exercise, text)

    def read_link(self, text, source):
        return "".join(text.split())

    def read_archived_link(self, text, source):
        return "".join(text.split())

    def read_data_source_type(self, text, source):
        return self.key_of(text, self.labels_of(source.exercise, "data_source_type"))

    def read_frequency(self, text, source):
        return self.key_of(text, self.labels_of(source.exercise, "frequency"))

    def read_access(self, text, source):
        return self.key_of(text, dict(Access.choices), ACCESS)

    def read_languages(self, text, source):
        return read_languages(text)

    def read_sections(self, text, source):
        return [self.key_of(part, self.labels_of(source.exercise, "section")) for part in _parts(text)]

    def read_accessed_on(self, text, source):
        return read_date(text)


def printed(key):
    """Return the columns that a printed citation key fills in."""
    author, year, _suffix = split_citation_key(key)
    return {"citation_author": author, "citation_year": year}
