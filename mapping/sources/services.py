"""Enter, change and delete sources."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.refusals import Refused, Unchanged
from mapping.audit import services as audit
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, record
from mapping.content.permissions import why_not_edit
from mapping.content.services import EDIT_FIELDS, check_version, mark_edited, set_values, validate
from mapping.countries.models import Agency, Exercise
from mapping.fields import folded
from mapping.inputs import is_language
from mapping.notifications.models import Kind
from mapping.notifications.services import settle
from mapping.sources.citations import citation_key, fold_link, next_suffix, split_citation_key, years_named
from mapping.sources.errors import SourceInUse
from mapping.sources.models import Attachment, Source
from mapping.sources.selectors import cells_resting_on
from mapping.sources.uploads import check_upload, clean_name

_DERIVED_FIELDS = ("citation_suffix", "citation_key", "covered_years", "link_folded", "title_folded", "search_text")


@transaction.atomic
def create_source(*, actor, exercise, values, printed_key="", reason="", act=None):
    """Enter a source and return it; its citation key is made from `citation_author` and `citation_year`.

    `printed_key` sets the key as printed elsewhere (a report, a workbook); it must be free. Raises Refused.
    """
    exercise = Exercise.objects.select_for_update().get(pk=exercise.pk)  # two new keys at once must differ
    source = Source(exercise=exercise, last_author=actor)
    _refuse_uneditable(actor, source)
    set_values(source, values)
    if printed_key:
        source.citation_author, source.citation_year, source.citation_suffix = split_citation_key(printed_key)
    _make_key(source, keep_suffix=bool(printed_key))
    _prepare(source)
    _write(source, force_insert=True)
    new = {"citation_key": source.citation_key, **_values(source)}
    record(
        entry(
            actor=actor, verb=Verb.CREATED, target=source, exercise_code=exercise.code, new=new, reason=reason, act=act
        )
    )
    return source


@transaction.atomic
def change_source(*, actor, source, version, values, reason="", act=None):
    """Change a source; an approved one falls back to draft, its approved copy is kept.

    `version` is the one that was seen. Raises StaleVersion where somebody saved it since, Unchanged where `values`
    change nothing, Refused otherwise.
    """
    source = Source.objects.select_for_update(of=("self",)).select_related("last_author").get(pk=source.pk)
    source.exercise = Exercise.objects.get(pk=source.exercise_id)  # after the lock: see countries.services.freeze
    _refuse_uneditable(actor, source)
    before = {"citation_key": source.citation_key, **_values(source)}
    set_values(source, values)
    old, new = difference(before, {"citation_key": source.citation_key, **_values(source)})
    if not new:
        raise Unchanged(_("Nothing in “%(source)s” was changed.") % {"source": source})
    check_version(source, version)
    if {"citation_author", "citation_year"} & set(new) and _key_is_free_to_change(source):
        _make_key(source, keep_suffix=False)
        old, new = difference(before, {"citation_key": source.citation_key, **_values(source)})
    _prepare(source)
    mark_edited(source, actor=actor)
    _write(source, update_fields=[*Source.CONTENT_FIELDS, *_DERIVED_FIELDS, *EDIT_FIELDS])
    record(
        entry(
            actor=actor,
            verb=Verb.CHANGED,
            target=source,
            exercise_code=source.exercise.code,
            old=old,
            new=new,
            reason=reason,
            act=act,
        )
    )
    return source


@transaction.atomic
def delete_source(*, actor, source, version, reason=""):
    """Delete a source that no claim cites; raises Refused, listing the cells, where one does."""
    source = Source.objects.select_for_update(of=("self",)).select_related("exercise").get(pk=source.pk)
    _refuse_uneditable(actor, source)
    check_version(source, version)
    if cells := cells_resting_on(source):
        raise SourceInUse(
            _("“%(source)s” is the evidence of these cells. Remove its claims there first.") % {"source": source}, cells
        )
    if source.attachments.exists():
        raise Refused(_("“%(source)s” has files attached. Remove them first.") % {"source": source})
    record(
        entry(
            actor=actor,
            verb=Verb.DELETED,
            target=source,
            exercise_code=source.exercise.code,
            old={"citation_key": source.citation_key, **_values(source)},
            reason=reason,
        )
    )
    source.delete()
    settle_news(actor=actor, exercise=source.exercise, kind=Kind.RETURNED)


def settle_news(*, actor, exercise, kind):
    """Settle what people were told of sources of an exercise where none waits for it any more, in the cause's transaction.

    Parameters: `kind` is RETURNED or SUBMITTED, called as the states are.
    """
    left = Source.objects.filter(exercise=exercise, status=kind.value)
    settle(actor=actor, kinds=[kind], section_keys=[""], exercise=exercise, unless=left)


@transaction.atomic
def add_attachment(*, actor, source, version, file, is_archived_copy=False):
    """Keep an uploaded file with a source and return the attachment; the source becomes a new version by the actor.

    Raises Refused where the file may not be attached, StaleVersion where somebody saved the source since `version`.
    """
    check_upload(file)
    source = _lock_for_files(actor, source, version)
    attachment = Attachment(
        source=source,
        file=file,
        name=clean_name(file.name),
        size=file.size,
        sha256=_digest(file),
        is_archived_copy=is_archived_copy,
        uploaded_by=actor,
    )
    attachment.save()
    _record_file(actor, Verb.CREATED, attachment, new=audit.values(attachment, Attachment.TOLD_FIELDS))
    return attachment


@transaction.atomic
def remove_attachment(*, actor, attachment, version):
    """Remove a file from its source, which is returned as a new version; the history keeps its name and checksum."""
    attachment.source = _lock_for_files(actor, attachment.source, version)
    _record_file(actor, Verb.DELETED, attachment, old=audit.values(attachment, Attachment.TOLD_FIELDS))
    attachment.delete()
    file = attachment.file
    transaction.on_commit(lambda: file.storage.delete(file.name))
    return attachment.source


def _lock_for_files(actor, source, version):
    """Lock a source and make it a new version: its files are part of the evidence that is reviewed."""
    source = Source.objects.select_for_update(of=("self",)).select_related("last_author").get(pk=source.pk)
    source.exercise = Exercise.objects.get(pk=source.exercise_id)  # after the lock: see countries.services.freeze
    _refuse_uneditable(actor, source)
    check_version(source, version)
    mark_edited(source, actor=actor)
    source.save(update_fields=EDIT_FIELDS)
    return source


def _record_file(actor, verb, attachment, **told):
    record(
        entry(
            actor=actor,
            verb=verb,
            target=attachment.source,
            part=f"attachment:{attachment.pk}",
            exercise_code=attachment.source.exercise.code,
            **told,
        )
    )


def _digest(file):
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _refuse_uneditable(actor, source):
    if refusal := why_not_edit(actor, source):
        raise Refused(refusal)


def _write(source, **how):
    try:
        with transaction.atomic():
            source.save(**how)
    except IntegrityError as error:
        raise Refused(_("There is a source “%(key)s” already.") % {"key": source.citation_key}) from error


def _values(source):
    return audit.values(source, Source.CONTENT_FIELDS)


def _key_is_free_to_change(source):
    """A key that nothing cites and nobody approved may still follow a corrected author or year."""
    return source.approved_version is None and not source.claims.exists()


def _make_key(source, *, keep_suffix):
    if not source.citation_author:
        raise Refused(_("Say who is cited: the citation key is made from it."))
    if not keep_suffix:
        taken = (
            Source.objects.filter(exercise=source.exercise).exclude(pk=source.pk).values_list("citation_key", flat=True)
        )
        source.citation_suffix = next_suffix(source.citation_author, source.citation_year, taken)
    source.citation_key = citation_key(source.citation_author, source.citation_year, source.citation_suffix)


def _prepare(source):
    """Fill the derived fields and refuse what is not well-formed."""
    validate(source)
    source.covered_years = years_named(source.years_covered)
    source.link_folded = fold_link(source.link) if source.link else ""
    source.title_folded = folded(source.title)[:500]
    if source.agency_id and not Agency.objects.filter(pk=source.agency_id, country=source.exercise.country_id).exists():
        raise Refused(_("The agency is not one of this country."))
    _check_vocabulary(source)


def _check_vocabulary(source):
    methodology = source.exercise.methodology
    known = set(methodology.terms.values_list("kind", "key")) | {
        ("section", key) for key in methodology.sections.values_list("key", flat=True)
    }
    named = [
        ("data_source_type", source.data_source_type),
        ("frequency", source.frequency),
        *(("section", key) for key in source.sections),
    ]
    if strange := [key for kind, key in named if key and (kind, key) not in known]:
        raise Refused(_("“%(key)s” is not a word of this methodology.") % {"key": strange[0]})
    if strange := [code for code in source.languages if not is_language(code)]:
        raise Refused(_("“%(code)s” is no language code of ISO 639.") % {"code": strange[0]})
