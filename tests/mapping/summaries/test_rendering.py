"""JSON, page and PDF of one snapshot: the same numbers, whatever people wrote."""

import io
import re
from html import unescape

import pytest
from django.utils.html import strip_tags
from pypdf import PdfReader

from mapping.summaries.presentation import presented, told_percent
from mapping.summaries.rendering import as_page, as_pdf
from tests import factories

pytestmark = pytest.mark.once

HOSTILE = "#set text(1pt) *b* _i_ $x$ @y <z> \\ <script>alert(1)</script> {{ x }}"


def text_of_pdf(pdf):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def squeezed(text):
    """Text without spaces and the marks of line breaks: what a page break does to it is not the point."""
    return re.sub(r"[\s\u00ad\u200b-]+", "", unescape(text))


@pytest.fixture
def formats(compiled):
    """The page and the PDF of a summary of current content, as squeezed text, and its snapshot."""
    snapshot = compiled("current").snapshot
    return snapshot, squeezed(strip_tags(as_page(snapshot).decode())), squeezed(text_of_pdf(as_pdf(snapshot)))


def test_page_and_pdf_show_the_numbers_of_the_snapshot(formats):
    snapshot, page, pdf = formats
    shown = presented(snapshot)
    sentences = [shown["lead"], *(section["sentence"] for section in shown["sections"])]
    sentences += [gap["text"] for section in shown["sections"] for group in section["gaps"] for gap in group["gaps"]]
    assert f"{snapshot['scores']['assessed']} were assessed" in shown["lead"]
    for sentence in sentences:
        assert squeezed(sentence) in page
        assert squeezed(sentence) in pdf
    for row in shown["overview"]:
        numbers = [row[name] for name in ("available", "partially_available", "not_available", "not_assessed")]
        told = squeezed(
            f"{row['title']} {' '.join(map(str, numbers))} {row['assessed']} / {row['applicable']} {row['score']}"
        )
        assert told in page
        assert told in pdf


def test_a_draft_says_so_on_page_and_pdf(formats):
    _snapshot, page, pdf = formats
    for text in (page, pdf):
        assert "Draft:currentcontent,notreviewed" in text


def test_the_same_snapshot_gives_the_same_pdf(compiled):
    snapshot = compiled().snapshot
    assert as_pdf(snapshot) == as_pdf(snapshot)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (HOSTILE, HOSTILE),
        ("Кыргызча: ң ө ү; ўзбекча қ ғ ҳ; тоҷикӣ ӣ ӯ ҷ", "Кыргызча: ң ө ү; ўзбекча қ ғ ҳ; тоҷикӣ ӣ ӯ ҷ"),
        ("移民 😀 الهجرة", "□□ □ □□□□□□"),
        ("a\ufeffb\u202ec\u0007d", "abcd"),
        ("ж" * 140, "ж" * 140),
    ],
)
def test_whatever_people_wrote_is_text_in_the_pdf(exercise, consultant, coordinator, written, shown):
    from mapping.summaries.services import compile_now

    source = factories.source(consultant, exercise, title=written)
    factories.assess(consultant, factories.cell(exercise), "available", source=source)
    snapshot = compile_now(exercise, basis="current", language="en")
    assert squeezed(shown) in squeezed(text_of_pdf(as_pdf(snapshot)))
    page = as_page(snapshot).decode()
    assert "<script>" not in page
    if written != "ж" * 140:
        assert snapshot["references"][0]["title"] == written


def test_a_share_of_nothing_is_a_dash():
    assert [told_percent(None), told_percent(0.0), told_percent(51.2)] == [
        "–",
        "0.0\N{NO-BREAK SPACE}%",
        "51.2\N{NO-BREAK SPACE}%",
    ]


def test_the_figure_has_a_mark_for_every_cell_of_the_year(compiled):
    snapshot = compiled("current").snapshot
    for section, row in zip(snapshot["sections"], presented(snapshot)["overview"], strict=True):
        for drawn in row["figures"]:
            marks = {stroke["class"]: stroke["path"].count("M") for stroke in drawn["strokes"]}
            marks.pop("h-po", None)  # the outline of a mark that has a second stroke
            assert sum(marks.values()) == sum(cell["year"] == drawn["year"] for cell in section["cells"])
