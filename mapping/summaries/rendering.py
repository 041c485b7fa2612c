"""Render a snapshot as JSON, as a page of its own, or as a PDF. Each takes the snapshot alone."""

import json
import logging
import re
from datetime import datetime
from pathlib import Path

import typst
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.summaries.compiling import as_json
from mapping.summaries.presentation import presented

logger = logging.getLogger(__name__)

FORMATS = ("json", "html", "pdf")
FORMATS_TO_COME = ("docx", "xlsx")
_STYLESHEETS = ("tokens", "base", "components", "public", "grid", "summary")
_TEMPLATE = Path(__file__).with_name("summary.typ")
# What typst's own fonts can draw. One other character would fail the whole of an accessible PDF (PDF/UA), as would a
# control character; the JSON and the page keep every character as it was entered.
_NOT_DRAWN = re.compile(
    "[^\\n\\u0020-\\u007e\\u00a0-\\u0377\\u0384-\\u038a\\u038e-\\u03a1\\u03a3-\\u04ff\\u1e00-\\u1eff\\u2000-\\u203f"
    "\\u2074-\\u208e\\u20a0-\\u20bf\\u2190-\\u22ff\\u2500-\\u25ff]"
)
_NEVER_DRAWN = re.compile("[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\ufeff]")
_UNKNOWN = "\N{WHITE SQUARE}"


def render(snapshot, format_):
    """Return the bytes of a snapshot in one of FORMATS. Raises Refused where a PDF cannot be made."""
    return {"json": as_json_bytes, "html": as_page, "pdf": as_pdf}[format_](snapshot)


def as_json_bytes(snapshot):
    """Return the snapshot as the contract has it."""
    return as_json(snapshot).encode()


def as_page(snapshot):
    """Return an HTML file that needs no other: its styles are in it."""
    with translation.override(snapshot["language"]):
        context = {"summary": presented(snapshot), "styles": _styles()}
        return render_to_string("mapping/summaries/file.html", context).encode()


def _styles():
    """Return the site's own stylesheets in one element: a file, unlike a page, has no policy that refuses it."""
    sheets = (Path(finders.find(f"css/{name}.css")).read_text(encoding="utf-8") for name in _STYLESHEETS)
    return mark_safe("<style>\n" + "\n".join(sheets) + "</style>")  # noqa: S308 - our own files


def as_pdf(snapshot):
    """Return an accessible PDF (PDF/UA-1); the same snapshot gives the same bytes.

    What people wrote reaches the template as data, never as markup. Raises Refused where the PDF cannot be made.
    """
    compiler = typst.Compiler(
        input=str(_TEMPLATE),
        ignore_system_fonts=True,  # the same fonts, hence the same pages, on every machine
        sys_inputs={"summary": json.dumps(_drawable(presented(snapshot)), ensure_ascii=False)},
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["ua-1"], timestamp=datetime.fromisoformat(snapshot["compiled_at"])
        )
    except typst.TypstError as error:
        logger.exception("No PDF of snapshot %s: %s", snapshot["snapshot"], error.diagnostic)
        raise Refused(
            _("The PDF could not be made; the details are in the program's log. The page and the JSON are complete.")
        ) from error
    for warning in warnings:
        logger.warning("PDF of snapshot %s: %s", snapshot["snapshot"], warning.message)
    return pdf


def _drawable(value):
    if isinstance(value, dict):
        return {key: _drawable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_drawable(each) for each in value]
    return _NOT_DRAWN.sub(_UNKNOWN, _NEVER_DRAWN.sub("", value)) if isinstance(value, str) else value
