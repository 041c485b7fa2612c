"""The desk's sources: one form, a list over all one's exercises, import and export."""

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mapping.audit.forms import VersionedForm
from mapping.content.admin import ReviewedModelAdmin
from mapping.content.exchange import ExchangeAdmin
from mapping.countries.filters import ExerciseFilter
from mapping.countries.models import Agency
from mapping.countries.permissions import EDITORS, exercises_with_role
from mapping.framework.models import Term
from mapping.framework.selectors import terms
from mapping.inputs import language_name
from mapping.sources import services
from mapping.sources.errors import SourceInUse
from mapping.sources.forms import SourceForm
from mapping.sources.models import Source
from mapping.sources.resources import SourceResource
from mapping.sources.selectors import cell_counts, search
from mapping.templatetags import workbench

EMPTY = "-"  # as Django's own empty values


class DataSourceFilter(admin.SimpleListFilter):
    title = _("data source")
    parameter_name = "data_source_type"

    def lookups(self, request, model_admin):
        exercises = exercises_with_role(request.user)
        words = Term.objects.filter(kind=Term.Kind.DATA_SOURCE_TYPE, methodology__exercises__in=exercises)
        return list(words.order_by("order").values_list("key", "label").distinct())

    def queryset(self, request, queryset):
        return queryset.filter(data_source_type=self.value()) if self.value() else queryset


class AgencyFilter(admin.SimpleListFilter):
    """The agencies of one exercise, once the list is narrowed to it: those of all would be longer than the list."""

    title = _("agency")
    parameter_name = "agency"

    def lookups(self, request, model_admin):
        cited = Source.objects.filter(exercise__in=exercises_with_role(request.user))
        cited = cited.filter(exercise__code=request.GET.get("exercise", ""))
        return list(Agency.objects.filter(pk__in=cited.values("agency")).values_list("pk", "acronym"))

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(agency=int(self.value()) if self.value().isdecimal() else None)


class SourceList(ChangeList):
    """Counts the cells of the sources it shows, and of no others: counting all would take seconds."""

    def get_results(self, request):
        super().get_results(request)
        counts = cell_counts(self.result_list)
        for source in self.result_list:
            source.cell_count = counts.get(source.pk, 0)


