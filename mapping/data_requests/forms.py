"""What people type about a request, and what an agency answers."""

from collections import Counter

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mapping.availability.models import Value
from mapping.data_requests.answers import Said
from mapping.data_requests.models import DataRequest
from mapping.data_requests.selectors import sections_of
from mapping.sources.models import Access

COMMENT_MAX, NOTE_MAX, LETTER_MAX = 4_000, 10_000, 20_000
_DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _label(name):
    return DataRequest._meta.get_field(name).verbose_name.capitalize()


class OfferForm(forms.Form):
    """Which agency to ask, in which language, about which section: what the page of a new request begins with."""

    agency = forms.ModelChoiceField(None, label=_("Agency"), empty_label=_("Choose an agency"))
    section = forms.ModelChoiceField(
        None, label=_("Section"), empty_label=_("All sections"), required=False, to_field_name="key"
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=[("", _("as the focal point reads")), *settings.LANGUAGES]
    )

    def __init__(self, *args, agencies, sections, **kwargs):
        super().__init__(*args, auto_id="offer_%s", **kwargs)  # beside RequestForm, which has a language too
        self.fields["agency"].queryset = agencies
        self.fields["section"].queryset = sections
        self.fields["language"].required = False


class RequestForm(forms.Form):
    """The letter, and the cells it asks about: a whole row of years, or single ones."""

    subject = forms.CharField(label=_label("subject"), max_length=200)
    letter = forms.CharField(
        label=_label("letter"),
        max_length=LETTER_MAX,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("What is asked and why. Greeting, list of data, link and your name are added by themselves."),
    )
    language = forms.ChoiceField(label=_label("language"), choices=settings.LANGUAGES)
    due_on = forms.DateField(label=_label("due_on"), widget=_DAY)
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    cells = forms.TypedMultipleChoiceField(coerce=int, required=False)
    rows = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args, offered, **kwargs):
        """`offered` are the cells that may be asked about."""
        super().__init__(*args, **kwargs)
        self.offered = offered
        self.fields["cells"].choices = [(cell.pk, str(cell)) for cell in offered]
        self.fields["rows"].choices = [(cell.indicator_id, str(cell.indicator)) for cell in offered]

    @property
    def sections(self):
        """The offered cells as [(section, rows, open)], to be ticked; open where something is, or nothing else is."""
        ticked, rows = self.ticked, self.ticked_rows
        groups = sections_of(self.offered)
        return [
            (section, members, len(groups) == 1 or any(_touched(row, ticked, rows) for row in members))
            for section, members in groups
        ]

    @property
    def ticked(self):
        """The ids of the cells that are ticked."""
        return _numbers(self["cells"].value())

    @property
    def ticked_rows(self):
        """The ids of the indicators that are ticked whole."""
        return _numbers(self["rows"].value())

    def clean(self):
        cleaned = super().clean()
        whole = set(cleaned.pop("rows", ()))
        by_row = {cell.pk for cell in self.offered if cell.indicator_id in whole}
        cleaned["cells"] = sorted(by_row | set(cleaned.get("cells", ())))
        if not cleaned["cells"] and not self.errors:
            self.add_error(None, _("Choose at least one indicator and year to ask about."))
        return cleaned


def _touched(row, ticked, rows):
    return row.indicator.pk in rows or any(cell.pk in ticked for cell in row.cells)


def _numbers(words):
    return {int(word) for word in words or () if str(word).isdecimal()}


class ExtendForm(forms.Form):
    due_on = forms.DateField(label=_("New deadline"), widget=_DAY)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=500, required=False)


