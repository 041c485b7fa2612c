"""Forms about people and agencies."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mapping.audit.forms import VersionedForm
from mapping.countries.errors import AgencyChanged
from mapping.countries.models import Agency, Assignment, FocalPoint
from mapping.countries.permissions import COORDINATORS, exercises_with_role, is_regional_coordinator
from mapping.countries.services import AGENCY_FIELDS
from mapping.inputs import LanguagesField, LinesField


class AssignmentForm(forms.ModelForm):
    """Name a person by e-mail: whoever has no account yet is invited."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("Whoever has no account yet gets an invitation.")
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False, help_text=_("For the invitation."))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of the invitation."))

    class Meta:
        model = Assignment
        fields = ["email", "name", "language", "role", "exercise"]

    def __init__(self, *args, asker, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["exercise"].queryset = exercises_with_role(asker, COORDINATORS)
        self.fields["exercise"].required = not is_regional_coordinator(asker)
        if not is_regional_coordinator(asker):
            self.fields["exercise"].help_text = ""

    def clean(self):
        # The person is known only once the service ran: the constraints are checked there.
        self._validate_unique = False
        return self.cleaned_data

    def _get_validation_exclusions(self):
        return {*super()._get_validation_exclusions(), "user"}


class AgencyForm(VersionedForm):
    aliases = LinesField(
        label=_("Also written"), help_text=_("Other names and spellings it is found under, one a line.")
    )
    languages = LanguagesField(help_text=_("In which it publishes and answers: ISO 639 codes, such as ky ru en."))

    class Meta:
        model = Agency
        fields = AGENCY_FIELDS
        help_texts = {
            "acronym": _("As it is cited in the country; without one, a short name."),
            "name": _("In full, as it calls itself."),
            "kind": _("Whose body it is."),
            "role": _("What it has to do with migration."),
            "formal_request": _("Whether it gives data only after a letter."),
            "formal_request_note": _("To whom the letter goes, and how long an answer takes."),
            "note": _("What else helps whoever asks it next."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        refusal = getattr(self, "refusal", None)
        if isinstance(refusal, AgencyChanged):  # which tells what differs: who saves once more has seen it
            self.data = self.data.copy()
            self.data[self.add_prefix("seen_version")] = refusal.version


class FocalPointForm(forms.ModelForm):
    class Meta:
        model = FocalPoint
        fields = ["name", "email", "language"]
        help_texts = {
            "name": _("The official who answers for the agency."),
            "email": _("Where data requests go."),
            "language": _("Of the letters to this person."),
        }