@admin.register(Source)
class SourceAdmin(ExchangeAdmin, ReviewedModelAdmin):
    resource_classes = [SourceResource]
    form = SourceForm
    change_form_template = "mapping/sources/change_form.html"
    list_display = ["citation_key", "title_told", "institution", "access_word", "cells", "review_chip", "exercise_code"]
    list_filter = [
        ExerciseFilter,
        "status",
        "access",
        DataSourceFilter,
        AgencyFilter,
    ]
    search_fields = ["search_text"]
    search_help_text = _("Words of the key, title, institution, authors, link or note.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "seen_version",
                    ("citation_author", "citation_year"),
                    "short_name",
                    "title",
                    "authors",
                    "institution",
                    "agency",
                    "link",
                ]
            },
        ),
        (
            _("What it is"),
            {
                "description": _("As the methodology names it. Leave empty what the source does not say."),
                "fields": [
                    "data_source_type",
                    "frequency",
                    "years_covered",
                    "breakdowns",
                    "definition_used",
                    "languages",
                ],
            },
        ),
        (_("Access"), {"fields": ["access", "access_detail", "accessed_on", "archived_link"]}),
        (_("Use"), {"fields": ["sections", "note"]}),
        (_("Files"), {"fields": ["remove_files", "add_files", "archived_copy"]}),
    ]
    read_only_fieldsets = [
        (
            None,
            {
                "fields": [
                    "citation_key",
                    "short_name",
                    "title",
                    "authors_told",
                    "institution",
                    "agency",
                    "link_told",
                ]
            },
        ),
        (
            _("What it is"),
            {
                "fields": [
                    "data_source_type_told",
                    "frequency_told",
                    "years_covered",
                    "breakdowns_told",
                    "definition_used",
                    "languages_told",
                ]
            },
        ),
        (_("Access"), {"fields": ["access", "access_detail", "accessed_on", "archived_link_told"]}),
        (_("Use"), {"fields": ["sections_told", "note"]}),
        (_("Files"), {"fields": ["files_told"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("exercise__country", "exercise__methodology", "agency")

    def get_changelist(self, request, **kwargs):
        return SourceList

    def get_search_results(self, request, queryset, search_term):
        """Search in either case of every script; for an autocomplete, within `?exercise=` where one is named."""
        if request.path == reverse("admin:autocomplete") and "exercise" in request.GET:
            queryset = queryset.filter(exercise__code=request.GET["exercise"])
        return search(queryset, search_term), False

    # --- The list ------------------------------------------------------------

    @admin.display(description=_("exercise"), ordering="exercise__code")
    def exercise_code(self, source):
        return source.exercise.code

    @admin.display(description=_("title"), ordering="title_folded")
    def title_told(self, source):
        return source.title or source.short_name

    @admin.display(description=_("access"), ordering="access")
    def access_word(self, source):
        return workbench.access(source.access)

    @admin.display(description=_("cells"))
    def cells(self, source):
        return source.cell_count

    @admin.display(description=_("review"), ordering="status")
    def review_chip(self, source):
        return workbench.review(source.status)

    # --- The form ------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        if self.has_add_permission(request) and self._new_exercise(request) is None:
            return self._ask_for_exercise(request)
        return super().add_view(request, form_url, extra_context)

    def _open_exercises(self, request):
        exercises = exercises_with_role(request.user, EDITORS).filter(frozen_at=None)
        return exercises.select_related("country", "methodology")

    def _new_exercise(self, request):
        """Return the exercise a new source is for: the one named in the request, or the only one there is."""
        if not hasattr(request, "new_exercise"):
            code = request.POST.get("exercise") or request.GET.get("exercise")
            exercises = self._open_exercises(request)
            if code:
                request.new_exercise = exercises.filter(code=code).first()
                if request.new_exercise is None:
                    raise Http404
            else:
                found = exercises[:2]
                request.new_exercise = found[0] if len(found) == 1 else None
        return request.new_exercise

    def _ask_for_exercise(self, request):
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Add source"),
            "opts": self.opts,
            "exercises": self._open_exercises(request),
        }
        return TemplateResponse(request, "mapping/sources/choose_exercise.html", context)

    def _only_read(self, request, obj):
        return obj is not None and not self.has_change_permission(request, obj)

    def get_fieldsets(self, request, obj=None):
        return self.read_only_fieldsets if self._only_read(request, obj) else self.fieldsets

    def get_readonly_fields(self, request, obj=None):
        if self._only_read(request, obj):
            return [name for _title, options in self.read_only_fieldsets for name in options["fields"]]
        return []

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 - Django's signature
        if self._only_read(request, obj):
            return super().get_form(request, obj, change=change, form=VersionedForm, **kwargs)
        form = super().get_form(request, obj, change=change, **kwargs)
        form.exercise = obj.exercise if obj else self._new_exercise(request)
        return form

    def render_change_form(self, request, context, **kwargs):
        source = context["original"]
        context["exercise"] = source.exercise if source else self._new_exercise(request)
        context["attachments"] = source.attachments.select_related("uploaded_by") if source else []
        return super().render_change_form(request, context, **kwargs)

    def save_row(self, request, row, form):
        values = {name: form.cleaned_data[name] for name in Source.CONTENT_FIELDS if name in form.cleaned_data}
        files = {"add_files", "archived_copy", "remove_files"} & {*form.changed_data}
        if row.pk is None:
            source = services.create_source(actor=request.user, exercise=form.exercise, values=values)
        elif files and not {*Source.CONTENT_FIELDS} & {*form.changed_data}:
            source, source.version = row, form.cleaned_data["seen_version"]
        else:
            source = services.change_source(
                actor=request.user, source=row, version=form.cleaned_data["seen_version"], values=values
            )
        return self._save_files(request, source, form.cleaned_data)

    def _save_files(self, request, source, cleaned):
        for attachment in cleaned.get("remove_files") or []:
            source = services.remove_attachment(actor=request.user, attachment=attachment, version=source.version)
        new = [(file, False) for file in cleaned.get("add_files") or []]
        if cleaned.get("archived_copy"):
            new.append((cleaned["archived_copy"], True))
        for file, is_archived_copy in new:
            attachment = services.add_attachment(
                actor=request.user,
                source=source,
                version=source.version,
                file=file,
                is_archived_copy=is_archived_copy,
            )
            source = attachment.source
        return source

    def delete_row(self, request, row):
        services.delete_source(actor=request.user, source=row, version=row.version)

    def tell(self, request, refusal):
        """Show a refusal as messages; each cell that the source is evidence of is a link."""
        if not isinstance(refusal, SourceInUse):
            return super().tell(request, refusal)
        self.message_user(request, refusal.sentence, messages.ERROR)
        for pk, name in refusal.cells.items():
            address = reverse("admin:mapping_cell_change", args=[pk])
            self.message_user(request, format_html('<a href="{}">{}</a>', address, name), messages.ERROR)
        return None

    def get_deleted_objects(self, objs, request):
        """Leave to the service what stands against it: it names the cells, where Django would list rows."""
        return [str(row) for row in objs], {}, set(), []

    def response_post_save_add(self, request, obj):
        return self._to_the_list(obj)

    def response_post_save_change(self, request, obj):
        return self._to_the_list(obj)

    def response_add(self, request, obj, post_url_continue=None):
        response = super().response_add(request, obj, post_url_continue)
        if "_addanother" in request.POST:
            return HttpResponseRedirect(f"{request.path}?{urlencode({'exercise': obj.exercise.code})}")
        back = request.GET.get("next", "")
        if "_continue" not in request.POST and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            return HttpResponseRedirect(f"{back}{'&' if '?' in back else '?'}{urlencode({'source': obj.pk})}")
        return response

    def _to_the_list(self, source):
        return HttpResponseRedirect(reverse("sources", args=[source.exercise.code]))

    # --- What a reader sees --------------------------------------------------

    @admin.display(description=_("authors"))
    def authors_told(self, source):
        return _lines(source.authors)

    @admin.display(description=_("breakdowns available"))
    def breakdowns_told(self, source):
        return _lines(source.breakdowns)

    @admin.display(description=_("languages"))
    def languages_told(self, source):
        return ", ".join(map(language_name, source.languages)) or EMPTY

    @admin.display(description=_("sections"))
    def sections_told(self, source):
        titles = dict(source.exercise.methodology.sections.values_list("key", "title"))
        return _lines([titles.get(key, key) for key in source.sections])

    @admin.display(description=_("data source"))
    def data_source_type_told(self, source):
        return self._word(source, Term.Kind.DATA_SOURCE_TYPE, source.data_source_type)

    @admin.display(description=_("frequency"))
    def frequency_told(self, source):
        return self._word(source, Term.Kind.FREQUENCY, source.frequency)

    def _word(self, source, kind, key):
        return terms(source.exercise.methodology).get(kind, {}).get(key, key) or EMPTY

    @admin.display(description=_("link"))
    def link_told(self, source):
        return _link(source.link)

    @admin.display(description=_("archived copy"))
    def archived_link_told(self, source):
        return _link(source.archived_link)

    @admin.display(description=_("files"))
    def files_told(self, source):
        return _lines(
            [
                format_html('<a href="{}">{}</a>', reverse("attachment", args=[attachment.pk]), attachment.name)
                for attachment in source.attachments.all()
            ]
        )


def _lines(texts):
    return format_html_join(mark_safe("<br>"), "{}", ((text,) for text in texts)) or EMPTY


def _link(link):
    return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', link) if link else EMPTY
