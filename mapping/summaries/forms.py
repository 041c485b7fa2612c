"""What a person chooses when asking for a summary."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mapping.summaries.models import Basis
from mapping.summaries.permissions import why_not_compile


class CompileForm(forms.Form):
    """Offers the bases the person may compile on; `allowed` tells whether there is one."""

    basis = forms.ChoiceField(label=_("From"))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, *args, user, exercise, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["basis"].choices = [
            (basis.value, basis.label) for basis in Basis if not why_not_compile(user, exercise, basis)
        ]

    @property
    def allowed(self):
        return bool(self.fields["basis"].choices)
