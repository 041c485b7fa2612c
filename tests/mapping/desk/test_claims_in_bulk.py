"""“This source covers these indicators for these years”: said once, previewed, entered as one act, undone by one."""

import re

import pytest
from django.urls import reverse

from mapping.audit.models import Entry
from mapping.availability.models import Cell, Claim
from mapping.countries.models import Exercise
from mapping.framework.models import Indicator
from mapping.sources.models import Source
from tests import factories

SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"
PAGE = SECTION + "claims/"
UNDO = "/desk/exercises/KGZ-2024/undo/"


@pytest.fixture
def source(exercise, consultant):
    return factories.source(consultant, exercise)


def said(source=None, **values):
    """What the browser posts of the claim and of the choice of cells."""
    basis = {"source": source.pk} if source else {}
    common = {"value": "available", "access": "public", "scope": "government", "nature": "quantitative"}
    return {**basis, **common, "confidence": "stated", **values}


def rows(*keys, years=(2020, 2021)):
    indicators = [factories.cell(Exercise.objects.get(code="KGZ-2024"), key).indicator_id for key in keys]
    return {"indicators": indicators, "years": list(years)}


def preview(client, data):
    return client.post(PAGE, {**data, "do": "preview"}).content.decode()


def chosen(page):
    return re.findall(r'name="chosen" value="([^"]+)"', page)


def apply(client, data, page, *, fill=True, **options):
    options |= {"fill": "on"} if fill else {}
    return client.post(PAGE, {**data, "do": "apply", "chosen": chosen(page), **options}, follow=True)


def undo(client, page):
    act = re.search(r'action="[^"]*/undo/".*?name="act" value="([^"]+)"', page, re.DOTALL)[1]
    return client.post(UNDO, {"act": act, "back": SECTION}, follow=True).content.decode()


def state(exercise):
    cells = exercise.cells.order_by("pk").values_list("pk", "value", "partial_reason")
    return list(cells), set(Claim.objects.values_list("cell", "source", "value", "locator"))


def test_indicators_and_years_are_entered_as_one_act_and_undone_by_one(exercise, consultant, source, sign_in):
    client, before = sign_in(consultant), state(exercise)
    data = said(source, locator="Table 3", languages="ky, ru") | rows("stock", "flows")
    page = preview(client, data)
    assert "4 cells would get the claim" in page
    assert not Claim.objects.exists()

    answer = apply(client, data, page).content.decode()
    assert "Claims entered for 4 cells." in answer
    cells = Cell.objects.filter(pk__in=[word.split(":")[0] for word in chosen(page)])
    assert set(cells.values_list("value", flat=True)) == {"available"}
    claim = cells.first().claims.get()
    assert (claim.locator, claim.languages, claim.source) == ("Table 3", ["ky", "ru"], source)
    acts = Entry.objects.filter(target_type="cell").values_list("act", flat=True)
    assert len(set(acts)) == 1

    assert "Undone: 4 cells are as they were." in undo(client, answer)
    assert state(exercise) == before
    undone = Entry.objects.filter(target_type="cell").exclude(act=acts[0])
    assert set(undone.values_list("reason", flat=True)) == {"undo"}
    assert len(set(undone.values_list("act", flat=True))) == 1


def test_a_whole_group_and_all_years_take_two_ticks(exercise, consultant, source, sign_in):
    data = said(source) | {"groups": ["stock"], "all_years": "on"}
    page = preview(sign_in(consultant), data)
    stock = exercise.cells.filter(indicator__section__key="immigration", indicator__group="stock")
    assert len(chosen(page)) == stock.count() == 48


def test_cells_given_by_the_grid_come_preselected(exercise, consultant, source, sign_in):
    client = sign_in(consultant)
    given = [factories.cell(exercise, "stock", 2019), factories.cell(exercise, "flows", 2022)]
    cells = ",".join(str(cell.pk) for cell in given)
    page = client.get(f"{PAGE}?cells={cells}").content.decode()
    assert f'name="cells" value="{cells}"' in page
    assert 'name="indicators"' not in page
    page = preview(client, said(source, cells=cells))
    assert {int(word.split(":")[0]) for word in chosen(page)} == {cell.pk for cell in given}


