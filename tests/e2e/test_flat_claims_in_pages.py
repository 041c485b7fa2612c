"""Flat files in a browser: rows marked and exported, a long file of claims compared in pages, confirmed."""

import pytest

from mapping.availability.models import Claim
from mapping.countries.models import Role
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in
from tests.mapping.flat import table, written

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_claims_are_exported_for_marked_cells_and_imported_after_reading_each_page(open_page, live_server, tmp_path):
    exercise = factories.exercise()
    consultant = factories.member("consultant", exercise, Role.CONSULTANT)
    factories.assess(consultant, factories.cell(exercise), source=factories.source(consultant, exercise))
    page = open_page()
    sign_in(page, consultant, live_server.url)
    page.goto("/desk/mapping/cell/?q=2020&value__exact=available")
    page.get_by_role("checkbox", name="Stock, 2020").check()
    page.get_by_role("combobox", name="Action").select_option("export_selected")
    page.get_by_role("button", name="Go").click()
    page.get_by_text("Only the 1 row you selected is exported.").wait_for()
    assert_sound(page)
    page.get_by_role("combobox", name="Rows").select_option("1")
    page.get_by_role("combobox", name="Format").select_option("1")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    known = table(download.value.path().read_bytes())
    assert [row["Value"] for row in known] == ["Available"]

    titles = exercise.methodology.sections.get(key="immigration").indicators.values_list("title", flat=True)
    new = {**known[0], "Id": "", "Version": "", "Value": "no"}
    file = tmp_path / "claims.csv"
    file.write_bytes(
        written([{**new, "Indicator": title, "Year": year} for title in titles for year in range(2018, 2024)])
    )
    page.goto("/desk/mapping/cell/import/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("Rows 1 to 100 of 108").wait_for()
    assert_sound(page)
    page.get_by_role("link", name="Next page").click()
    page.get_by_text("Rows 101 to 108 of 108").wait_for()
    assert_sound(page)
    page.get_by_role("button", name="Confirm import").click()
    page.get_by_text("Imported: 108 new, 0 changed, 0 unchanged.").wait_for()
    assert Claim.objects.count() == 109
