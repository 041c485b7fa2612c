"""Rooms: no foreign key points up, migrations match the models, templates obey the content security policy."""

import io
import re

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.house_rules.source_code import ROOT, modules

pytestmark = pytest.mark.once

# From the bottom up; `accounts` is below all of them.
ROOMS = [
    "audit", "framework", "countries", "notifications", "content", "context", "sources", "availability",
    "duties", "harmonisation", "comments", "review", "figures",
    "data_requests", "second_coding", "gaps", "summaries", "workbook", "desk",
]  # fmt: skip


def height(model):
    parts = model.__module__.split(".")
    return ROOMS.index(parts[1]) if parts[0] == "mapping" else -1


@pytest.mark.parametrize("model", list(apps.get_app_config("mapping").get_models()), ids=lambda model: model.__name__)
def test_no_foreign_key_points_up(model):
    related = [field.related_model for field in model._meta.get_fields() if field.concrete and field.is_relation]
    assert [other.__name__ for other in related if height(other) > height(model)] == []


@pytest.mark.django_db
def test_migrations_match_the_models():
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())


def test_no_module_grows_past_reading():
    long = {module.path: len((ROOT / module.path).read_text(encoding="utf-8").splitlines()) for module in modules()}
    assert {path: lines for path, lines in long.items() if lines > 450} == {}


FORBIDDEN = re.compile(r"""\sstyle=|\son[a-z]+=["']|hx-on|<script(?![^>]*\bsrc=)|<style|javascript:""")


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "templates").rglob("*.html")),
    ids=lambda path: path.relative_to(ROOT / "templates").as_posix(),
)
def test_no_template_has_inline_script_or_style(path):
    assert FORBIDDEN.findall(path.read_text(encoding="utf-8")) == []
