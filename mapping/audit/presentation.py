"""Tell entries of the history to a person: fields by their labels, values by their words, rows by their names."""

from dataclasses import dataclass

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.encoding import force_str
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
    """Return the entries as Told, resolving the rows they refer to, but those that are `known`, by one query a kind of row."""
    entries = list(entries)
    names = _names_of_rows(entries, {(type(row), row.pk): str(row) for row in known})
    return [
        Told(entry, _part(entry), [_change(_model(entry), name, entry, names) for name in {**entry.old, **entry.new}])
        for entry in entries
    ]


def _model(entry):
    name = entry.part.partition(":")[0] or entry.target_type
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
    return field if field is not None and field.concrete else None


def _names_of_rows(entries, known):
    """Return {(model, id): name} of every row that an old or new value refers to."""
    wanted = {}
    for entry in entries:
        for name in {**entry.old, **entry.new}:
            field = _field(_model(entry), name)
            if field is not None and field.many_to_one:
                ids = {pk for pk in (entry.old.get(name), entry.new.get(name)) if isinstance(pk, int)}
                wanted.setdefault(field.related_model, set()).update(ids)
    for model, ids in wanted.items():
        ids -= {pk for of, pk in known if of is model}
    return known | {
        (model, row.pk): str(row)
        for model, ids in wanted.items()
        if ids
        for row in model._base_manager.filter(pk__in=ids)
    }


def _change(model, name, entry, names):
    field = _field(model, name)
    label = force_str(field.verbose_name) if field is not None else name
    return Change(label, _word(field, entry.old.get(name), names), _word(field, entry.new.get(name), names))


def _word(field, value, names):
    if value in (None, "", [], {}):
        return ""
    if field is not None and field.many_to_one:
        return names.get((field.related_model, value), _("a row since deleted (%(id)s)") % {"id": value})
    if field is not None and field.choices:
        return force_str(dict(field.flatchoices).get(value, value))
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
