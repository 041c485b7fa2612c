"""Files kept with a source: what may be attached, who gets it back, and how it is sent."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mapping.audit.models import Entry
from mapping.content.models import ReviewStatus
from mapping.sources.models import Attachment, Source
from mapping.sources.services import add_attachment
from tests import factories

ADD = reverse("admin:mapping_source_add")
PDF = b"%PDF-1.7\n1 0 obj"


def zipped(*names):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return archive.getvalue()


def typed(**values):
    return {"citation_author": "NSC KR", "citation_year": "2023", "access": "unknown", "note": "typed", **values}


def upload(name, content=PDF):
    return SimpleUploadedFile(name, content)


def attach(actor, source, name="Answer.pdf", content=PDF):
    return add_attachment(actor=actor, source=source, version=source.version, file=upload(name, content))


def change(source):
    return reverse("admin:mapping_source_change", args=[source.pk])


@pytest.fixture(autouse=True)
def _uploads_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_several_files_and_an_archived_copy_come_with_a_new_source(consultant, sign_in):
    sign_in(consultant).post(
        ADD,
        typed(add_files=[upload("Ответ.pdf"), upload("data.csv", b"year;n\n2020;1")], archived_copy=upload("p.pdf")),
    )
    assert list(Attachment.objects.values_list("name", "is_archived_copy")) == [
        ("Ответ.pdf", False),
        ("data.csv", False),
        ("p.pdf", True),
    ]
    assert Entry.objects.filter(target_type="source", part__startswith="attachment:", verb="created").count() == 3


@pytest.mark.parametrize(
    "refused",
    [
        ("page.html", b"<script>", "only these kinds of file"),
        ("run.exe", b"MZ", "only these kinds of file"),
        ("noextension", PDF, "only these kinds of file"),
        ("report.pdf", b"MZ\x90\x00", "is not what its name says"),
        ("report.pdf", b"<html>", "is not what its name says"),
        ("photo.png", b"\xff\xd8\xff", "is not what its name says"),
        ("table.xlsx", zipped("word/document.xml"), "is not what its name says"),
        ("table.xlsx", b"PK\x03\x04 broken", "is not what its name says"),
        ("notes.txt", b"MZ\x90", "is not what its name says"),
        ("notes.txt", b"a\x00b", "is not what its name says"),
        ("empty.pdf", b"", "The submitted file is empty."),
        ("huge.pdf", PDF + b"x" * 100, "is too large"),
    ],
)
def test_a_file_that_may_not_be_attached_is_refused_and_nothing_typed_is_lost(consultant, sign_in, settings, refused):
    name, content, sentence = refused
    settings.ATTACHMENT_MAX_BYTES = 115
    if name == "table.xlsx":
        settings.ATTACHMENT_MAX_BYTES = 1000
    page = sign_in(consultant).post(ADD, typed(add_files=upload(name, content))).content.decode()
    assert sentence in page
    assert "typed</textarea>" in page
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.PNG", b"\x89PNG\r\n\x1a\n..."),
        ("a.jpeg", b"\xff\xd8\xff..."),
        ("a.docx", zipped("word/document.xml")),
        ("a.xlsx", zipped("xl/workbook.xml")),
        ("a.ods", zipped("mimetype", "content.xml")),
        ("a.zip", zipped("anything")),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."),
        ("a.txt", "Кыргызстан".encode()),
        ("a.csv", "Кыргызстан".encode("utf-16")),
    ],
)
def test_every_allowed_kind_of_file_is_kept(exercise, consultant, name, content):
    assert attach(consultant, factories.source(consultant, exercise), name, content).name == name


def test_a_name_that_hides_what_it_is_loses_its_disguise(exercise, consultant):
    kept = attach(consultant, factories.source(consultant, exercise), f"photo\u202efdp.exe\n{'x' * 300}.pdf")
    assert len(kept.name) == 200
    assert kept.name.startswith("photofdp.exe")
    assert kept.name.endswith(".pdf")


def test_a_file_is_sent_as_a_download_that_no_browser_runs(exercise, consultant, observer, sign_in):
    kept = attach(consultant, factories.source(consultant, exercise), "Ответ “1”.pdf")
    response = sign_in(observer).get(reverse("attachment", args=[kept.pk]))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "application/octet-stream"


def test_a_file_is_not_found_by_an_outsider_and_asks_a_stranger_to_sign_in(
    exercise, consultant, outsider, sign_in, client
):
    address = reverse("attachment", args=[attach(consultant, factories.source(consultant, exercise)).pk])
    assert sign_in(outsider).get(address).status_code == 404
    assert client.get(address).status_code == 302


def test_a_file_that_is_gone_from_the_disk_is_not_found(exercise, consultant, sign_in):
    kept = attach(consultant, factories.source(consultant, exercise))
    kept.file.storage.delete(kept.file.name)
    assert sign_in(consultant).get(reverse("attachment", args=[kept.pk])).status_code == 404


def test_a_file_added_to_an_approved_source_sends_it_back_to_draft(exercise, consultant, reviewer, sign_in):
    source = factories.source(consultant, exercise, title="T", institution="NSC KR")
    attach(consultant, source)
    source.refresh_from_db()
    factories.submit(consultant, source)
    factories.approve(reviewer, source)
    assert [file["name"] for file in source.approved_content["attachments"]] == ["Answer.pdf"]

    sign_in(consultant).post(
        change(source),
        typed(title="T", institution="NSC KR", access="public", note="", add_files=upload("More.pdf"))
        | {"seen_version": source.version},
    )
    source.refresh_from_db()
    assert source.status == ReviewStatus.DRAFT
    assert source.attachments.count() == 2
    assert len(source.approved_content["attachments"]) == 1


def test_a_file_is_removed_from_the_form_and_the_disk_and_its_history_stays(
    exercise, consultant, sign_in, django_capture_on_commit_callbacks
):
    source = factories.source(consultant, exercise, title="T", institution="NSC KR")
    kept = attach(consultant, source)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(consultant).post(
            change(source),
            typed(title="T", institution="NSC KR", access="public", note="", seen_version=2, remove_files=[kept.pk]),
        )
    assert not Attachment.objects.exists()
    assert not kept.file.storage.exists(kept.file.name)
    assert Entry.objects.get(part=f"attachment:{kept.pk}", verb="deleted").old["name"] == "Answer.pdf"


def test_a_stale_form_neither_adds_nor_removes_a_file(exercise, consultant, sign_in):
    source = factories.source(consultant, exercise, title="T", institution="NSC KR")
    attach(consultant, source)
    page = sign_in(consultant).post(
        change(source),
        typed(title="T", institution="NSC KR", access="public", note="", seen_version=1, add_files=upload("Late.pdf")),
    )
    assert "after you opened it" in page.content.decode()
    assert source.attachments.count() == 1


def test_a_file_of_another_source_cannot_be_removed_by_a_forged_id(exercise, consultant, outsider, sign_in):
    theirs = attach(consultant, factories.source(consultant, exercise))
    own = factories.source(outsider, outsider.assignments.get().exercise, title="T", institution="X")
    response = sign_in(outsider).post(
        change(own),
        typed(title="T", institution="X", access="public", note="", seen_version=1, remove_files=[theirs.pk]),
    )
    assert response.status_code == 200
    assert Attachment.objects.filter(pk=theirs.pk).exists()
