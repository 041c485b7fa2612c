"""Flat import and export in the admin: the formats, the upload, and who may do what.

What a row means is told by the resources (`mapping/content/resources.py` and those of the rooms).
"""

import io
import re
from pathlib import PurePath

import tablib
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ImportExportMixin
from import_export.formats import base_formats
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.results import RowResult
from import_export.tmp_storages import CacheStorage
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from accounts.refusals import Refused
from mapping.content.preview import Preview, kept
from mapping.content.protected import PROTECTED, is_protected

UPLOAD_MAX_BYTES = 5 * 1024 * 1024
CELL_LENGTH = 32_767  # what a cell of a spreadsheet holds
LONGEST_ID = 19  # digits
ENCODING = "utf-8-sig"  # of CSV, with the mark that Excel writes or without it
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no XML, and so no spreadsheet, can hold them


def guarded(value):
    """Return a cell's value as it goes into a file: text that a spreadsheet would compute gets a quote before it."""
    if not isinstance(value, str):
        return value
    value = _UNPRINTABLE.sub("", value)[:CELL_LENGTH]
    return f"'{value}"[:CELL_LENGTH] if _FORMULA.match(value) else value


def unguarded(text):
    """Take back the quote that `guarded` put before a text."""
    return text[1:] if _GUARDED.match(text) else text


class _Format(base_formats.TablibFormat):
    def export_data(self, dataset, **kwargs):
        rows = [[guarded(cell) for cell in row] for row in dataset]
        safe = tablib.Dataset(*rows, headers=dataset.headers, title=dataset.title)
        return safe.export(self.get_title(), **kwargs)


class CSV(_Format, base_formats.CSV):
    def export_data(self, dataset, **kwargs):
        """Begin with the mark by which Excel knows that the file is UTF-8."""
        return "\ufeff" + super().export_data(dataset, **kwargs)

    def create_dataset(self, in_stream, **kwargs):
        """Read a file separated by commas, or by semicolons as Excel writes it where the comma is the decimal sign."""
        text = in_stream.decode(self.encoding) if isinstance(in_stream, bytes) else in_stream
        heading = text.partition("\n")[0]
        return super().create_dataset(text, delimiter=";" if heading.count(";") > heading.count(",") else ",")


class _Workbook(_Format):
    def create_dataset(self, in_stream, **kwargs):
        """Read the first sheet from its first cell on, so that the rows that are named are those the person sees."""
        if is_protected(in_stream):
            raise Refused(PROTECTED)
        try:
            sheet = CalamineWorkbook.from_filelike(io.BytesIO(in_stream)).get_sheet_by_index(0)
        except PasswordError as error:
            raise Refused(PROTECTED) from error
        rows = sheet.to_python(skip_empty_area=False)
        dataset = tablib.Dataset(headers=[str(cell) for cell in rows[0]] if rows else [])
        for row in rows[1:]:
            dataset.append(row)
        return dataset


class XLSX(_Workbook):
    TABLIB_MODULE = "tablib.formats._xlsx"
    CONTENT_TYPE = base_formats.XLSX.CONTENT_TYPE


class ODS(_Workbook):
    TABLIB_MODULE = "tablib.formats._ods"
    CONTENT_TYPE = base_formats.ODS.CONTENT_TYPE


FORMATS = [XLSX, CSV, ODS]


class UploadCache(CacheStorage):
    """Keeps an upload between comparing and confirming where every process can read it."""

    CACHE_LIFETIME = 3600  # seconds

    def read(self):
        data = super().read()
        if data is None:
            raise Refused(_("The uploaded file is no longer kept. Choose it again."))
        return data


class UploadForm(ImportForm):
    """A file; its kind is told by its name, and what its rows are by their headings."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.formats, self.resources = formats, resources
        self.extensions = [kind().get_extension() for kind in formats]
        for name in ("format", "resource"):
            self.fields[name] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.fields["import_file"].label = gettext_lazy("File")
        self.fields["import_file"].help_text = gettext_lazy(
            "XLSX, CSV (UTF-8) or ODS with a heading row, as an export writes it. Nothing changes before you confirm."
        )
        self.fields["import_file"].widget.attrs = {"accept": ".xlsx,.csv,.ods"}

    def clean(self):
        cleaned = super().clean()
        file = cleaned.get("import_file")
        if file is None:
            return cleaned
        extension = PurePath(file.name).suffix.lstrip(".").lower()
        if extension not in self.extensions:
            self.add_error("import_file", _("This is no XLSX, CSV or ODS file. Save the table as one of these."))
        elif file.size > UPLOAD_MAX_BYTES:
            self.add_error(
                "import_file",
                _("The file is too large: at most %(limit)s. Split it into several.")
                % {"limit": filesizeformat(UPLOAD_MAX_BYTES)},
            )
        else:
            number = self.extensions.index(extension)
            cleaned |= {
                "format": str(number),
                "resource": str(self._recognised(file, self.formats[number](encoding=ENCODING))),
            }
        return cleaned

    def _recognised(self, file, kind):
        """Return which resource knows most of the file's headings, the first of several that know as many."""
        if len(self.resources) == 1:
            return 0
        try:
            headings = kind.create_dataset(file.read()).headers or []
        except Exception:  # noqa: BLE001 - whatever a reader of strangers' files raises; it is told when the rows are read
            headings = []
        file.seek(0)
        strange = [len(resource().strange(headings)) for resource in self.resources]
        return strange.index(min(strange))

    @property
    def media(self):
        return forms.Media()  # the library's scripts guess the format in the browser


