"""Load and change methodologies."""

import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, record, values
from mapping.framework.models import Indicator, Methodology, Section, Term

SHIPPED = Path(__file__).with_name("mdmm.json")
_METHODOLOGY_FIELDS = ("title", "description", "first_year", "last_year", "submission_rules")
_SECTION_FIELDS = ("key", "title", "order", "description", "guidance", "search_terms", "repositories", "subgroups")
_INDICATOR_FIELDS = ("key", "title", "group", "measure", "breakdown", "guidance", "first_year", "last_year")


@transaction.atomic
def load_methodology(*, actor, path=SHIPPED):
    """Load one version of a methodology from its JSON file and return it.

    A version that is loaded already stays as it is when the file says the same, and is replaced when no exercise
    uses it. Raises Refused when the file cannot be read, or differs from a version that is in use.
    """
    data = read_methodology(path)
    existing = Methodology.objects.select_for_update().filter(key=data["key"], version=data["version"]).first()
    if existing:
        if as_data(existing) == data:
            return existing
        if existing.exercises.exists():
            raise Refused(
                _("%(methodology)s is used by an exercise and cannot change. Give the file a new version number.")
                % {"methodology": existing}
            )
        record(entry(actor=actor, verb=Verb.DELETED, target=existing, old={"version": existing.version}))
        existing.delete()
    return _create(actor=actor, data=data)


def read_methodology(path):
    """Return the file's content in its full form; raises Refused with every problem found."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(
            _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from error
    except ValueError as error:
        raise Refused(_("The file %(path)s is not valid JSON: %(why)s.") % {"path": path, "why": error}) from error
    try:
        data = _full(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(
            _("The file %(path)s is no methodology: %(why)s is missing or misplaced.") % {"path": path, "why": error}
        ) from error
    if problems := _problems(data):
        raise Refused(_("The methodology in %(path)s contradicts itself.") % {"path": path}, problems)
    return data


def as_data(methodology):
    """Return a loaded methodology in the form of its file."""
    terms = {}
    for term in methodology.terms.order_by("kind", "order"):
        terms.setdefault(term.kind, []).append({"key": term.key, "label": term.label, "guidance": term.guidance})
    return {
        "key": methodology.key,
        "version": methodology.version,
        **{name: getattr(methodology, name) for name in _METHODOLOGY_FIELDS},
        "terms": terms,
        "sections": [
            {
                **{name: getattr(section, name) for name in _SECTION_FIELDS},
                "indicators": [
                    {name: getattr(indicator, name) for name in _INDICATOR_FIELDS}
                    for indicator in section.indicators.order_by("order")
                ],
            }
            for section in methodology.sections.order_by("order").prefetch_related("indicators")
        ],
    }


def _full(data):
    """Return the file's content with every field that the models have, and nothing else."""
    return {
        "key": data["key"],
        "version": data["version"],
        **{name: data.get(name, Methodology._meta.get_field(name).get_default()) for name in _METHODOLOGY_FIELDS},
        "terms": {
            kind: [{"key": term["key"], "label": term["label"], "guidance": term.get("guidance", "")} for term in terms]
            for kind, terms in data["terms"].items()
        },
        "sections": [
            {
                **{name: section.get(name, Section._meta.get_field(name).get_default()) for name in _SECTION_FIELDS},
                "order": number,
                "indicators": [
                    {
                        name: indicator.get(name, Indicator._meta.get_field(name).get_default())
                        for name in _INDICATOR_FIELDS
                    }
                    for indicator in section["indicators"]
                ],
            }
            for number, section in enumerate(data["sections"], 1)
        ],
    }


def _problems(data):
    known = {kind: {term["key"] for term in terms} for kind, terms in data["terms"].items()}
    problems = [_("“%(kind)s” is no vocabulary.") % {"kind": kind} for kind in known if kind not in Term.Kind.values]
    for section in data["sections"]:
        for indicator in section["indicators"]:
            problems += [
                _("%(section)s, %(indicator)s: “%(key)s” is not among the terms of %(kind)s.")
                % {"section": section["key"], "indicator": indicator["key"], "key": indicator[kind], "kind": kind}
                for kind in ("measure", "breakdown")
                if indicator[kind] not in known.get(kind, ())
            ]
    return problems


def _create(*, actor, data):
    methodology = Methodology(
        key=data["key"], version=data["version"], **{name: data[name] for name in _METHODOLOGY_FIELDS}
    )
    try:
        methodology.full_clean()
    except ValidationError as error:
        raise Refused(_("The methodology cannot be loaded."), error.messages) from error
    methodology.save()
    Term.objects.bulk_create(
        Term(methodology=methodology, kind=kind, order=number, **term)
        for kind, terms in data["terms"].items()
        for number, term in enumerate(terms, 1)
    )
    for section_data in data["sections"]:
        section = Section.objects.create(
            methodology=methodology, **{name: section_data[name] for name in _SECTION_FIELDS}
        )
        Indicator.objects.bulk_create(
            Indicator(section=section, order=number, **indicator)
            for number, indicator in enumerate(section_data["indicators"], 1)
        )
    record(
        entry(
            actor=actor,
            verb=Verb.CREATED,
            target=methodology,
            new={"key": methodology.key, "version": methodology.version},
        )
    )
    return methodology


@transaction.atomic
def save_part(*, actor, row, fields):
    """Save a methodology, or a part of one (term, section, indicator), edited in the admin.

    Raises Refused where an exercise uses the methodology: then a change is a new version.
    """
    refuse_if_in_use(row)
    before = values(type(row).objects.get(pk=row.pk), fields) if row.pk else {}
    row.save()
    old, new = difference(before, values(row, fields))
    if new:
        record(entry(actor=actor, verb=Verb.CHANGED if before else Verb.CREATED, target=row, old=old, new=new))
    return row


@transaction.atomic
def delete_part(*, actor, row):
    """Delete a methodology or a part of one; raises Refused where an exercise uses it."""
    refuse_if_in_use(row)
    record(entry(actor=actor, verb=Verb.DELETED, target=row, old={"row": str(row)}))
    row.delete()


def refuse_if_in_use(row):
    """Raise Refused if an exercise uses the methodology the row belongs to."""
    if is_in_use(row):
        raise Refused(
            _(
                "%(methodology)s is used by an exercise and cannot change. Load or copy it as a new version, then let the exercise adopt it."
            )
            % {"methodology": _methodology_of(row)}
        )


def is_in_use(row):
    """Say whether an exercise uses the methodology, or the one that the row is a part of."""
    methodology = _methodology_of(row)
    return methodology.pk is not None and methodology.exercises.exists()


def _methodology_of(row):
    if isinstance(row, Indicator):
        return row.section.methodology
    return getattr(row, "methodology", row)


@transaction.atomic
def copy_methodology(*, actor, methodology, version):
    """Copy a methodology, with all its parts, as a new version that can be edited; raises Refused if it exists."""
    if Methodology.objects.filter(key=methodology.key, version=version).exists():
        raise Refused(_("%(title)s %(version)s exists already.") % {"title": methodology.title, "version": version})
    return _create(actor=actor, data={**as_data(methodology), "version": version})
