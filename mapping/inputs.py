"""Form fields of our own: lists typed one a line, languages, links."""

import re

import pycountry
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

UNKNOWN_LANGUAGE = "unknown"  # the source does not say: a finding, other than a list left empty


def language_name(code):
    """Return the English name of an ISO 639 code, such as Kyrgyz for “ky”; the code itself where there is none."""
    language = _language(code)
    return {"ky": "Kyrgyz"}.get(code) or (language.name if language else code)


def is_language(code):
    """Say whether a code is one of ISO 639 (two or three letters), or says that the language is unknown."""
    return code == UNKNOWN_LANGUAGE or _language(code) is not None


def _language(code):
    return pycountry.languages.get(**{"alpha_2" if len(code) == 2 else "alpha_3": code})  # noqa: PLR2004


class LinesField(forms.CharField):
    """A list of short texts, typed one a line."""

    widget = forms.Textarea

    def __init__(self, *, item_max_length=300, rows=3, **kwargs):
        self.item_max_length = item_max_length
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**{"required": False, "max_length": 20_000, **kwargs})

    def prepare_value(self, value):
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value):
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        lines = [line for line in lines if line]
        if too_long := [line for line in lines if len(line) > self.item_max_length]:
            raise ValidationError(
                _("A line has at most %(limit)d characters; “%(line)s…” has more.")
                % {"limit": self.item_max_length, "line": too_long[0][:40]}
            )
        return lines

    def has_changed(self, initial, data):
        try:
            return (initial or []) != self.clean(data)
        except ValidationError:
            return True


class LanguagesField(forms.CharField):
    """Languages as codes of ISO 639, separated by commas or spaces."""

    def __init__(self, *, suggested=(), **kwargs):
        kwargs.setdefault("label", gettext_lazy("Languages"))
        kwargs.setdefault("help_text", self.help(suggested))
        super().__init__(**{"required": False, "max_length": 200, **kwargs})

    @staticmethod
    def help(codes):
        """Return how to write languages, with those that are likely here as examples."""
        examples = [f"{code} ({language_name(code)})" for code in codes] or ["ky (Kyrgyz)", "ru (Russian)"]
        return _("ISO 639 codes, such as %(examples)s; “unknown” where the source does not say.") % {
            "examples": get_text_list(examples, _("and"))
        }

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value):
        codes = list(dict.fromkeys(re.split(r"[\s,;]+", super().clean(value).strip().lower())))
        codes = [code for code in codes if code]
        if strange := [code for code in codes if not is_language(code)]:
            raise ValidationError(
                _("“%(code)s” is no language code. Kyrgyz is ky, Russian ru, English en; look others up under ISO 639.")
                % {"code": strange[0]}
            )
        return codes

    def has_changed(self, initial, data):
        try:
            return list(initial or []) != self.clean(data)
        except ValidationError:
            return True


class LinkField(forms.URLField):
    """An address of the web. Spaces, which creep in when a link is copied from a printed page, are dropped."""

    # A browser's own check of type=url speaks its own words, and knows nothing of the dropped spaces.
    widget = forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"})
    default_error_messages = {
        "invalid": gettext_lazy(
            "This is no link. Give the whole address, such as https://stat.gov.kg/en/, or leave it empty."
        )
    }

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "max_length": 2000, "assume_scheme": "https", **kwargs})

    def to_python(self, value):
        if isinstance(value, str):
            ProhibitNullCharactersValidator()(value)
            value = "".join(value.split())
        return super().to_python(value)