class ConfirmForm(ConfirmImportForm):
    format = forms.ChoiceField(choices=[(str(number), "") for number in range(len(FORMATS))], widget=forms.HiddenInput)


class DownloadForm(ExportForm):
    """What to export, where there is a choice, and as what."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["resource"].label = gettext_lazy("Rows")


class ExchangeAdmin(ImportExportMixin):
    """Import for those who may edit, export for those who may view; the rows go through the room's services."""

    formats = FORMATS
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    export_form_class = DownloadForm
    tmp_storage_class = UploadCache
    from_encoding = ENCODING
    skip_admin_log = True  # the audit is the history
    actions = ["export_selected"]

    def has_import_permission(self, request):
        return self.has_add_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def get_resource_kwargs(self, request, *args, **kwargs):
        return {"actor": request.user}

    def get_import_data_kwargs(self, **kwargs):
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def get_resource_index(self, form):
        """Return which resource a form names; the first for a forged one."""
        index = super().get_resource_index(form)
        return index if 0 <= index < len(self.resource_classes) else 0

    def _address(self, page):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    # --- Export ---------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Export the selected rows"), permissions=["export"])
    def export_selected(self, request, queryset):
        """Ask as what to export the rows marked in the list, or all that the list's filters leave."""
        address = f"{self._address('export')}?{request.GET.urlencode()}"
        if request.POST.get("select_across") == "1":
            return HttpResponseRedirect(address)
        chosen = list(queryset.values_list("pk", flat=True))
        form = DownloadForm(
            self.get_export_formats(),
            self.get_export_resource_classes(request),
            initial={"export_items": chosen, "resource": 0},
        )
        form.fields["export_items"].choices = [(pk, pk) for pk in chosen]
        context = self.init_request_context_data(request, form) | {"export_url": address}
        return TemplateResponse(request, [self.export_template_name], self._with_readable_columns(context))

    def get_valid_export_item_pks(self, request):
        """Return the ids that a choice among rows may name: `get_export_queryset` leaves out what is not to be seen."""
        return [int(pk) for pk in request.POST.getlist("export_items") if pk.isdecimal() and len(pk) < LONGEST_ID]

    def get_data_for_export(self, request, queryset, **kwargs):
        request.exported = self.choose_export_resource_class(kwargs.get("export_form"), request)._meta.model
        return super().get_data_for_export(request, queryset, **kwargs)

    def get_export_filename(self, request, queryset, file_format):
        name = request.exported._meta.model_name
        return f"{name}s-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"

    def export_action(self, request):
        try:
            response = super().export_action(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)  # as the list does with filters it does not know
        if hasattr(response, "context_data"):
            self._with_readable_columns(response.context_data)
        return response

    def _with_readable_columns(self, context):
        context["fields_list"] = [
            (resource.get_display_name(), list(map(str, resource.headings.values())))
            for resource in self.resource_classes
        ]
        return context

    # --- Import ---------------------------------------------------------------------

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, Refused):
            form.add_error("import_file", str(e))
        else:
            form.add_error(
                "import_file",
                _("The file cannot be read. Open it and save it anew, as XLSX, ODS or CSV in UTF-8."),
            )

    def import_action(self, request, **kwargs):
        """Take a file and show its comparison in pages; `?preview=` is one that is kept, `&p=` its page."""
        if "preview" in request.GET and request.method == "GET" and self.has_import_permission(request):
            return self._kept_preview(request)
        response = super().import_action(request, **kwargs)
        if hasattr(response, "context_data"):
            context = self._with_readable_columns(response.context_data)
            if "result" in context:
                confirm = context["confirm_form"].initial if "confirm_form" in context else {}
                context |= self._first_page(request, context["result"], confirm)
        return response

    def _first_page(self, request, result, confirm=None):
        preview = Preview.of(result)
        preview.confirm = confirm or {}
        preview.keep(user=request.user, where=self.opts.model_name)
        return {"preview": preview, "page": preview.page(1)}

    def _kept_preview(self, request):
        preview = kept(request.GET["preview"], user=request.user, where=self.opts.model_name)
        if preview is None:
            self.message_user(request, _("The comparison is no longer kept. Choose the file again."), messages.ERROR)
            return HttpResponseRedirect(self._address("import"))
        context = self._import_page(request) | {"preview": preview, "page": preview.page(request.GET.get("p"))}
        if preview.confirm:
            context["confirm_form"] = ConfirmForm(initial=preview.confirm)
        return TemplateResponse(request, [self.import_template_name], context)

    def _import_page(self, request):
        form = UploadForm(self.get_import_formats(), self.get_import_resource_classes(request))
        context = {**self.admin_site.each_context(request), "title": _("Import"), "opts": self.opts, "form": form}
        return self._with_readable_columns(context)

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except (Refused, CalamineError, UnicodeDecodeError, tablib.InvalidDimensions) as error:
            sentence = str(error) if isinstance(error, Refused) else _("The file cannot be read. Choose it again.")
            self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(self._address("import"))

    def process_result(self, result, request):
        """Go to the list; or, where something changed since the file was compared, show what now stands against it."""
        if not result.has_errors() and not result.has_validation_errors():
            return super().process_result(result, request)
        context = self._import_page(request) | self._first_page(request, result)
        return TemplateResponse(request, [self.import_template_name], context)

    def add_success_message(self, result, request):
        told = _("Imported: %(new)d new, %(changed)d changed, %(unchanged)d unchanged.") % {
            "new": result.totals[RowResult.IMPORT_TYPE_NEW],
            "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
            "unchanged": result.totals[RowResult.IMPORT_TYPE_SKIP],
        }
        self.message_user(request, told, messages.SUCCESS)
