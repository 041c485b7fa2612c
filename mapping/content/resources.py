"""What a row of a flat import and export means for reviewed rows of any kind."""

import datetime as dt
import re
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.encoding import force_str
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.resources import ModelResource
from import_export.results import Result, RowResult

from accounts.refusals import Refused
from mapping.content.errors import RowsRefused, StaleVersion
from mapping.content.exchange import CELL_LENGTH, guarded, unguarded
from mapping.content.spellings import found_as, listed, not_among, spellings_of
from mapping.countries.models import Agency
from mapping.countries.permissions import EDITORS, exercises_with_role
from mapping.fields import folded
from mapping.framework.selectors import terms
from mapping.inputs import is_language

LONGEST_NUMBER = 10  # digits
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")  # never month first


def plain(value):
    """Return a cell's value as text that compares: what a file, of whatever format, gives back of what was written."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unguarded(str(guarded(str(value))))
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()[:CELL_LENGTH]


def read_date(text):
    """Return the date that a text says, day before month; raises ValueError, a sentence for a person."""
    for known in DATE_FORMATS:
        try:
            return dt.datetime.strptime(text, known).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise ValueError(_("“%(text)s” is no date. Write 2023-10-19 or 19.10.2023.") % {"text": text})


def read_languages(text):
    """Return the codes of languages in a cell; raises ValueError, a sentence for a person."""
    codes = [code for code in re.split(r"[\s,;]+", text.lower()) if code]
    if strange := [code for code in codes if not is_language(code)]:
        raise ValueError(_("“%(code)s” is no language code of ISO 639.") % {"code": strange[0]})
    return codes


def told(refusal):
    """Return the sentences of a service's refusal, as a row of a file tells them."""
    if isinstance(refusal, StaleVersion):
        who = refusal.row.last_author or _("Somebody")
        return [
            _("%(who)s changed it since this file was exported. Export it again and make your change there.")
            % {"who": who}
        ]
    return [str(refusal), *refusal.problems]


class RowsResult(Result):
    """Names rows as the person sees them: the heading is row 1."""

    def append_invalid_row(self, number, row, validation_error):
        super().append_invalid_row(number + 1, row, validation_error)

    def row_errors(self):
        return [(row.number + 1, row.errors) for row in self.error_rows]


