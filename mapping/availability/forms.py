"""The form of a cell and of its claims: what was typed, told apart from what was only on the page."""

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from mapping.audit.forms import VersionedForm
from mapping.availability.models import Cell, Claim
from mapping.availability.services import ClaimEdit
from mapping.countries.models import Agency
from mapping.framework.models import Term
from mapping.framework.selectors import vocabulary
from mapping.sources.models import Source


class SeenField(forms.IntegerField):
    """What the page carries along to say what was seen: nothing that a person types, so never a change."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs):
        super().__init__(required=False, min_value=1, **kwargs)

    def has_changed(self, initial, data):
        return False


class TypedForm(forms.ModelForm):
    """A form whose changes are measured against what was on the page, not against what is in the database by now.

    So a field that was left alone never takes back what somebody else saved meanwhile. The service judges the row:
    building it here as well would ask the database once a row.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.content_names:
            self.fields[name].show_hidden_initial = True

    @property
    def content_names(self):
        return [name for name in self._meta.model.CONTENT_FIELDS if name in self.fields]

    @property
    def typed(self):
        """Return {field: value} of what was changed on the page."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.content_names}

    def shown(self, name, value):
        """Return a value as its field's word, such as “Partially available”."""
        choices = getattr(self.fields[name], "choices", ())
        words = {str(key): label for key, label in choices}
        value = ", ".join(map(str, value)) if isinstance(value, list) else value
        return words.get(str(value), value) if value not in (None, "") else ""

    def beside(self, row):
        """Return [(label, theirs, yours)] of the changed fields in which `row`, as saved by somebody, differs."""
        return [
            (self.fields[name].label, self.shown(name, theirs), self.shown(name, yours))
            for name, yours in self.typed.items()
            if (theirs := getattr(row, row._meta.get_field(name).attname)) != yours
        ]

    def _post_clean(self):
        return None


def name_nothing(field, word):
    """Say in a word what it means to choose nothing."""
    field.choices = [("", word), *(choice for choice in field.choices if choice[0])]


