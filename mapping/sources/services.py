"""Enter, change and delete sources."""

import hashlib
import uuid
from copy import copy
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.refusals import Refused, Unchanged
from mapping.audit import services as audit
from mapping.audit.models import Verb
from mapping.audit.services import difference, entry, record
from mapping.batches import insert_rows, write_rows
from mapping.content.errors import RowsRefused
from mapping.content.permissions import why_not_edit
from mapping.content.services import EDIT_FIELDS, check_version, mark_edited, set_values, validate
from mapping.countries.models import Agency, Exercise
from mapping.inputs import is_language
from mapping.notifications.models import Kind
from mapping.notifications.services import settle
from mapping.sources.citations import TakenKeys, citation_key, split_citation_key, years_named
from mapping.sources.errors import SourceInUse
from mapping.sources.models import Attachment, Source
from mapping.sources.selectors import cells_resting_on
from mapping.sources.uploads import check_upload, clean_name

_DERIVED_FIELDS = ("citation_suffix", "citation_key", "covered_years", "link_folded", "title_folded", "search_text")
_NAMED_IN_KEY = {"citation_author", "citation_year"}


@dataclass
class SourceEdit:
    """A source to enter (`source_id` None) or to change; `version` is the one that was seen.

    `printed_key` sets the key of a new one as printed elsewhere (a report, a workbook); it must be free. Otherwise the key
    is made from `citation_author` and `citation_year`.
    """

    values: dict
    source_id: int | None = None
    version: int | None = None
    printed_key: str = ""

    @property
    def may_give_key(self):
        return self.source_id is None or bool(_NAMED_IN_KEY & self.values.keys())


@transaction.atomic
def save_sources(*, actor, exercise, edits, reason="", act=None):
    """Enter and change many sources of one exercise: all, or none. An approved one falls back to draft, its copy is kept.

    Parameters: `edits` is a list of SourceEdit, at most one a source. Returns a list, as long, of the sources as they were
    saved, None where an edit changes nothing. Raises RowsRefused, with a refusal for each edit at fault by its place in the
    list: unknown, not editable by the actor now, changed by somebody since (StaleVersion), or not well-formed.
    """
    known = _lock(exercise, edits)
    changes, refusals = [], {}
    for place, edit in enumerate(edits):
        stage = _enter if edit.source_id is None else _change
        try:
            changes.append(stage(edit, actor=actor, known=known))
        except Refused as refusal:
            refusals[place] = refusal
    if refusals:
        told = ngettext(
            "Nothing was saved: %(count)d source needs your attention.",
            "Nothing was saved: %(count)d sources need your attention.",
            len(refusals),
        )
        raise RowsRefused(told % {"count": len(refusals)}, refusals)
    _write([change for change in changes if change], actor=actor, reason=reason, act=act or uuid.uuid4())
    return [change and change.source for change in changes]


def create_source(*, actor, exercise, values, printed_key="", reason="", act=None):
    """Enter a source and return it: one edit of `save_sources`. Raises Refused."""
    edit = SourceEdit(values, printed_key=printed_key)
    return _save_one(edit, actor=actor, exercise=exercise, reason=reason, act=act)


def change_source(*, actor, source, version, values, reason="", act=None):
    """Change a source and return it: one edit of `save_sources`.

    Raises StaleVersion where somebody saved it since `version`, Unchanged where `values` change nothing, Refused otherwise.
    """
    edit = SourceEdit(values, source.pk, version)
    changed = _save_one(edit, actor=actor, exercise=source.exercise, reason=reason, act=act)
    if changed is None:
        raise Unchanged(_("Nothing in “%(source)s” was changed.") % {"source": source})
    return changed


def _save_one(edit, **told):
    """Save one edit; raises its own refusal."""
    try:
        return save_sources(edits=[edit], **told)[0]
    except RowsRefused as refused:
        raise refused.refusals[0] from refused


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
            old=_told(source),
            reason=reason,
        )
    )
    settle(actor=actor, kinds=[Kind.MENTION], targets=source.comments.all(), exercise=source.exercise)
    source.delete()  # and what was said of it
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


def _told(source):
    return {"citation_key": source.citation_key, **audit.values(source, Source.CONTENT_FIELDS)}


# --- Saving many -----------------------------------------------------------------


class _Known:
    """The sources to change, and what edits may refer to: read once for all of them, as the first asks."""

    def __init__(self, exercise, sources):
        self.exercise, self.sources = exercise, sources

    @cached_property
    def keys(self):
        return TakenKeys(Source.objects.filter(exercise=self.exercise).values_list("citation_key", flat=True))

    @cached_property
    def cited(self):
        """Return the ids of those that claims cite."""
        cited = Source.objects.filter(pk__in=self.sources, claims__isnull=False)
        return set(cited.order_by().values_list("pk", flat=True).distinct())

    @cached_property
    def agencies(self):
        return set(Agency.objects.filter(country=self.exercise.country_id).values_list("pk", flat=True))

    @cached_property
    def words(self):
        """Return the methodology's words, as (vocabulary, key)."""
        methodology = self.exercise.methodology
        sections = {("section", key) for key in methodology.sections.values_list("key", flat=True)}
        return sections | set(methodology.terms.values_list("kind", "key"))


