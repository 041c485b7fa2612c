"""The shipped MDMM, and what loading does to versions that exist."""

import io
import json

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.refusals import Refused
from mapping.countries.models import Country
from mapping.framework.models import Methodology
from mapping.framework.selectors import span, terms
from mapping.framework.services import SHIPPED, as_data, load_methodology
from tests import factories

SECTIONS = [
    "immigration", "emigration", "return_migration", "undocumented_migration", "refugees_hosted",
    "refugees_from", "internal_displacement", "internal_mobility", "big_data", "remittances",
]  # fmt: skip
PARTIAL_REASONS = [
    "some_years_areas_or_groups", "part_of_the_year", "survey_or_estimate", "qualitative_only",
    "not_digitised", "incompatible_definition", "provisional", "other",
]  # fmt: skip


@pytest.fixture
def actor(db):
    return User.objects.system()


@pytest.fixture
def mdmm(actor):
    return load_methodology(actor=actor)


def file_with(tmp_path, **changes):
    path = tmp_path / "methodology.json"
    path.write_text(json.dumps({**json.loads(SHIPPED.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
    return path


def test_the_shipped_methodology_has_the_ten_sections_in_the_reports_order(mdmm):
    assert list(mdmm.sections.values_list("key", flat=True)) == SECTIONS
    assert (mdmm.first_year, mdmm.last_year) == (2018, 2023)


def test_every_indicator_has_a_measure_a_breakdown_and_guidance_of_the_vocabulary(mdmm):
    known = terms(mdmm)
    for section in mdmm.sections.prefetch_related("indicators"):
        for indicator in section.indicators.all():
            assert indicator.measure in known["measure"]
            assert indicator.breakdown in known["breakdown"]
            assert indicator.guidance


def test_the_code_and_the_shipped_vocabulary_know_the_same_partial_reasons(mdmm):
    assert list(terms(mdmm)["partial_reason"]) == PARTIAL_REASONS


def test_internal_mobility_looks_back_to_1991(exercise):
    indicator = factories.cell(exercise, "flows", 1991, "internal_mobility").indicator
    assert span(indicator, exercise) == range(1991, 2024)
    assert exercise.cells.filter(indicator__section__key="immigration").order_by("year").first().year == 2018


def test_loading_twice_changes_nothing(actor, mdmm):
    assert load_methodology(actor=actor).pk == mdmm.pk


def test_a_loaded_methodology_reads_back_as_its_file(mdmm, actor, tmp_path):
    path = tmp_path / "again.json"
    path.write_text(json.dumps({**as_data(mdmm), "version": "2.0"}), encoding="utf-8")
    again = load_methodology(actor=actor, path=path)
    assert {**as_data(again), "version": mdmm.version} == as_data(mdmm)


def test_a_version_in_use_is_never_altered(actor, exercise, tmp_path):
    with pytest.raises(Refused, match="new version number"):
        load_methodology(actor=actor, path=file_with(tmp_path, title="Another"))
    assert Methodology.objects.get().title != "Another"


def test_a_version_nobody_uses_is_replaced(actor, mdmm, nothing_started, tmp_path):
    assert load_methodology(actor=actor, path=file_with(tmp_path, title="Another")).title == "Another"
    assert Methodology.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "not valid JSON"),
        ("[]", "no methodology"),
        ('{"key": "x"}', "no methodology"),
        ('{"key": "x", "version": "1", "terms": 3, "sections": []}', "no methodology"),
    ],
)
def test_a_file_that_is_no_methodology_is_refused_in_a_sentence(actor, tmp_path, content, sentence):
    path = tmp_path / "broken.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=sentence):
        load_methodology(actor=actor, path=path)


def test_a_term_that_is_not_in_the_vocabulary_is_named(actor, tmp_path):
    data = json.loads(SHIPPED.read_text(encoding="utf-8"))
    data["sections"][0]["indicators"][0]["measure"] = "unheard_of"
    with pytest.raises(Refused) as refused:
        load_methodology(actor=actor, path=file_with(tmp_path, sections=data["sections"]))
    assert "unheard_of" in refused.value.problems[0]


@pytest.mark.django_db
def test_the_command_brings_the_countries_that_exercises_are_started_for():
    for _time in range(2):
        call_command("load_methodology", stdout=io.StringIO())
    assert Country.objects.filter(alpha_3__in=["KGZ", "TJK", "UZB"]).count() == 3
    assert Methodology.objects.count() == 1
