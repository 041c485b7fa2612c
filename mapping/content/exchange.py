"""Flat import and export in the admin: the formats, the upload, and who may do what.

What a row means is told by the resources (`mapping/content/resources.py` and those of the rooms).
"""

import io
import re
from pathlib import PurePath

import tablib
from django import forms
from django.contrib import messages
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
from python_calamine import CalamineError, CalamineWorkbook

from accounts.refusals import Refused

UPLOAD_MAX_BYTES = 5 * 1024 * 1024
CELL_LENGTH = 32_767  # what a cell of a spreadsheet holds
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
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(in_stream)).get_sheet_by_index(0)
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
    """A file; its kind is told by its name."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.extensions = [kind().get_extension() for kind in formats]
        self.fields["format"] = forms.CharField(widget=forms.HiddenInput, required=False)
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
            cleaned["format"] = str(self.extensions.index(extension))
        return cleaned

    @property
    def media(self):
        return forms.Media()  # the library's scripts guess the format in the browser


class ConfirmForm(ConfirmImportForm):
    format = forms.ChoiceField(choices=[(str(number), "") for number in range(len(FORMATS))], widget=forms.HiddenInput)


class ExchangeAdmin(ImportExportMixin):
    """Import for those who may edit, export for those who may view; the rows go through the room's services."""

    formats = FORMATS
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    tmp_storage_class = UploadCache
    skip_admin_log = True  # the audit is the history

    def has_import_permission(self, request):
        return self.has_add_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def get_resource_kwargs(self, request, *args, **kwargs):
        return {"actor": request.user}

    def get_import_data_kwargs(self, **kwargs):
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def choose_import_resource_class(self, form, request):
        return self.get_import_resource_classes(request)[0]

    def choose_export_resource_class(self, form, request):
        return self.get_export_resource_classes(request)[0]

    def get_export_filename(self, request, queryset, file_format):
        return f"{self.opts.model_name}s-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, Refused):
            form.add_error("import_file", str(e))
        else:
            form.add_error(
                "import_file",
                _("The file cannot be read. Open it and save it anew, as XLSX, ODS or CSV in UTF-8."),
            )

    def import_action(self, request, **kwargs):
        return self._with_readable_columns(super().import_action(request, **kwargs), request)

    def export_action(self, request):
        try:
            return self._with_readable_columns(super().export_action(request), request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)  # as the list does with filters it does not know

    def _with_readable_columns(self, response, request):
        if hasattr(response, "context_data"):
            resource = self.get_import_resource_classes(request)[0]
            response.context_data["fields_list"] = [("", list(map(str, resource.headings.values())))]
        return response

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except (Refused, CalamineError, UnicodeDecodeError, tablib.InvalidDimensions) as error:
            sentence = str(error) if isinstance(error, Refused) else _("The file cannot be read. Choose it again.")
            self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import"))

    def process_result(self, result, request):
        """Go to the list; or, where something changed since the file was compared, show what now stands against it."""
        if not result.has_errors() and not result.has_validation_errors():
            return super().process_result(result, request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import"),
            "opts": self.opts,
            "form": UploadForm(self.get_import_formats(), self.get_import_resource_classes(request)),
            "fields_list": [("", list(map(str, self.resource_classes[0].headings.values())))],
            "result": result,
        }
        return TemplateResponse(request, [self.import_template_name], context)

    def add_success_message(self, result, request):
        told = _("Imported: %(new)d new, %(changed)d changed, %(unchanged)d unchanged.") % {
            "new": result.totals[RowResult.IMPORT_TYPE_NEW],
            "changed": result.totals[RowResult.IMPORT_TYPE_UPDATE],
            "unchanged": result.totals[RowResult.IMPORT_TYPE_SKIP],
        }
        self.message_user(request, told, messages.SUCCESS)
