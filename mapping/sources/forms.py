"""The form of one source: its vocabularies are those of the exercise's methodology, its files come with it."""

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.refusals import Refused
from mapping.audit.forms import VersionedForm
from mapping.countries.models import Agency
from mapping.framework.models import Term
from mapping.inputs import LanguagesField, LinesField, LinkField
from mapping.sources.models import Attachment, Source
from mapping.sources.selectors import likely_duplicates
from mapping.sources.uploads import check_upload

NOT_STATED = gettext_lazy("not stated")


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once, each checked before anything is saved."""

    widget = FilesInput

    def clean(self, data, initial=None):
        files = [super(FilesField, self).clean(file) for file in (data if isinstance(data, (list, tuple)) else [data])]
        files = [file for file in files if file]
        problems = [refusal for file in files if (refusal := _why_not(file))]
        if problems:
            raise forms.ValidationError([*problems, _("Choose the files again, without these.")])
        return files

    def has_changed(self, initial, data):
        return bool(data)


class ArchivedCopyField(forms.FileField):
    """One file, checked as the others are."""

    widget = forms.FileInput

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if file and (problem := _why_not(file)):
            raise forms.ValidationError([problem, _("Choose another file.")])
        return file


def _why_not(file):
    try:
        check_upload(file)
    except Refused as refusal:
        return str(refusal)
    return ""


class AttachmentsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, attachment):
        kind = f" ({_('archived copy of the link')})" if attachment.is_archived_copy else ""
        return f"{attachment.name}{kind}"


class SourceForm(VersionedForm):
    """`exercise` is set by the admin on a subclass for the request: a source never changes its exercise."""

    exercise = None

    authors = LinesField(label=gettext_lazy("Authors"), help_text=gettext_lazy("One a line."))
    breakdowns = LinesField(
        label=gettext_lazy("Breakdowns available"),
        rows=5,
        help_text=gettext_lazy("One a line, in the words of the source."),
    )
    languages = LanguagesField()
    link = LinkField(
        label=gettext_lazy("Link"),
        help_text=gettext_lazy("The page a reader can open. Leave it empty if the data came on request."),
    )
    archived_link = LinkField(
        label=gettext_lazy("Link to an archived copy"),
        help_text=gettext_lazy("Such as a page of web.archive.org: links die, copies stay."),
    )
    data_source_type = forms.ChoiceField(label=gettext_lazy("Data source"), required=False)
    frequency = forms.ChoiceField(label=gettext_lazy("Frequency"), required=False)
    sections = forms.MultipleChoiceField(
        label=gettext_lazy("Sections"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("To which sections of the methodology it has something to say."),
    )
    remove_files = AttachmentsField(
        label=gettext_lazy("Remove files"), required=False, queryset=Attachment.objects.none()
    )
    add_files = FilesField(
        label=gettext_lazy("Add files"), required=False, help_text=gettext_lazy("The source itself, an answer, a scan.")
    )
    archived_copy = ArchivedCopyField(
        label=gettext_lazy("Add a saved copy of the linked page"), required=False, help_text=gettext_lazy("As PDF.")
    )
    save_anyway = forms.BooleanField(
        label=gettext_lazy("It is another source: save it anyway"), required=False, widget=forms.CheckboxInput
    )

    class Meta:
        model = Source
        fields = Source.CONTENT_FIELDS
        help_texts = {
            "title": gettext_lazy("As on its cover, in its language."),
            "institution": gettext_lazy("Who publishes it, as written there."),
            "definition_used": gettext_lazy("Whom it counts as a migrant, in its own words."),
            "access_detail": gettext_lazy("Whom to ask, what it takes, what it costs."),
            "accessed_on": gettext_lazy("When you saw it last."),
            "note": gettext_lazy("What else a reader should know before using it."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.duplicates = []
        if self.instance.pk is None:
            self.instance.exercise = self.exercise
        self._offer_vocabularies()
        self._offer_agencies()
        self.fields["languages"].help_text = LanguagesField.help(self.exercise.languages)
        self._offer_files()

    def _offer_vocabularies(self):
        methodology = self.exercise.methodology
        terms = list(methodology.terms.filter(kind__in=[Term.Kind.DATA_SOURCE_TYPE, Term.Kind.FREQUENCY, "access"]))
        for name in ("data_source_type", "frequency"):
            known = [(term.key, term.label) for term in terms if term.kind == name]
            self.fields[name].choices = [("", NOT_STATED), *known]
        for name in ("data_source_type", "frequency", "access"):
            self.fields[name].help_text = _guidance([term for term in terms if term.kind == name])
        self.fields["sections"].choices = list(methodology.sections.values_list("key", "title"))

    def _offer_agencies(self):
        field = self.fields["agency"]
        field.queryset = Agency.objects.filter(country=self.exercise.country_id).order_by("acronym")
        field.label_from_instance = lambda agency: f"{agency.acronym} – {agency.name}"
        field.empty_label = _("none of this country’s agencies")
        field.help_text = _("Which agency holds the data: requests go there. Not in the list? Add the agency first.")

    def _offer_files(self):
        files = self.instance.attachments.all() if self.instance.pk else Attachment.objects.none()
        self.fields["remove_files"].queryset = files
        if not self.instance.pk or not files:
            self.fields["remove_files"].widget = forms.MultipleHiddenInput()

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned.get("save_anyway"):
            self._look_for_duplicates(cleaned)
        return cleaned

    def _look_for_duplicates(self, cleaned):
        told_by = ("link", "title", "institution")
        if self.instance.pk and not {*told_by} & {*self.changed_data}:
            return
        self.duplicates = likely_duplicates(
            self.exercise, except_pk=self.instance.pk, **{name: cleaned.get(name, "") for name in told_by}
        )
        if self.duplicates:
            self.add_error(None, _("This source seems to be entered already. Compare, then decide below."))


def _guidance(terms):
    """Return what the words of a vocabulary mean, folded away under its field."""
    told = [(term.label, term.guidance) for term in terms if term.guidance]
    if not told:
        return ""
    return format_html(
        '<details class="guidance"><summary>{}</summary><dl>{}</dl></details>',
        _("What the words mean"),
        format_html_join("", "<dt>{}</dt><dd>{}</dd>", told),
    )
