"""`compile_summary`: a file here and now, or one sentence."""

import json

import pytest
from django.core.management import CommandError, call_command

from mapping.summaries.models import Summary


@pytest.mark.parametrize(("kind", "begins"), [("json", b"{"), ("html", b"<!doctype html>"), ("pdf", b"%PDF")])
def test_it_writes_a_file_without_a_worker(assessed, tmp_path, kind, begins):
    out = tmp_path / "summary"
    call_command("compile_summary", "KGZ-2024", "--format", kind, "--out", str(out))
    assert out.read_bytes().startswith(begins)
    assert not Summary.objects.exists()


def test_the_basis_is_approved_unless_told_otherwise(assessed, tmp_path):
    told = {}
    for basis in ([], ["--basis", "current"]):
        out = tmp_path / "summary.json"
        call_command("compile_summary", "KGZ-2024", "--format", "json", "--out", str(out), *basis)
        content = json.loads(out.read_text())
        told[content["basis"]] = content["scores"]["assessed"]
    assert told == {"approved": 2, "current": 3}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["XXX-2024", "--format", "json"], "There is no exercise XXX-2024. Exercises here: KGZ-2024."),
        (["KGZ-2024", "--format", "docx"], "Summaries are not made as docx yet"),
        (["KGZ-2024", "--format", "xlsx"], "Summaries are not made as xlsx yet"),
        (["KGZ-2024", "--format", "odt"], "invalid choice: 'odt'"),
        (["KGZ-2024", "--format", "json", "--language", "fr"], "invalid choice: 'fr'"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(exercise, tmp_path, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("compile_summary", *arguments, "--out", str(tmp_path / "summary"))
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written_is_told(exercise, tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("compile_summary", "KGZ-2024", "--format", "json", "--out", str(tmp_path / "none" / "summary"))
