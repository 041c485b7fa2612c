"""What a person sends: a file, and which side of each conflict to take."""

import re

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mapping.workbook.comparison import KEEP, NEW, TAKE
from mapping.workbook.opening import MOST_BYTES

CHOICE_PREFIX = "choice:"
_CHOICE = re.compile(f"({KEEP}|{TAKE}[0-9]*)(:[0-9a-f]*)?|{NEW}|source:[0-9]+")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Workbook"), help_text=gettext_lazy("An Excel file (.xlsx) of at most 40 MB.")
    )

    def clean_file(self):
        """Refuse by size before anything is read into memory; what the file is, is told when it is opened."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // (1024 * 1024)}
            )
        return file


def chosen_sides(data):
    """Return {key: choice} as posted: a side of a conflict, with the mark of what was shown; what a new source is."""
    return {
        name.removeprefix(CHOICE_PREFIX): choice
        for name, choice in data.items()
        if name.startswith(CHOICE_PREFIX) and _CHOICE.fullmatch(choice)
    }