def test_a_source_brings_what_it_says_of_itself(exercise, consultant, sign_in):
    agency = factories.agency(consultant, exercise)
    source = factories.source(
        consultant, exercise, access="on_request", languages=["ky"], years_covered="2019, 2021", agency=agency
    )
    page = sign_in(consultant).get(f"{PAGE}?source={source.pk}").content.decode()
    assert f'value="{source.pk}" selected' in page
    assert 'value="on_request" selected' in page
    assert f'value="{agency.pk}" selected' in page
    assert re.findall(r'name="years" value="(\d+)" checked', page) == ["2019", "2021"]


def test_the_way_from_a_source_asks_for_the_section_only_where_it_is_open(exercise, consultant, sign_in):
    client, address = sign_in(consultant), "/desk/exercises/KGZ-2024/claims/"
    open_one = factories.source(consultant, exercise)
    page = client.get(f"{address}?source={open_one.pk}").content.decode()
    assert f"{PAGE}?source={open_one.pk}" in page
    of_one = factories.source(consultant, exercise, sections=["immigration"])
    assert client.get(f"{address}?source={of_one.pk}").url == f"{PAGE}?source={of_one.pk}"
    for source in (open_one, of_one):
        form = client.get(reverse("admin:mapping_source_change", args=[source.pk])).content.decode()
        assert f"{address}?source={source.pk}" in form


def test_a_new_source_can_be_entered_on_the_way_and_nothing_typed_is_lost(exercise, consultant, sign_in):
    client = sign_in(consultant)
    typed = said(locator="Annex", statement="x", coverage_note="Capital only", **rows("stock"))
    away = client.post(PAGE, typed | {"do": "source"})
    assert away.url.startswith(reverse("admin:mapping_source_add"))
    entered = {"citation_author": "SMS KR", "title": "Register", "access": "public", "exercise": "KGZ-2024"}
    back = client.post(away.url, entered)
    source = Source.objects.get()
    page = client.get(back.url).content.decode()
    assert f'value="{source.pk}" selected' in page
    assert 'value="Annex"' in page
    assert "Capital only" in page
    assert re.findall(r'name="years" value="(\d+)" checked', page) == ["2020", "2021"]


def test_a_source_form_never_leads_off_the_site(exercise, consultant, sign_in):
    address = reverse("admin:mapping_source_add") + "?exercise=KGZ-2024&next=//evil.example/"
    entered = {"citation_author": "SMS KR", "title": "Register", "access": "public", "exercise": "KGZ-2024"}
    assert sign_in(consultant).post(address, entered).url == reverse("sources", args=["KGZ-2024"])


def test_a_statement_serves_where_there_is_no_source(exercise, consultant, sign_in):
    client = sign_in(consultant)
    statement = {"statement_kind": "interview", "statement": "Head of the register", "stated_on": "2024-05-06"}
    data = said(value="not_available", **statement) | rows("stock")
    apply(client, data, preview(client, data))
    claim = factories.cell(exercise).claims.get()
    assert (claim.statement, str(claim.stated_on)) == ("Head of the register", "2024-05-06")


def test_the_preview_tells_what_would_contradict_what_exists_and_what_is_closed(exercise, consultant, source, sign_in):
    client = sign_in(consultant)
    same, against, closed = (factories.cell(exercise, year=year) for year in (2019, 2020, 2021))
    data = said(source) | rows("stock", years=(2019,))
    apply(client, data, preview(client, data))
    factories.assess(consultant, against, "not_available", claim={"statement": "Ministry"})
    factories.submit(consultant, factories.assess(consultant, closed))

    page = preview(client, said(source) | rows("stock", years=(2019, 2020, 2021, 2022)))
    assert "2 cells would get the claim" in page
    assert "1 has this very claim already" in page
    assert "It is submitted for review. Withdraw it first" in page
    assert "Contradicts Ministry" in page
    assert f"{same.pk}:" not in " ".join(chosen(page))
    assert f"{closed.pk}:" not in " ".join(chosen(page))


