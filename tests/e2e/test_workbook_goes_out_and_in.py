"""The workbook in a browser: taken out, edited, brought in, a conflict chosen, applied, seen in the grid."""

import pytest
from playwright.sync_api import expect

from mapping.availability.services import CellEdit, save_cell
from mapping.countries.models import Role
from mapping.workbook import opening, presentation
from mapping.workbook.job_services import work
from mapping.workbook.models import WorkbookImport
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in
from tests.mapping.workbook.workbooks import edited, exported, in_grid

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOME = "/desk/exercises/KGZ-2024/workbook/"


@pytest.fixture
def consultant():
    return factories.member("consultant", factories.exercise(), Role.CONSULTANT)


@pytest.fixture
def page(open_page, live_server, consultant):
    page = open_page()
    sign_in(page, consultant, live_server.url)
    return page


def upload(page, tmp_path, content, name="ministry.xlsx"):
    file = tmp_path / name
    file.write_bytes(content)
    page.goto(HOME)
    page.locator("#id_file").set_input_files(file)
    page.get_by_role("button", name="Compare").click()


def test_upload_preview_choose_a_conflict_apply_see_the_grid(page, consultant, tmp_path):
    exercise = factories.exercise()
    cell = factories.assess(consultant, factories.cell(exercise))
    content = exported(exercise)
    save_cell(
        actor=consultant, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"value": "partially_available"})
    )
    taken, new = in_grid(content), in_grid(content, year=2021)
    upload(
        page, tmp_path, edited(content, {("Immigration", taken): "Not available", ("Immigration", new): "Available"})
    )
    page.get_by_text("1 conflict to choose").wait_for()
    assert_sound(page)
    page.get_by_role("radio", name="Take what the file says:").check()
    page.get_by_role("button", name="Apply with these choices").click()
    page.get_by_text("The workbook was applied.").wait_for()
    assert_sound(page)
    assert [factories.cell(exercise, year=year).value for year in (2020, 2021)] == ["not_available", "available"]
    page.goto("/desk/exercises/KGZ-2024/sections/immigration/")
    for year, word in ((2020, "Not available"), (2021, "Available")):
        expect(page.locator(f"#c-{factories.cell(exercise, year=year).pk}")).to_contain_text(word)


def test_what_is_chosen_on_one_page_of_conflicts_is_there_on_coming_back(page, consultant, tmp_path, monkeypatch):
    monkeypatch.setattr(presentation, "ROWS_PER_PAGE", 2)
    exercise, years = factories.exercise(), (2019, 2020, 2021)
    content = exported(exercise)
    content = edited(content, {("Immigration", in_grid(content, year=year)): "Available" for year in years})
    for year in years:
        factories.assess(consultant, factories.cell(exercise, year=year), "not_available")
    upload(page, tmp_path, content)
    page.get_by_text("3 conflicts to choose").wait_for()
    conflicts = page.locator("#conflicts")
    for radio in conflicts.get_by_role("radio", name="Take what the file says:").all():
        radio.check()
    assert_sound(page)
    conflicts.get_by_role("button", name="Next page").click()
    page.wait_for_url("**/?conflicts=2#conflicts")
    expect(conflicts.get_by_role("radio", name="Keep what is here:")).to_be_checked()
    assert_sound(page)
    conflicts.get_by_role("button", name="Previous page").click()
    page.wait_for_url("**/?conflicts=1#conflicts")
    for radio in conflicts.get_by_role("radio", name="Take what the file says:").all():
        expect(radio).to_be_checked()
    page.get_by_role("button", name="Apply with these choices").click()
    page.get_by_text("The workbook was applied.").wait_for()
    values = [factories.cell(exercise, year=year).value for year in years]
    assert sorted(values) == ["available", "available", "not_available"]


def test_errors_are_marked_and_a_long_file_says_how_far_it_is(page, consultant, tmp_path, monkeypatch):
    exercise = factories.exercise()
    content = exported(exercise)
    upload(page, tmp_path, edited(content, {("Immigration", in_grid(content)): "N/A"}))
    with page.expect_download() as download:
        page.get_by_role("link", name="Your file with the errors marked").click()
    assert download.value.suggested_filename == "ministry, errors marked.xlsx"
    assert_sound(page)
    monkeypatch.setattr(opening, "LONG_ROWS", 10)
    upload(page, tmp_path, edited(content, {("Immigration", in_grid(content)): "Available"}), "long.xlsx")
    page.get_by_text("Waiting for a worker to begin.").wait_for()
    assert_sound(page)
    work(import_id=WorkbookImport.objects.first().pk)
    page.get_by_role("button", name="Apply 1 change").click()  # the page has loaded itself again
    work(import_id=WorkbookImport.objects.first().pk)
    page.get_by_text("Applied by").wait_for()
    assert factories.cell(exercise).value == "available"


def test_the_page_of_several_exercises_is_sound(open_page, live_server):
    factories.exercise()
    page = open_page(width=360, scheme="dark")
    sign_in(page, factories.member("regional", None, Role.COORDINATOR), live_server.url)
    assert page.goto("/desk/workbooks/").status == 200
    assert_sound(page)
    assert page.goto(HOME).status == 200
    assert_sound(page)
