"""Model fields of our own, and what migrations must find here for good."""

import json
import re
import unicodedata
import uuid
import zlib

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


def folded(*parts):
    """Return text as it is searched and compared: one case and one form, for every script, on every database."""
    text = " ".join(str(part) for part in parts if part)
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").split())


def in_every_language(text):
    """Return a translatable text in each of the site's languages."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(text))
    return found


class SearchTextField(models.TextField):
    """The folded text of other fields, kept with every save: SQLite's own search knows only Latin in either case."""

    def __init__(self, *args, of=(), **kwargs):
        self.of = list(of)
        super().__init__(*args, **{**kwargs, "editable": False, "default": ""})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance, add):
        parts = []
        for name in self.of:
            value = getattr(model_instance, name)
            parts.extend(value if isinstance(value, list) else [value])
        text = folded(*parts)
        setattr(model_instance, self.attname, text)
        return text


class PackedJSONField(models.BinaryField):
    """Plain data of megabytes that no query looks into: compressed, so that writing it takes a tenth of the time."""

    def from_db_value(self, value, expression, connection):
        return value if value is None else json.loads(zlib.decompress(value))

    def get_prep_value(self, value):
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return None if value is None else zlib.compress(plain.encode(), level=1)

    def value_to_string(self, obj):
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)

    def to_python(self, value):
        return json.loads(value) if isinstance(value, str) else value


class WordsFormField(forms.CharField):
    """Words typed with spaces, commas or semicolons between them, as a list."""

    def __init__(self, *, read_word=str, **kwargs):
        super().__init__(**kwargs)
        self.read_word = read_word

    def prepare_value(self, value):
        return value if isinstance(value, str) else " ".join(str(word) for word in value or [])

    def to_python(self, value):
        return [self.read_word(word) for word in re.split(r"[\s,;]+", super().to_python(value)) if word]

    def has_changed(self, initial, data):
        typed = [word for word in re.split(r"[\s,;]+", data or "") if word]
        return not self.disabled and self.prepare_value(initial).split() != typed


class WordsField(models.TextField):
    """A short list of words without spaces (codes, keys, years), stored as `" ky ru "` so that one word can be found.

    Arrays exist in PostgreSQL only and JSON containment not in SQLite; `__has` below works on both.
    """

    word_pattern = re.compile(r"^[\w.-]+$")

    def __init__(self, *args, **kwargs):
        kwargs["blank"] = True
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["blank"]
        return name, path, args, kwargs

    def from_db_value(self, value, expression, connection):
        return self.read(value or "")

    def to_python(self, value):
        words = re.split(r"[\s,;]+", value) if isinstance(value, str) else value or []
        return [self.read_word(word) for word in words if word]

    def get_prep_value(self, value):
        words = self.to_python(value)
        return f" {' '.join(str(word) for word in words)} " if words else ""

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value, model_instance):
        if strange := [word for word in value if not self.word_pattern.match(str(word))]:
            raise ValidationError(_("“%(word)s” is not a single word or code."), params={"word": strange[0]})

    def formfield(self, **kwargs):
        return super(models.TextField, self).formfield(
            **{"form_class": WordsFormField, "read_word": self.read_word, "max_length": 2000, **kwargs}
        )

    def read(self, text):
        return [self.read_word(word) for word in text.split()]

    def read_word(self, word):
        return word


class YearsField(WordsField):
    """A list of years, as integers."""

    def read_word(self, word):
        try:
            return int(word)
        except ValueError:
            raise ValidationError(_("“%(word)s” is not a year."), params={"word": word}) from None


@WordsField.register_lookup
class Has(models.Lookup):
    """`languages__has="ky"`: the list contains the word."""

    lookup_name = "has"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, column_params = self.process_lhs(compiler, connection)
        word = str(self.rhs).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return rf"{column} LIKE %s ESCAPE '\'", [*column_params, f"% {word} %"]


def attachment_path(attachment, filename):
    """Store an upload under a name of ours: what a person called it is data, not a path."""
    return f"attachments/{uuid.uuid4()}"


def workbook_path(workbook_import, filename):
    """Store an uploaded workbook under a name of ours."""
    return f"workbooks/{uuid.uuid4()}.xlsx"