def test_another_value_is_replaced_only_where_it_is_asked_for(exercise, consultant, source, sign_in):
    client = sign_in(consultant)
    judged, unassessed = factories.cell(exercise, year=2020), factories.cell(exercise, year=2021)
    factories.assess(consultant, judged, "not_available")
    data = said(source) | rows("stock")
    page = preview(client, data)
    assert "Set it where a cell has another value: 1 cell" in page
    apply(client, data, page)
    judged.refresh_from_db()
    unassessed.refresh_from_db()
    assert (judged.value, unassessed.value) == ("not_available", "available")

    data |= {"locator": "p. 7"}
    apply(client, data, preview(client, data), replace="on")
    judged.refresh_from_db()
    assert judged.value == "available"


def test_values_stay_if_that_is_asked_for(exercise, consultant, source, sign_in):
    client, data = sign_in(consultant), said(source) | rows("stock")
    apply(client, data, preview(client, data), fill=False)
    assert factories.cell(exercise).value == ""
    assert factories.cell(exercise).claims.count() == 1


def test_one_reason_goes_with_all_that_become_partial(exercise, consultant, source, sign_in):
    client, data = sign_in(consultant), said(source, value="partially_available") | rows("stock")
    apply(client, data, preview(client, data), partial_reason="provisional")
    assert factories.cell(exercise).partial_reason == "provisional"


def test_a_cell_not_applicable_keeps_being_so(exercise, consultant, source, sign_in):
    cell = factories.cell(exercise)
    factories.assess(consultant, cell, "not_applicable", claim={"value": "not_available"})
    client, data = sign_in(consultant), said(source) | rows("stock")
    apply(client, data, preview(client, data), replace="on")
    cell.refresh_from_db()
    assert cell.value == "not_applicable"


def test_an_approved_cell_says_that_it_becomes_a_draft(exercise, consultant, reviewer, sign_in):
    source, cell = factories.source(consultant, exercise), factories.cell(exercise)
    factories.assess(consultant, cell)
    factories.approve(reviewer, factories.submit(consultant, cell))
    client, data = sign_in(consultant), said(source) | rows("stock")
    page = preview(client, data)
    assert "1 approved cell becomes a draft again" in page
    apply(client, data, page)
    cell.refresh_from_db()
    assert cell.status == "draft"


def test_a_cell_changed_between_preview_and_apply_stops_all_and_is_told(
    exercise, consultant, coordinator, source, sign_in
):
    client, data = sign_in(consultant), said(source) | rows("stock")
    page = preview(client, data)
    factories.assess(coordinator, factories.cell(exercise, year=2021), "not_available")
    answer = apply(client, data, page).content.decode()
    assert "Nothing was saved: 1 cell changed after it was shown to you." in answer
    assert "Coordinator changed “Stock, 2021”" in answer
    assert not Claim.objects.filter(source=source).exists()
    assert len(chosen(answer)) == 2
    assert "Claims entered for 2 cells." in apply(client, data, answer).content.decode()


def test_what_is_missing_is_told_all_at_once(exercise, consultant, sign_in):
    page = preview(sign_in(consultant), {"scope": "any", "languages": "klingon kyrgyz"})
    assert "Tick at least one indicator." in page
    assert "Tick at least one year." in page
    assert "a claim rests on a source or on a statement" in page.lower()
    assert "This field is required." in page
    assert "“klingon” is no language code" in page


def test_what_was_typed_comes_back_from_the_preview(exercise, consultant, source, sign_in):
    data = said(source, locator="Table 3") | rows("stock")
    page = sign_in(consultant).post(PAGE, data | {"do": "edit"}).content.decode()
    assert 'value="Table 3"' in page
    assert re.findall(r'name="years" value="(\d+)" checked', page) == ["2020", "2021"]


