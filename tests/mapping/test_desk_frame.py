"""The desk's frame: headings by room, small parts, and the pages of the flat import."""

import re

import pytest
from django import forms
from django.contrib import admin
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from import_export.formats.base_formats import CSV
from import_export.forms import SelectableFieldsExportForm
from import_export.resources import modelresource_factory

from mapping.availability.models import Value
from mapping.content.models import ReviewStatus
from mapping.content.preview import Preview
from mapping.sources.models import Access
from mapping.templatetags import workbench
from tests import factories

SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', render_to_string("_sprite.html")))


@pytest.mark.parametrize(
    ("kind", "words", "choices"),
    [("v", workbench.VALUES, Value), ("a", workbench.ACCESS, Access), ("r", workbench.REVIEW, ReviewStatus)],
)
def test_every_state_has_a_word_and_a_symbol(kind, words, choices):
    assert set(choices.values) <= set(words)
    assert {f"{kind}-{key}" for key in words} <= SYMBOLS


def test_an_empty_value_is_not_assessed_never_not_available():
    assert "Not assessed" in workbench.value("")
    assert "#v-not_assessed" in workbench.value(None)


def test_a_label_is_escaped_in_an_inputs_name():
    form = type("F", (forms.Form,), {"name": forms.CharField(label='"><script>')})()
    assert "<script>" not in str(workbench.labelled(form["name"], "row"))


def test_a_diff_loses_its_inline_styles_and_nothing_else():
    diff = '<span>a</span><ins style="background:#e6ffe6;">b &lt;i style="x"&gt;</ins><del style="background:#ffe6e6;">c</del>'
    assert workbench.without_inline_style(diff) == '<span>a</span><ins>b &lt;i style="x"&gt;</ins><del>c</del>'


def test_the_desk_groups_models_under_the_headings_of_the_work(db, sign_in):
    request = RequestFactory().get("/desk/")
    request.user = factories.superuser()
    groups = {
        str(group["name"]): [model["object_name"] for model in group["models"]]
        for group in admin.site.get_app_list(request)
    }
    assert "User" in groups["Countries and people"]
    assert sum(len(models) for models in groups.values()) == len(
        {name for models in groups.values() for name in models}
    )


def test_the_import_page_lists_every_error_with_its_row(db):
    preview = Preview({}, faults=[(3, [("Year", "No such year.", "1066")])])
    page = render_to_string(
        "admin/import_export/import.html",
        {
            "preview": preview,
            "page": preview.page(1),
            "form": forms.Form(),
            "opts": factories.User._meta,
            "fields_list": [("people", ["year"])],
        },
    )
    assert "No such year." in page
    assert "1066" in page
    assert " style=" not in page


def test_the_export_page_needs_no_inline_script_or_style(db):
    form = SelectableFieldsExportForm([CSV], [modelresource_factory(factories.User)])
    page = render_to_string(
        "admin/import_export/export.html", {"form": form, "opts": factories.User._meta, "export_url": "/export"}
    )
    assert re.search(r'<label for="([^"]+)" data-resource="0">\s*<input type="checkbox"[^>]* id="\1"', page)
    assert " style=" not in page
    assert "onchange" not in page


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_says_what_to_do_without_any_context(status):
    page = render_to_string(f"{status}.html")
    assert re.search(r"<h1>[^<]+</h1>", page)
    assert "<form" not in page


def test_a_person_can_choose_the_language_before_signing_in(client):
    client.post(reverse("set_language"), {"language": "ru", "next": "/accounts/login/"})
    assert 'lang="ru"' in client.get(reverse("account_login")).content.decode()