class CellForm(TypedForm, VersionedForm):
    why = forms.CharField(
        label=_("Why this change"), max_length=500, required=False, help_text=_("Kept in the history; may stay empty.")
    )

    class Meta:
        model = Cell
        fields = ["value", "partial_reason", "partial_note", "resolution", "note"]
        widgets = {
            "partial_note": forms.TextInput(attrs={"class": "vTextField"}),
            "resolution": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "note": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        }
        help_texts = {
            "value": _(
                "Whether the data exist for this indicator and year, whoever holds them and whoever may see them."
            ),
            "partial_note": _("What the reason means here: which part exists, for whom."),
            "note": _("What a reviewer or the next consultant should know."),
            "partial_reason": _("Where it is partially available. It is needed before the cell is submitted."),
            "resolution": _("Where claims contradict: which one holds, and why."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "value" in self.fields:  # absent for who only reads
            name_nothing(self.fields["value"], _("Not assessed"))
            name_nothing(self.fields["partial_reason"], _("no reason yet"))


CHOICE_HELP = {
    "source": _("Its citation key. Not in the list? Add the source first."),
    "collector": _("The agency that counts or asks, if it is told."),
    "publisher": _("The agency that gives the data out; often the same one."),
    "subgroup": _("Where the section tells subgroups apart, and the claim is about one of them."),
}


class ClaimForm(TypedForm):
    """`choices` are those of the formset, read once for all its forms."""

    source = forms.TypedChoiceField(label=_("Source"), required=False, coerce=int, empty_value=None)
    collector = forms.TypedChoiceField(label=_("Collected by"), required=False, coerce=int, empty_value=None)
    publisher = forms.TypedChoiceField(label=_("Published by"), required=False, coerce=int, empty_value=None)
    subgroup = forms.ChoiceField(label=_("Subgroup"), required=False)
    seen_version = SeenField()

    class Meta:
        model = Claim
        fields = Claim.CONTENT_FIELDS
        widgets = {
            "stated_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "coverage_note": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }
        help_texts = {
            "statement_kind": _("Where the claim rests on no source: a source or a statement, not both."),
            "statement": _("The person's office, the meeting or the search, so that somebody else can find it again."),
            "stated_on": _("The day of the answer, the meeting or the search."),
            "value": _("What this basis alone says; the judgement over all claims is the cell's."),
            "access": _("How one gets these data from where they are, not from the citing text."),
            "scope": _("Whom the data come from. Claims about different ones do not contradict each other."),
            "nature": _("Numbers, or descriptions."),
            "languages": _("In which these data are published."),
            "period": _("Where it is not the whole year: a day, a month, a season."),
            "confidence": _("Whether the basis says so itself, or you read it between the lines."),
            "locator": _("The page, table or section, so that it can be looked up."),
            "coverage_note": _("What is left out: regions, groups, months."),
        }

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        for name, options in choices.items():
            self.fields[name].choices = options
            self.fields[name].help_text = CHOICE_HELP[name]
        name_nothing(self.fields["statement_kind"], _("none"))
        name_nothing(self.fields["value"], _("choose"))
        if not choices["subgroup"]:
            del self.fields["subgroup"]
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version

    def clean(self):
        cleaned = super().clean()
        bases = ("source", "statement_kind")
        if not self.errors.keys() & {*bases} and bool(cleaned.get(bases[0])) == bool(cleaned.get(bases[1])):
            self.add_error("source", _("A claim rests on a source or on a statement: choose one."))
        return cleaned


def claim_choices(exercise, section):
    """Return {field: choices}: the exercise's sources, its country's agencies, the section's subgroups."""
    sources = Source.objects.filter(exercise=exercise).order_by("citation_key")
    agencies = Agency.objects.filter(country=exercise.country_id).order_by("acronym")
    named = [(agency.pk, str(agency)) for agency in agencies.only("acronym", "name")]
    words = dict(vocabulary(exercise.methodology_id, Term.Kind.SUBGROUP)) if section.subgroups else {}
    return {
        "source": [("", _("none")), *((pk, key) for pk, key in sources.values_list("pk", "citation_key"))],
        "collector": [("", _("not told")), *named],
        "publisher": [("", _("not told")), *named],
        "subgroup": [("", _("all of them")), *((key, words.get(key, key)) for key in section.subgroups)]
        if section.subgroups
        else [],
    }


class ClaimFormSet(forms.BaseInlineFormSet):
    """The claims of one cell; asks the database as often for a hundred as for one."""

    @cached_property
    def choices(self):
        return claim_choices(self.instance.exercise, self.instance.indicator.section)

    def get_queryset(self):
        """Return the claims that the admin pairs with the forms: of a posted page those posted, though one be gone."""
        if self.is_bound and "forms" in self.__dict__:
            return [form.instance for form in self.initial_forms]
        return super().get_queryset()

    def get_form_kwargs(self, index):
        return {**super().get_form_kwargs(index), "choices": self.choices}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["id"] = SeenField(initial=form.instance.pk)

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.fields["id"].required = False  # one that was deleted meanwhile can be entered anew
        return form

    def edits(self):
        """Return what was changed on the page as ClaimEdits."""
        found = []
        for form in self.forms:
            claim_id, version = form.cleaned_data.get("id"), form.cleaned_data.get("seen_version")
            if self._should_delete_form(form):
                found += [ClaimEdit(None, claim_id, version)] if claim_id else []
            elif form.has_changed():
                values = {name: form.cleaned_data[name] for name in form.content_names}
                found.append(ClaimEdit(form.typed if claim_id else values, claim_id, version))
        return found

    def conflicts(self):
        """After a refusal, return [(claim as saved, or "", [(label, theirs, yours)])] where somebody else was faster.

        The forms are bound to what is saved now, so the next save puts yours in place of theirs; a claim that was
        deleted meanwhile is entered anew.
        """
        saved = {claim.pk: claim for claim in self.instance.claims.select_related("source")}
        seen_ids, found = set(), []
        for form in self.initial_forms:
            claim_id, version = form.cleaned_data.get("id"), form.cleaned_data.get("seen_version")
            seen_ids.add(claim_id)
            claim = saved.get(claim_id)
            if claim is None and form.has_changed():
                self.data[form.add_prefix("id")] = ""
                found.append((_("A claim that somebody deleted; saving again enters yours anew."), []))
            elif claim is not None and claim.version != version:
                self.data[form.add_prefix("seen_version")] = claim.version
                found.append((claim, form.beside(claim)))
        return found + [(claim, []) for pk, claim in saved.items() if pk not in seen_ids]