def test_a_subgroup_is_asked_for_where_the_section_tells_some_apart(exercise, consultant, sign_in):
    client = sign_in(consultant)
    assert 'name="subgroup"' not in client.get(PAGE).content.decode()
    with_subgroups = next(section for section in exercise.methodology.sections.all() if section.subgroups)
    page = client.get(f"/desk/exercises/KGZ-2024/sections/{with_subgroups.key}/claims/").content.decode()
    assert 'name="subgroup"' in page


def test_rows_of_others_are_not_found(exercise, consultant, outsider, source, sign_in):
    tajik = Exercise.objects.get(code="TJK-2024")
    foreign = factories.cell(tajik)
    foreign_source = factories.source(outsider, tajik)
    client = sign_in(consultant)
    assert client.get(f"{PAGE}?cells={foreign.pk}").status_code == 404
    assert client.get(f"{PAGE}?source={foreign_source.pk}").status_code == 404
    assert client.get(f"/desk/exercises/KGZ-2024/claims/?source={foreign_source.pk}").status_code == 404
    data = said(source) | rows("stock")
    forged = {**data, "do": "apply", "chosen": f"{foreign.pk}:1"}
    assert client.post(PAGE, forged).status_code == 404
    assert "Select a valid choice" in preview(client, {**data, "source": foreign_source.pk})
    for address in (PAGE, SECTION + "suggestions/", UNDO, "/desk/exercises/KGZ-2024/claims/"):
        assert sign_in(outsider).get(address).status_code in {404, 405}
        assert sign_in(outsider).post(address, data).status_code in {404, 405}
    assert not Claim.objects.exists()


@pytest.mark.parametrize("who", ["observer", "reviewer"])
def test_who_only_reads_or_reviews_is_told_who_enters_claims(who, exercise, consultant, source, sign_in, request):
    client = sign_in(request.getfixturevalue(who))
    data = said(source) | rows("stock")
    words = f"{factories.cell(exercise).pk}:1"
    for answer in (
        client.get(PAGE, follow=True),
        client.post(PAGE, {**data, "do": "apply", "chosen": words, "fill": "on"}, follow=True),
    ):
        assert "Only the consultants and coordinators of KGZ-2024 change it." in answer.content.decode()
    assert not Claim.objects.exists()


def test_two_hundred_cells_take_few_queries(exercise, consultant, source, sign_in, django_assert_max_num_queries):
    section = "/desk/exercises/KGZ-2024/sections/big_data/"
    big = exercise.methodology.sections.get(key="big_data")
    added = Indicator.objects.bulk_create(
        Indicator(section=big, key=f"n{n}", title=f"N {n}", order=100 + n, group="flow", measure=f"n{n}", breakdown="n")
        for n in range(40)
    )
    cells = Cell.objects.bulk_create(
        Cell(exercise=exercise, indicator=indicator, year=year) for indicator in added for year in range(2018, 2023)
    )
    old = factories.source(consultant, exercise)
    Claim.objects.bulk_create(
        Claim(cell=cell, source=old, value="partially_available") for cell in cells for _n in range(3)
    )
    client, data = sign_in(consultant), said(source, cells=",".join(str(cell.pk) for cell in cells))
    with django_assert_max_num_queries(15):
        client.get(section + "claims/?cells=" + data["cells"])
    with django_assert_max_num_queries(15):
        page = client.post(section + "claims/", {**data, "do": "preview"}).content.decode()
    with django_assert_max_num_queries(15):
        client.get(section + "suggestions/")
    with django_assert_max_num_queries(12):
        client.get(section)
    # SQLite takes rows in batches: on PostgreSQL it is twenty
    post = {**data, "do": "apply", "fill": "on", "chosen": chosen(page)}
    with django_assert_max_num_queries(35):
        client.post(section + "claims/", post)
    assert Cell.objects.filter(value="available").count() == 200
    answer = client.get(section).content.decode()
    with django_assert_max_num_queries(35):
        act = re.search(r'name="act" value="([^"]+)"', answer)[1]
        client.post(UNDO, {"act": act})
    assert not Cell.objects.exclude(value="").exists()
