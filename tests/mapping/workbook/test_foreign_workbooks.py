"""Workbooks that never were ours: names in English and Russian, what is not known with what it may mean."""

import pytest

from mapping.availability.services import CellEdit, save_cell
from mapping.workbook.services import upload
from mapping.workbook.usual_names import indicator_spellings, section_spellings
from tests import factories
from tests.mapping.workbook.workbooks import compared, edited, exported, in_grid, never_ours, opened, saved, sentences

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def test_a_russian_workbook_is_understood(exercise, consultant):
    content = never_ours(
        {
            "Иммиграция": [
                ["Таблица 1"],
                ["Год", "Численность\nпо полу", "Потоки по стра-\nнам происхождения", "Численность, всего"],
                [2021, "да", "частично", "нет"],
                [],
                ["Источник", "Авторы", "Учреждение", "Название", "Ссылка", "Язык"],
                ["Перепись", "Нацстатком", "НСК", "Перепись населения", "https://stat.kg/p", "русский, кыргызский"],
            ],
            "Денежные переводы": [["Год", "Приток денежных переводов", "ПИИ по странам"], [2020, "Есть", "0,5"]],
        }
    )
    comparison = compared(consultant, exercise, content)
    assert (comparison.errors, comparison.ignored) == ([], [])
    assert {(edit.held.key, edit.values["value"]) for edit in comparison.edits["cell"]} == {
        (("immigration", "stock_by_gender", 2021), "available"),
        (("immigration", "flows_by_country_of_origin", 2021), "partially_available"),
        (("immigration", "stock", 2021), "not_available"),
        (("remittances", "remittance_inflow", 2020), "available"),
        (("remittances", "fdi_by_country", 2020), "partially_available"),
    }
    source = comparison.edits["source"][0].values
    assert (source["title"], source["institution"], source["languages"]) == ("Перепись населения", "НСК", "ru ky")


@pytest.mark.parametrize(
    "name", ["1. Immigration", "1 Immigration", "01_Immigration", "1) иммиграция", "3.-Immigrants"]
)
def test_the_number_of_a_sheet_is_no_part_of_its_name(exercise, consultant, name):
    comparison = compared(consultant, exercise, never_ours({name: [["Year", "Stock"], [2021, "yes"]]}))
    assert (comparison.errors, comparison.ignored, comparison.counts["changed"]) == ([], [], 1)


def test_what_is_not_known_is_named_with_what_it_may_mean(exercise, consultant):
    content = never_ours(
        {
            "Imigration": [["Year", "Stock"], [2021, "yes"]],
            "Refugees": [["Year", "Stock"], [2021, "yes"]],
            "Emigration": [["Year", "Stock", "Stock by gendr"], [2021, "yes", "no"]],
            "Claims": [
                ["Section", "Indicator", "Year", "Statement", "Value"],
                ["Emigratio", "Stock", 2021, "a report", "yes"],
                ["Emigration", "Stock by gendr", 2021, "a report", "yes"],
            ],
        }
    )
    comparison = compared(consultant, exercise, content)
    ignored = {place.sheet: place.message for place in comparison.ignored}
    assert "name it after its section: “Immigration”" in ignored["Imigration"]
    assert "nothing on it was read" in ignored["Refugees"]
    assert "It may be meant as: “Stock by gender”" in ignored["Emigration"]
    assert "“Emigration”" in sentences(comparison)["Claims!A2"]
    assert "“Stock by gender”" in sentences(comparison)["Claims!B3"]


def test_no_usual_name_has_two_meanings(exercise):
    sections = [
        (section.key, section.title, list(section.indicators.all())) for section in exercise.methodology.sections.all()
    ]
    for _key, _title, indicators in sections:
        spellings = indicator_spellings(indicators)
        for indicator in indicators:
            assert spellings["".join(filter(str.isalnum, indicator.title.casefold()))] is indicator
            assert len([name for name, found in spellings.items() if found is indicator]) > 1
    assert section_spellings([]) == {}


def test_a_formula_that_fails_is_an_error_at_its_place(exercise, consultant):
    content = exported(exercise)
    failing = {
        ("Immigration", in_grid(content)): "#REF!",
        ("Remittances", in_grid(content, "Remittances", "Remittance inflow", 2021)): "#N/A",
    }
    comparison = compared(consultant, exercise, edited(content, failing, formula="1/0"))
    assert set(sentences(comparison)) == {f"{sheet}!{cell}" for sheet, cell in failing}
    assert "fails with #REF!" in comparison.errors[0].message


def test_a_formula_is_read_by_its_value_and_one_that_was_never_computed_is_an_error(exercise, consultant):
    content = exported(exercise)
    sheet, place = "Immigration", in_grid(content)
    computed = {(sheet, place): "Available", (sheet, in_grid(content, year=2021)): ""}
    comparison = compared(consultant, exercise, edited(content, computed, formula='IF(1,"x")'))
    assert (comparison.errors, comparison.counts["changed"]) == ([], 1)
    workbook = opened(content)
    workbook[sheet][place] = '=IF(1,"Available")'  # as a program writes it that computes nothing
    told = sentences(compared(consultant, exercise, saved(workbook)))
    assert told.keys() == {f"{sheet}!{place}"}
    assert "was never computed" in told[f"{sheet}!{place}"]


def test_an_agency_that_is_not_known_is_told_with_those_alike(exercise, consultant, coordinator):
    factories.agency(coordinator, exercise, "NSC", name="National Statistical Committee")
    factories.agency(coordinator, exercise, "MLSSM", name="Ministry of Labour")
    row = {"A": "Immigration", "B": "Flows", "C": 2021, "E": "report", "H": "yes", "P": "National Statistic Committee"}
    content = edited(exported(exercise), {("Claims", f"{column}2"): text for column, text in row.items()})
    message = sentences(compared(consultant, exercise, content))["Claims!P2"]
    assert message.endswith("write one of: NSC.")


def test_a_conflict_tells_the_partial_reason_of_each_side(exercise, consultant, sign_in):
    cell = factories.assess(consultant, factories.cell(exercise))
    content = exported(exercise)
    save_cell(
        actor=consultant,
        exercise=exercise,
        edit=CellEdit(cell.pk, cell.version, {"value": "partially_available", "partial_reason": "provisional"}),
    )
    content = edited(content, {("Immigration", in_grid(content)): "Not available"})
    assert compared(consultant, exercise, content).conflicts[0].reasons == ("", "provisional", "")
    kept = upload(actor=consultant, exercise=exercise, name="a.xlsx", content=content)
    page = sign_in(consultant).get(f"/desk/exercises/KGZ-2024/workbook/{kept.pk}/")
    assert "provisional</span>" in page.text
