"""Flat files out of the admin and back in, as a browser sends them."""

import csv
import io

import openpyxl
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from mapping.content.exchange import FORMATS

KINDS = {kind().get_extension(): str(number) for number, kind in enumerate(FORMATS)}
RESOURCES = {
    "source": ("source", 0),
    "cell": ("cell", 0),
    "claim": ("cell", 1),
}  # (whose admin, which of its resources)


def address(what, page):
    """An address of the admin in which rows of this kind are exchanged: changelist, export, import, process_import."""
    return reverse(f"admin:mapping_{RESOURCES[what][0]}_{page}")


def exported(client, what, kind="csv", query="", **chosen):
    """An export as the page of the admin asks for it."""
    told = {"format": KINDS[kind], "resource": str(RESOURCES[what][1]), **chosen}
    response = client.post(address(what, "export") + query, told)
    assert response["Content-Disposition"].startswith("attachment"), response.content.decode()
    return response.content


def table(content, kind="csv"):
    """The rows of a file as dicts."""
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    heading, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


def written(rows, kind="csv"):
    """A file of these rows (dicts), as a person's program writes it."""
    heading = list(dict.fromkeys(name for row in rows for name in row))
    lines = [[row.get(name, "") for name in heading] for row in rows]
    if kind == "xlsx":
        book, file = openpyxl.Workbook(), io.BytesIO()
        for line in [heading, *lines]:
            book.active.append(line)
        book.save(file)
        return file.getvalue()
    content = tablib.Dataset(*lines, headers=heading).export(kind)
    return content.encode() if isinstance(content, str) else content


def compare(client, what, content, kind="csv"):
    file = SimpleUploadedFile(f"{what}s.{kind}", content)
    return client.post(address(what, "import"), {"import_file": file, "format": ""})


def apply(client, what, content, kind="csv"):
    form = compare(client, what, content, kind).context["confirm_form"]
    return client.post(address(what, "process_import"), form.initial, follow=True)


def problems(response):
    """What is wrong, by row."""
    return {row.number: row.error.messages for row in response.context["result"].invalid_rows}


def counts(response):
    """How many rows are new, changed, unchanged."""
    totals = response.context["result"].totals
    return totals["new"], totals["update"], totals["skip"]
