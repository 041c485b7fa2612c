"""Forms of rows that have a version."""

from django import forms


class VersionedForm(forms.ModelForm):
    """Carries the version that was seen, to which a save is bound."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_version"] = self.instance.version
