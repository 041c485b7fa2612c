"""Forms for many cells at once: which cells, the claim that is entered for them, what is set besides."""

import re
from collections import Counter

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from mapping.availability.forms import ClaimForm
from mapping.availability.models import PartialReason
from mapping.framework.models import Indicator
from mapping.inputs import LanguagesField

NO_REASON = ("", _("say it later"))


class CellsForm(forms.Form):
    """Which cells of a section: given ones, or indicators × years, each with an “all”. `offered` are the section's."""

    LISTS = ("groups", "indicators", "years")

    cells = forms.CharField(required=False, widget=forms.HiddenInput)
    groups = forms.MultipleChoiceField(required=False, choices=Indicator.Group.choices)
    indicators = forms.TypedMultipleChoiceField(required=False, coerce=int)
    all_years = forms.BooleanField(required=False)
    years = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, *args, offered, window, **kwargs):
        super().__init__(*args, **kwargs)
        self.offered, self.window = offered, window
        indicators = {cell.indicator_id: cell.indicator for cell in offered}
        self.fields["indicators"].choices = [(pk, indicator.title) for pk, indicator in indicators.items()]
        self.fields["years"].choices = [(year, year) for year in sorted({cell.year for cell in offered})]
        self.members = list(indicators.values())

    @cached_property
    def given_ids(self):
        """The ids of the cells that were chosen elsewhere, such as in the grid."""
        return {int(word) for word in re.findall(r"\b\d{1,15}\b", str(self["cells"].value() or ""))}

    @property
    def given(self):
        """The cells that were chosen elsewhere, as [(indicator, years)]."""
        found = {}
        for cell in self.offered:
            if cell.pk in self.given_ids:
                found.setdefault(cell.indicator, []).append(cell.year)
        return list(found.items())

    @property
    def offered_groups(self):
        """[(key, title, ticked, [(indicator, ticked)])]."""
        whole, single = _words(self["groups"]), _words(self["indicators"])
        count = Counter(indicator.group for indicator in self.members)
        return [
            (
                group.value,
                group.label,
                group.value in whole,
                [(one, str(one.pk) in single) for one in self.members if one.group == group],
            )
            for group in Indicator.Group
            if count[group]
        ]

    @property
    def offered_years(self):
        """([(year, ticked)] of the exercise's span, the same of years outside it)."""
        ticked = _words(self["years"])
        years = [(year, str(year) in ticked) for year, _label in self.fields["years"].choices]
        inside = [row for row in years if row[0] in self.window]
        return inside, [row for row in years if row[0] not in self.window]

    def clean(self):
        cleaned = super().clean()
        if self.given_ids:
            cleaned["chosen"] = [cell for cell in self.offered if cell.pk in self.given_ids]
            return cleaned
        groups, indicators = cleaned.get("groups", ()), cleaned.get("indicators", ())
        years = self.window if cleaned.get("all_years") else ()
        years = {*years, *cleaned.get("years", ())}
        rows = [cell for cell in self.offered if cell.indicator.group in groups or cell.indicator_id in indicators]
        if not rows:
            self.add_error("indicators", _("Tick at least one indicator."))
        if not years:
            self.add_error("years", _("Tick at least one year."))
        cleaned["chosen"] = [cell for cell in rows if cell.year in years]
        if rows and years and not cleaned["chosen"]:
            self.add_error("years", _("No indicator you ticked has these years in its span."))
        return cleaned


def _words(bound_field):
    return {str(word) for word in bound_field.value() or ()}


class BulkClaimForm(ClaimForm):
    """A claim that is entered for many cells: every field is said once, and none stands for a cell's own."""

    languages = LanguagesField()

    def __init__(self, *args, exercise, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["seen_version"]
        for field in self.fields.values():
            field.show_hidden_initial = False
        self.fields["languages"].help_text = LanguagesField.help(exercise.languages)
        self.fields["value"].choices = [("", _("Choose")), *list(self.fields["value"].choices)[1:]]

    @property
    def said(self):
        """Return the claim's values."""
        return {name: self.cleaned_data[name] for name in self.content_names}

    @property
    def told(self):
        """Return what is said as [(label, word)], without what is left open."""
        words = [(self.fields[name].label, self.shown(name, value)) for name, value in self.said.items()]
        return [(label, word) for label, word in words if word]


class SetValuesForm(forms.Form):
    """What happens to the values of the cells that get the claim."""

    fill = forms.BooleanField(required=False, initial=True)
    replace = forms.BooleanField(required=False)
    partial_reason = forms.ChoiceField(
        label=_("Why partially available"), required=False, choices=[NO_REASON, *PartialReason.choices]
    )


class ReasonsForm(forms.Form):
    """Why cells are partially available: one reason for all of them, or each its own."""

    reason = forms.ChoiceField(required=False, choices=[("", _("choose a reason")), *PartialReason.choices])

    def __init__(self, *args, cells, **kwargs):
        super().__init__(*args, **kwargs)
        for cell in cells:
            self.fields[f"reason-{cell.pk}"] = forms.ChoiceField(
                required=False,
                choices=[("", _("the one for all")), *PartialReason.choices],
            )

    def of(self, pk):
        """Return the reason for one cell."""
        return self.cleaned_data.get(f"reason-{pk}") or self.cleaned_data["reason"]