class ReviewedResource(ModelResource):
    """Rows that go through services, in one transaction: all, or none; those of an exercise by one act.

    A room declares its columns as fields named after the attribute, with `dehydrate_<name>` and `read_<name>` where
    text and value differ, and implements `find`, `begin`, `identity`, `save_instance` (which calls `keep`) and `write`.
    A blank cell changes nothing; a cell that says what an
    export would say changes nothing either, so an untouched round trip is no change.
    """

    # {column: readable heading}, in order; columns without which a file makes no sense; columns told but not taken.
    headings = {}
    needed = ()
    told_only = ()

    class Meta:
        clean_model_instances = True
        use_bulk = True  # no savepoint a row: nothing is written before all rows are read
        use_transactions = True
        report_skipped = False
        store_instance = True
        skip_diff = True  # it compares stored keys; `instance.changes` tells the words of the file

    def __init__(self, actor=None, **kwargs):
        super().__init__(**kwargs)
        self.actor = actor
        self.act = uuid.uuid4()
        self.reason = ""
        self.seen = {}
        self.pending = {}  # {exercise: {what a refusal is known by: (edit, [(row number, row)])}}
        self._words, self._spellings, self._agencies = {}, {}, {}  # read once each, as rows ask

    def find(self, row):
        """Return the existing instance that a row (column → text) is about, or None; raise Refused if there is no telling."""
        raise NotImplementedError

    def begin(self, row):
        """Return a new instance for a row, with what identifies it."""
        raise NotImplementedError

    def write(self, exercise, edits):
        """Save all edits of one exercise through a service; raises RowsRefused."""
        raise NotImplementedError

    def identity(self, row):
        """Return what two rows of one file must not share, or None where a row cannot clash."""
        raise NotImplementedError

    # --- What every reviewed row has ------------------------------------------

    @cached_property
    def exercises(self):
        exercises = exercises_with_role(self.actor, EDITORS).select_related("methodology", "country")
        return {folded(exercise.code): exercise for exercise in exercises}

    def exercise_of(self, row):
        """Return the exercise a row names, if the actor may change it; raise Refused otherwise."""
        exercise = self.exercises.get(folded(row.get("exercise", "")))
        if exercise is None:
            raise Refused(
                _("“%(code)s” is no exercise that you may change.") % {"code": row.get("exercise", "")}
                if row.get("exercise")
                else _("Say in the column “%(heading)s” which exercise it belongs to.")
                % {"heading": self.heading("exercise")}
            )
        return exercise

    def version_of(self, row):
        """Return the version that was exported, or None where the file does not say."""
        text = row.get("version", "")
        if text and not (text.isdecimal() and len(text) < LONGEST_NUMBER):
            raise Refused(_("“%(text)s” is no version. Leave it as it was exported.") % {"text": text[:60]})
        return int(text) if text else None

    # --- Words and names ------------------------------------------------------

    def labels_of(self, exercise, vocabulary):
        """Return {key: label} of one of the methodology's vocabularies, or of its sections ("section")."""
        methodology = exercise.methodology
        if methodology not in self._words:
            sections = dict(methodology.sections.order_by("order").values_list("key", "title"))
            self._words[methodology] = {**terms(methodology), "section": sections}
        return self._words[methodology].get(vocabulary, {})

    def key_of(self, text, labels, usual=None):
        """Return the key of a word given as its label, in any language of the site, as the key, or in a usual spelling.

        `usual` is {key: spellings}. Raises ValueError, which names the choices.
        """
        known = tuple(labels)
        if known not in self._spellings:
            self._spellings[known] = spellings_of(labels) | listed(usual or {}, [*labels, *(usual or {})])
        found = found_as(self._spellings[known], text)
        if found is None:
            raise ValueError(not_among(text, labels.values()))
        return found

    def agency_of(self, exercise, text):
        """Return the agency of the exercise's country that a text names; raise ValueError where it names none."""
        country = exercise.country
        if country not in self._agencies:
            agencies = Agency.objects.filter(country=country)
            self._agencies[country] = {
                folded(name): agency for agency in agencies for name in (*agency.aliases, agency.name, agency.acronym)
            }
        agency = self._agencies[country].get(folded(text))
        if agency is None:
            raise ValueError(
                _("“%(name)s” is no agency of %(country)s. Add it to the agencies first, or leave the cell empty.")
                % {"name": text, "country": country}
            )
        return agency

    def dehydrate_exercise(self, row):
        return row.exercise.code

    def dehydrate_status(self, row):
        return str(row.get_status_display())

    # --- Headings -------------------------------------------------------------

    def heading(self, name):
        """Return the readable heading of a column."""
        return force_str(self.headings[name])

    def get_export_headers(self, selected_fields=None):
        return [self.heading(field.column_name) for field in self.get_export_fields(selected_fields)]

    def get_diff_headers(self):
        return []  # what changes is told by `instance.changes`, in words

    def _column_of(self):
        """Return {folded heading, in every language of the site: column}."""
        known = {folded(name): name for name in self.headings}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                known |= {folded(self.heading(name)): name for name in self.headings}
        return known

    def strange(self, given):
        """Return the headings among those of a file that are none of this resource's."""
        known = self._column_of()
        names = [str(heading or "").strip() for heading in given]
        return [name for name in names if name and folded(name) not in known]

    def before_import(self, dataset, **kwargs):
        if kwargs.get("file_name"):
            self.reason = _("Imported from %(file)s") % {"file": kwargs["file_name"]}
        known = self._column_of()
        given = [str(heading or "").strip() for heading in dataset.headers or []]
        columns = [known.get(folded(heading), heading) for heading in given]
        problems = [
            _("There is no column “%(heading)s”. Delete it, or correct its heading.") % {"heading": heading}
            for heading in self.strange(given)
        ]
        problems += [
            _("The column “%(heading)s” is there twice.") % {"heading": self.heading(column)}
            for column in self.headings
            if columns.count(column) > 1
        ]
        problems += [
            _("The column “%(heading)s” is missing.") % {"heading": self.heading(column)}
            for column in self.needed
            if column not in columns
        ]
        if problems:
            dataset.wipe()
            raise ValueError(" ".join(problems))
        dataset.headers = columns

    # --- One row ----------------------------------------------------------------

    def get_result_class(self):
        return RowsResult

    def import_row(self, row, instance_loader, **kwargs):
        texts = {column: plain(unguarded(cell) if isinstance(cell, str) else cell) for column, cell in row.items()}
        if not any(texts.values()):
            blank = RowResult()
            blank.import_type = None
            return blank
        self.row_number = kwargs["row_number"] + 1
        return super().import_row(texts, instance_loader, **kwargs)

    def before_import_row(self, row, **kwargs):
        identity = self.identity(row)
        if identity is None:
            return
        if identity in self.seen:
            raise ValidationError(_("Row %(row)d is about the same one already.") % {"row": self.seen[identity]})
        self.seen[identity] = self.row_number

    def get_or_init_instance(self, instance_loader, row):
        try:
            found = self.find(row)
            instance = found or self.begin(row)
        except Refused as refusal:
            raise ValidationError(told(refusal)) from refusal
        instance.said, instance.imported, instance.changes = {}, {}, []
        return instance, found is None

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):  # noqa: FBT002 - the library's signature
        name, text = field.column_name, row.get(field.column_name, "")
        if not text or name in self.told_only:
            return
        if instance.pk and text == plain(self.export_field(field, instance)):
            return
        read = getattr(self, f"read_{name}", None)
        value = instance.said[name] = read(text, instance) if read else text
        if value != getattr(instance, name):
            old = plain(self.export_field(field, instance)) if instance.pk else ""
            instance.imported[name] = value
            setattr(instance, name, value)
            instance.changes.append((self.heading(name), old, plain(self.export_field(field, instance))))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return bool(instance.pk) and not instance.imported and not import_validation_errors

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):  # noqa: FBT002 - the library's signature
        """Check every content field, so that all errors of a row are told at once; the services check the rest."""
        errors = {**(import_validation_errors or {})}
        others = {field.name for field in instance._meta.fields} - {*instance.CONTENT_FIELDS}
        relations = {field.name for field in instance._meta.fields if field.is_relation}
        try:
            instance.clean_fields(exclude=others | relations | {*errors})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            columns = {field.attribute: field.column_name for field in self.fields.values()}
            raise ValidationError({self.heading(columns[name]): told for name, told in errors.items()})

    # --- Saving: once for the whole file ------------------------------------------

    def keep(self, exercise, key, edit, row, number):
        """Keep an edit until all rows are read; return it, or the one that an earlier row gave for the same key."""
        edit, rows = self.pending.setdefault(exercise, {}).setdefault(key, (edit, []))
        rows.append((number, row))
        return edit

    def after_import(self, dataset, result, **kwargs):
        for exercise in sorted(
            self.pending, key=lambda exercise: exercise.pk
        ):  # so that two files never wait for each other
            edits = self.pending[exercise]
            try:
                self.write(exercise, [edit for edit, _rows in edits.values()])
            except RowsRefused as refused:
                for key, refusal in refused.refusals.items():
                    for number, row in edits[key][1]:
                        result.append_invalid_row(number, row, ValidationError(told(refusal)))

    def export(self, queryset=None, **kwargs):
        dataset = super().export(queryset, **kwargs)
        dataset.title = force_str(self._meta.model._meta.verbose_name_plural)[:31]
        return dataset
