"""A workbook that nobody touched changes nothing, whatever it holds and whichever program saved it."""

import subprocess
from datetime import date

import pytest
from django.utils import translation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mapping.availability.models import Cell, PartialReason, Value
from mapping.availability.services import CellEdit, ClaimEdit, save_cells
from mapping.sources.services import change_source
from tests import factories, services
from tests.mapping.workbook.workbooks import compared, exported, opened, saved

CELLS = 804
ZERO = {"new": 0, "changed": 0, "conflicts": 0, "errors": 0, "ignored": 0}

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(exercise, consultant):
    """A source, claims of two kinds, a partial with a note: something of everything."""
    source = factories.source(
        consultant,
        exercise,
        sections=["immigration", "emigration"],
        authors=["Бишкек; статистика", "Second"],
        languages=["ky", "ru"],
        accessed_on=date(2023, 10, 19),
        link="https://stat.kg/a?b=1",
        data_source_type="census",
        frequency="annual",
        breakdowns=["gender", "age"],
        note="=1+1\nsecond line",
    )
    factories.source(consultant, exercise, author="Of no section")
    factories.assess(consultant, factories.cell(exercise), source=source, claim={"languages": ["ky"], "period": "007"})
    factories.assess(consultant, factories.cell(exercise, year=2021), "not_available")
    factories.assess(
        consultant, factories.cell(exercise, year=2022), "partially_available", partial_note="Women", note="@home"
    )
    return exercise


def counts(comparison):
    return {name: comparison.counts[name] for name in ZERO}


def test_an_untouched_workbook_changes_nothing(filled, consultant):
    comparison = compared(consultant, filled, exported(filled))
    assert counts(comparison) == ZERO
    assert comparison.counts["unchanged"] == CELLS + 2 + 3
    assert comparison.changes == comparison.errors == comparison.ignored == []


def test_so_does_one_that_openpyxl_saved(filled, consultant):
    assert counts(compared(consultant, filled, saved(opened(exported(filled))))) == ZERO


@pytest.mark.skipif(not services.libreoffice(), reason="there is no LibreOffice")
def test_so_does_one_that_libreoffice_saved(filled, consultant, tmp_path):
    original, converted = tmp_path / "in.xlsx", tmp_path / "out" / "in.xlsx"
    original.write_bytes(exported(filled))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(converted.parent),
        str(original),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    comparison = compared(consultant, filled, converted.read_bytes())
    assert counts(comparison) == ZERO
    assert comparison.counts["unchanged"] == CELLS + 2 + 3


def test_a_workbook_written_in_one_language_is_read_in_another(filled, consultant):
    with translation.override("ru"):
        content = exported(filled)
    assert counts(compared(consultant, filled, content)) == ZERO


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40) | st.sampled_from(
    ["=1+1", "+7", "-", "@x", "_x0041_", "007", "1/2", "TRUE", "#REF!x", " a ", "a\r\nb", "ң ө ү қ", "a;b ; c"]
)
LISTS = st.lists(TEXT.filter(str.strip), max_size=3)


@given(data=st.data())
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would write hundreds of workbooks
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_it_holds(filled, consultant, data):
    source = filled.sources.order_by("pk").first()
    said = {name: data.draw(TEXT, name) for name in ("note", "short_name", "definition_used", "years_covered")}
    said |= {"authors": data.draw(LISTS), "breakdowns": data.draw(LISTS), "title": data.draw(TEXT)}
    said["note"] = said["note"] + str(source.version)  # never the same as before
    change_source(actor=consultant, source=source, version=source.version, values=said)
    cells = list(Cell.objects.filter(exercise=filled).order_by("?")[:8])
    edits = []
    for cell in cells:
        value = data.draw(st.sampled_from(["", *Value.values]))
        values = {"value": value, "note": data.draw(TEXT), "resolution": data.draw(TEXT)}
        if value == Value.PARTIALLY_AVAILABLE:
            values |= {"partial_reason": data.draw(st.sampled_from(["", *PartialReason.values]))}
            values |= {"partial_note": data.draw(TEXT)}
        claim = {
            "source": source.pk,
            "value": "available",
            "coverage_note": data.draw(TEXT),
            "locator": data.draw(TEXT),
        }
        edits.append(CellEdit(cell.pk, cell.version, values, [ClaimEdit(claim)]))
    save_cells(actor=consultant, exercise=filled, edits=edits)
    comparison = compared(consultant, filled, exported(filled))
    assert counts(comparison) == ZERO, (comparison.changes, comparison.errors, comparison.ignored)