class ReissueForm(forms.Form):
    name = forms.CharField(label=_("Focal point"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254)

    def clean_name(self):
        return " ".join(self.cleaned_data["name"].split())


# --- Answers -----------------------------------------------------------------

NOT_KNOWN = "not_known"  # what a form calls the empty value of an ItemAnswer: there, empty is “not answered”
REPLIES = [
    (Value.AVAILABLE, _("These data exist")),
    (Value.PARTIALLY_AVAILABLE, _("They exist in part")),
    (Value.NOT_AVAILABLE, _("They do not exist")),
    (NOT_KNOWN, _("Not ours, or we do not know")),
]
EXISTING = {Value.AVAILABLE, Value.PARTIALLY_AVAILABLE}


class QuestionForm(forms.Form):
    """The answer to one question: for all its years at once, and for single years that differ."""

    value = forms.ChoiceField(label=_("Answer"), choices=REPLIES, widget=forms.RadioSelect, required=False)
    access = forms.ChoiceField(
        label=_("If they exist: who can get them?"),
        choices=[
            ("", _("Please choose")),
            (Access.PUBLIC, _("Everybody: they are published")),
            (Access.ON_REQUEST, _("Whoever asks us for them")),
            (Access.NOT_SHARED, _("They are not shared")),
            (Access.UNKNOWN, _("We do not know")),
        ],
        required=False,
    )
    comment = forms.CharField(
        label=_("Where they are, what is missing, who else may know"),
        max_length=COMMENT_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def __init__(self, *args, question, said, **kwargs):
        """`said` is {item id: the ItemAnswer so far}."""
        self.question = question
        super().__init__(*args, prefix=f"q{question.indicator.pk}", initial=self._initial(said), **kwargs)
        if len(question.items) > 1:
            for item in question.items:
                self.fields[self._of_year(item)] = forms.ChoiceField(
                    label=str(item.cell.year), choices=[("", _("as above")), *REPLIES], required=False
                )

    @staticmethod
    def _of_year(item):
        return f"year_{item.pk}"

    def _initial(self, said):
        """Return what was answered so far: the commonest value for all years, the others by year."""
        answers = {item: said[item.pk] for item in self.question.items if item.pk in said}
        if not answers:
            return {}
        values = {item: answer.value or NOT_KNOWN for item, answer in answers.items()}
        complete = len(values) == len(self.question.items)
        common = Counter(values.values()).most_common(1)[0][0] if complete else ""
        best = next((answer for answer in answers.values() if answer.value in EXISTING), next(iter(answers.values())))
        by_year = {self._of_year(item): value for item, value in values.items() if value != common}
        access = best.access if best.value in EXISTING else ""
        return {"value": common, "access": access, "comment": best.comment, **by_year}

    @property
    def years(self):
        """The fields of single years."""
        return [self[self._of_year(item)] for item in self.question.items if self._of_year(item) in self.fields]

    @property
    def years_differ(self):
        """Whether a single year is answered by itself, or wrongly."""
        return any(field.value() or field.errors for field in self.years)

    def clean(self):
        cleaned = super().clean()
        if self.errors or self.said():
            return cleaned
        if cleaned.get("comment") or cleaned.get("access"):
            self.add_error("value", _("Choose one of the answers too: then we know what the rest is about."))
        return cleaned

    def said(self):
        """Return what is said of each item that is answered."""
        cleaned, found = self.cleaned_data, []
        for item in self.question.items:
            value = cleaned.get(self._of_year(item)) or cleaned.get("value")
            if value:
                access = cleaned.get("access") if value in EXISTING else ""
                stored = "" if value == NOT_KNOWN else value
                found.append(Said(item.pk, stored, access or str(Access.UNKNOWN), cleaned.get("comment", "")))
        return found


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Anything else"), max_length=NOTE_MAX, widget=forms.Textarea(attrs={"rows": 4}), required=False
    )


class AnswerForms:
    """All questions of a request with the note: one page, one save."""

    def __init__(self, data, *, questions, said, note=""):
        self.questions = [QuestionForm(data, question=question, said=said) for question in questions]
        self.note = NoteForm(data, initial={"note": note})

    def is_valid(self):
        """Check every part, so that all that is wrong is told at once."""
        return all([form.is_valid() for form in (*self.questions, self.note)])  # noqa: C419 - every one, not up to the first

    @property
    def wrong(self):
        """The questions with something to mend, each with its number."""
        return [(number, form) for number, form in enumerate(self.questions, 1) if form.errors]

    def said(self):
        """Return what is said of all items."""
        return [one for form in self.questions for one in form.said()]
