"""Tell entries of the history to a person: fields by their labels, values by their words, rows by their names."""

from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.encoding import force_str
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from mapping.audit.models import Entry


@dataclass
class Change:
    label: str
    old: str
    new: str


@dataclass
class Told:
    """An entry with its changes in words. `part` names the part of the row it is about, such as “claim 17”."""

    entry: Entry
    part: str
    changes: list[Change]


def told(entries, *, known=()):
    """Return the entries as Told; rows and words they refer to by key are read by one query a kind, but `known` rows."""
    entries = list(entries)
    read = {(type(row), row.pk): str(row) for row in known}
    names = _names_of_rows(entries, read) | _labels_of_words(entries)
    return [
        Told(entry, _part(entry), [_change(_model(entry), name, entry, names) for name in _told_fields(entry)])
        for entry in entries
    ]


def _told_fields(entry):
    return [name for name in {**entry.old, **entry.new} if name != "version"]  # which counts, and tells nobody anything


def rows_told(entries):
    """Return {entry id: the row it is about, in words}: its name or, where it is gone, its kind and number."""
    entries, wanted = list(entries), {}
    for entry in entries:
        if model := _model_named(entry.target_type):
            wanted.setdefault(model, set()).add(entry.target_id)
    names = _read_names(wanted)
    return {entry.pk: _row_told(entry, names) for entry in entries}


def _row_told(entry, names):
    model = _model_named(entry.target_type)
    kind = capfirst(model._meta.verbose_name) if model else entry.target_type
    row = names.get((model, entry.target_id), entry.target_id)
    return " · ".join(filter(None, [f"{kind}: {row}", _part(entry)]))


def _model(entry):
    return _model_named(entry.part.partition(":")[0] or entry.target_type)


def _model_named(name):
    try:
        return apps.get_model("mapping", name)
    except LookupError:
        return None


def _part(entry):
    model, number = _model(entry), entry.part.partition(":")[2]
    return f"{model._meta.verbose_name} {number}" if number and model else ""


def _field(model, name):
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if field is not None and (field.concrete or (field.many_to_many and not field.auto_created)) else None


def _names_rows(field):
    return field.many_to_one or field.many_to_many


def _names_of_rows(entries, known):
    """Return {(model, id): name} of every row that an old or new value refers to.

    A model says by `NAMED_BY` which other rows its name is made of.
    """
    wanted = {}
    for entry in entries:
        for name in {**entry.old, **entry.new}:
            field = _field(_model(entry), name)
            if field is not None and _names_rows(field):
                told = (*_as_list(entry.old.get(name)), *_as_list(entry.new.get(name)))
                ids = {pk for pk in told if isinstance(pk, int)}
                wanted.setdefault(field.related_model, set()).update(ids)
    for model, ids in wanted.items():
        ids -= {pk for of, pk in known if of is model}
    return known | _read_names(wanted)


def _read_names(wanted):
    """Return {(model, id): name} of rows, wanted as {model: ids}; one query a model."""
    return {
        (model, row.pk): str(row)
        for model, ids in wanted.items()
        if ids
        for row in model._base_manager.filter(pk__in=ids).select_related(*getattr(model, "NAMED_BY", ()))
    }


def _labels_of_words(entries):
    """Return {(vocabulary, key): label} of the words in entries, as the methodologies of their exercises have them.

    A model says by `VOCABULARIES` which of its fields hold keys: {field: kind of term, or "section"}.
    """
    wanted, codes = {}, set()
    for entry in entries:
        for name, kind in _vocabularies(_model(entry)).items():
            keys = [key for said in (entry.old, entry.new) for key in _as_list(said.get(name))]
            if keys:
                wanted.setdefault(kind, set()).update(keys)
                codes.add(entry.exercise_code)
    labels = {}
    if sections := wanted.pop("section", None):
        found = apps.get_model("mapping", "section").objects.filter(key__in=sections)
        found = found.filter(methodology__exercises__code__in=codes).values_list("key", "title")
        labels |= {("section", key): title for key, title in found}
    if wanted:
        found = apps.get_model("mapping", "term").objects.filter(kind__in=wanted, key__in=set().union(*wanted.values()))
        found = found.filter(methodology__exercises__code__in=codes).values_list("kind", "key", "label")
        labels |= {(kind, key): label for kind, key, label in found}
    return labels


def _vocabularies(model):
    return getattr(model, "VOCABULARIES", {})


def _as_list(value):
    return value if isinstance(value, list) else [value] if value else []


def _change(model, name, entry, names):
    field = _field(model, name)
    label = force_str(field.verbose_name) if field is not None else name
    kind = _vocabularies(model).get(name)
    old, new = (
        [names.get((kind, key), key) for key in _as_list(said.get(name))] if kind else said.get(name)
        for said in (entry.old, entry.new)
    )
    return Change(label, _word(field, old, names), _word(field, new, names))


def _word(field, value, names):
    if value in (None, "", [], {}):
        return ""
    if field is not None and _names_rows(field):
        return ", ".join(_name(field, pk, names) for pk in _as_list(value))
    if field is not None and field.choices:
        return force_str(dict(field.flatchoices).get(value, value))
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def _name(field, pk, names):
    return names.get((field.related_model, pk), _("a row since deleted (%(id)s)") % {"id": pk})