@dataclass
class _Staged:
    """A source to be written, and what the history shall tell of it."""

    source: Source
    verb: Verb
    old: dict
    new: dict


def _lock(exercise, edits):
    """Lock the sources to change, and the exercise where keys are given, as two at once must differ; return _Known."""
    if any(edit.may_give_key for edit in edits):
        Exercise.objects.select_for_update().get(pk=exercise.pk)
    wanted = Source.objects.filter(exercise=exercise, pk__in={edit.source_id for edit in edits} - {None})
    sources = list(wanted.select_for_update(of=("self",)).select_related("last_author").order_by("pk"))
    # After the lock: see countries.services.freeze.
    exercise = Exercise.objects.select_related("methodology").get(pk=exercise.pk)
    for source in sources:
        source.exercise = exercise
    return _Known(exercise, {source.pk: source for source in sources})


def _enter(edit, *, actor, known):
    """Stage a new source; raises Refused."""
    source = Source(exercise=known.exercise, last_author=actor)
    _refuse_uneditable(actor, source)
    set_values(source, edit.values)
    if edit.printed_key:
        source.citation_author, source.citation_year, source.citation_suffix = split_citation_key(edit.printed_key)
    _make_key(source, known.keys, keep_suffix=bool(edit.printed_key))
    _prepare(source, known)
    if source.citation_key in known.keys:
        raise Refused(_("There is a source “%(key)s” already.") % {"key": source.citation_key})
    known.keys.add(source.citation_key)
    told = {"citation_key": source.citation_key, **audit.filled_in(source, Source.CONTENT_FIELDS)}
    return _Staged(source, Verb.CREATED, {}, told)


def _change(edit, *, actor, known):
    """Stage a changed source, or return None where nothing changes; raises Refused."""
    source = known.sources.get(edit.source_id)
    if source is None:
        raise Refused(_("There is no such source in %(exercise)s, or no longer.") % {"exercise": known.exercise.code})
    _refuse_uneditable(actor, source)
    as_saved, before = copy(source), _told(source)
    set_values(source, edit.values)
    _old, new = difference(before, _told(source))
    if not new:
        return None
    check_version(source, edit.version, saved=as_saved)
    if _NAMED_IN_KEY & new.keys() and _key_is_free_to_change(source, known):
        known.keys.remove(source.citation_key)
        _make_key(source, known.keys, keep_suffix=False)
        known.keys.add(source.citation_key)
    _prepare(source, known)
    mark_edited(source, actor=actor)
    return _Staged(source, Verb.CHANGED, *difference(before, _told(source)))


def _write(changes, *, actor, reason, act):
    """Write what is staged, and its history. Changed ones first: a new one may bear the key that one of them bore."""
    write_rows(
        [one.source for one in changes if one.verb == Verb.CHANGED],
        [*Source.CONTENT_FIELDS, *_DERIVED_FIELDS, *EDIT_FIELDS],
    )
    insert_rows(Source, [one.source for one in changes if one.verb == Verb.CREATED], with_ids=True)
    shared = {"actor": actor, "reason": reason, "act": act}
    record(
        *(
            entry(
                verb=one.verb,
                target=one.source,
                exercise_code=one.source.exercise.code,
                old=one.old,
                new=one.new,
                **shared,
            )
            for one in changes
        )
    )


def _key_is_free_to_change(source, known):
    """A key that nothing cites and nobody approved may still follow a corrected author or year."""
    return source.approved_version is None and source.pk not in known.cited


def _make_key(source, taken, *, keep_suffix):
    if not source.citation_author:
        raise Refused(_("Say who is cited: the citation key is made from it."))
    if not keep_suffix:
        source.citation_suffix = taken.next_suffix(source.citation_author, source.citation_year)
    source.citation_key = citation_key(source.citation_author, source.citation_year, source.citation_suffix)


def _prepare(source, known):
    """Fill the derived fields and refuse what is not well-formed."""
    validate(source)
    source.covered_years = years_named(source.years_covered)
    source.mark_for_duplicates()
    if source.agency_id and source.agency_id not in known.agencies:
        raise Refused(_("The agency is not one of this country."))
    _check_vocabulary(source, known)


def _check_vocabulary(source, known):
    named = [
        ("data_source_type", source.data_source_type),
        ("frequency", source.frequency),
        *(("section", key) for key in source.sections),
    ]
    if strange := [word for word in named if word[1] and word not in known.words]:
        raise Refused(_("“%(key)s” is not a word of this methodology.") % {"key": strange[0][1]})
    if strange := [code for code in source.languages if not is_language(code)]:
        raise Refused(_("“%(code)s” is no language code of ISO 639.") % {"code": strange[0]})
