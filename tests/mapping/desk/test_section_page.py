"""The section page: a plain table that saves as one form, and loses nothing when it is refused."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from accounts.services import require_second_factor
from mapping.availability.models import Cell, Claim
from mapping.countries.models import Exercise
from mapping.framework.models import Indicator
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/sections/immigration/"


def typed(cell, value, *, seen=None):
    """What the browser posts for a cell whose select was changed to `value`."""
    seen = cell if seen is None else seen
    return {f"c-{cell.pk}": value, f"v-{cell.pk}": f"{seen.version}:{seen.value}"}


def fill(exercise, consultant):
    """Three claims on every immigration cell of the window."""
    source = factories.source(consultant, exercise)
    cells = exercise.cells.filter(indicator__section__key="immigration")
    Claim.objects.bulk_create(
        Claim(cell=cell, source=source, value="available", access="on_request") for cell in cells for _n in range(3)
    )
    cells.update(value="available", last_author=consultant)


def test_the_page_reads_a_full_section_in_few_queries(
    exercise, consultant, reviewer, sign_in, django_assert_max_num_queries
):
    fill(exercise, consultant)
    for person in (consultant, reviewer):
        client = sign_in(person)
        with django_assert_max_num_queries(12):
            page = client.get(PAGE)
        assert page.content.decode().count("Flows by gender") >= 6


@pytest.fixture
def careful_coordinator(coordinator):
    """A coordinator who must have a second factor, and has one."""
    require_second_factor(actor=coordinator, user=coordinator)
    TOTP.activate(coordinator, generate_totp_secret())
    return coordinator


@pytest.mark.parametrize("who", ["consultant", "careful_coordinator"])
def test_a_save_of_a_whole_section_takes_few_queries(exercise, who, request, sign_in, django_assert_max_num_queries):
    cells = list(exercise.cells.filter(indicator__section__key="immigration"))
    data = {}
    for cell in cells:
        data |= typed(cell, "not_available")
    client = sign_in(request.getfixturevalue(who))
    with django_assert_max_num_queries(12):
        answer = client.post(PAGE, data)
    assert answer.status_code == 302
    assert not exercise.cells.filter(indicator__section__key="immigration").exclude(value="not_available").exists()


def test_only_changed_cells_become_new_versions(exercise, consultant, sign_in):
    changed, same = factories.cell(exercise, year=2020), factories.cell(exercise, year=2021)
    sign_in(consultant).post(PAGE, typed(changed, "available") | typed(same, ""))
    changed.refresh_from_db()
    same.refresh_from_db()
    assert (changed.version, same.version) == (2, 1)


def test_a_refused_save_comes_back_with_everything_typed_and_both_versions(exercise, consultant, coordinator, sign_in):
    fast, other = factories.cell(exercise, year=2020), factories.cell(exercise, year=2021)
    seen = factories.cell(exercise, year=2020)
    factories.assess(coordinator, fast)
    client = sign_in(consultant)
    data = typed(fast, "not_available", seen=seen) | typed(other, "partially_available")
    answer = client.post(PAGE, data)
    page = answer.content.decode()
    assert "Nothing was saved" in page
    assert "Coordinator changed" in page
    assert "Keep theirs, by Coordinator" in page
    assert f'name="c-{fast.pk}" value="not_available" required' in page
    chosen = re.search(rf'<select name="c-{other.pk}".*?</select>', page, re.DOTALL)[0]
    assert '"partially_available" selected' in chosen
    other.refresh_from_db()
    assert other.value == ""

    fast.refresh_from_db()
    answer = client.post(PAGE, typed(fast, "not_available") | typed(other, "partially_available"))
    assert answer.status_code == 302
    fast.refresh_from_db()
    assert fast.value == "not_available"


def test_a_cell_left_alone_never_conflicts(exercise, consultant, coordinator, sign_in):
    fast, mine = factories.cell(exercise, year=2020), factories.cell(exercise, year=2021)
    seen = factories.cell(exercise, year=2020)
    factories.assess(coordinator, fast)
    answer = sign_in(consultant).post(PAGE, typed(fast, "", seen=seen) | typed(mine, "available"))
    assert answer.status_code == 302
    fast.refresh_from_db()
    assert fast.value == "available"


def test_a_value_outside_the_vocabulary_is_told_beside_its_cell(exercise, consultant, sign_in):
    cell = factories.cell(exercise)
    page = sign_in(consultant).post(PAGE, typed(cell, "perhaps\0")).content.decode()
    assert f'id="e-{cell.pk}-1"' in page
    assert "not a valid choice" in page


def test_a_forged_id_of_another_exercise_is_not_found(exercise, consultant, outsider, sign_in):
    foreign = factories.cell(Exercise.objects.get(code="TJK-2024"))
    answer = sign_in(consultant).post(PAGE, typed(foreign, "available"))
    assert answer.status_code == 404


@pytest.mark.parametrize("data", [{"v-1": "nonsense"}, {"v-1": "1:a b"}, {"v-1": "9999999999:available"}, {"v-1": ":"}])
def test_a_damaged_form_is_a_bad_request(exercise, consultant, sign_in, data):
    assert sign_in(consultant).post(PAGE, data).status_code == 400


def test_a_body_too_large_is_refused(exercise, consultant, sign_in):
    body = "v-1=" + "9" * (11 * 1024 * 1024)
    answer = sign_in(consultant).post(PAGE, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


def test_an_observer_reads_and_an_outsider_finds_nothing(exercise, observer, outsider, sign_in):
    cell = factories.cell(exercise)
    client = sign_in(observer)
    page = client.get(PAGE).content.decode()
    assert "You read this section as observer" in page
    assert '<select name="c-' not in page
    answer = client.post(PAGE, typed(cell, "available"))
    assert "Only the consultants and coordinators of KGZ-2024 change it." in answer.content.decode()
    for address in (PAGE, PAGE + "submit/", "/desk/exercises/KGZ-2024/"):
        assert sign_in(outsider).get(address).status_code == 404
    for address in (PAGE, PAGE + "submit/", PAGE + "review/", "/desk/exercises/KGZ-2024/freeze/"):
        assert sign_in(outsider).post(address).status_code == 404


def test_an_unknown_section_is_not_found(exercise, consultant, sign_in):
    assert sign_in(consultant).get("/desk/exercises/KGZ-2024/sections/emmigration/").status_code == 404


def test_a_longer_span_shows_the_window_first_and_every_year_on_demand(exercise, consultant, sign_in):
    client, address = sign_in(consultant), "/desk/exercises/KGZ-2024/sections/internal_mobility/"
    assert ">1991</th>" not in client.get(address).content.decode()
    everything = client.get(address + "?years=all").content.decode()
    assert ">1991</th>" in everything
    assert ">2023</th>" in everything


def test_the_accessible_name_of_a_cell_says_everything(exercise, consultant, sign_in):
    cell = factories.cell(exercise, "flows_by_gender", 2022)
    factories.assess(consultant, cell, claim={"access": "on_request"})
    page = sign_in(consultant).get(PAGE).content.decode()
    assert 'aria-label="Flows by gender, 2022, available, on request, draft, 1 claim"' in page


def test_a_partial_cell_without_reason_is_marked(exercise, consultant, sign_in):
    cell = factories.cell(exercise)
    client = sign_in(consultant)
    client.post(PAGE, typed(cell, "partially_available"))
    page = client.get(PAGE).content.decode()
    assert "reason?" in page
    assert "partially available, without a reason" in page


def test_sixty_long_titles_are_shown(exercise, consultant, sign_in, django_assert_max_num_queries):
    section = exercise.methodology.sections.get(key="big_data")
    Indicator.objects.bulk_create(
        Indicator(
            section=section,
            key=f"long-{n}",
            title=f"{n} " + "ы" * 190,
            order=100 + n,
            group="other",
            measure=f"m{n}",
            breakdown="total",
        )
        for n in range(60)
    )
    Cell.objects.bulk_create(
        Cell(exercise=exercise, indicator=indicator, year=year)
        for indicator in section.indicators.filter(key__startswith="long")
        for year in range(2018, 2024)
    )
    client = sign_in(consultant)
    with django_assert_max_num_queries(12):
        page = client.get("/desk/exercises/KGZ-2024/sections/big_data/")
    assert page.content.decode().count("ы" * 190) > 60


# --- Narrowed to what a filter found --------------------------------------------


@pytest.fixture
def one_partial(exercise, consultant):
    """The only partial cell of the section."""
    return factories.assess(consultant, factories.cell(exercise, year=2019), "partially_available", partial_reason="")


def rows_of(page):
    return page.count('<th scope="row" data-indicator')


def test_the_grid_shows_the_indicators_with_found_cells_marks_these_and_leads_back(one_partial, consultant, sign_in):
    client = sign_in(consultant)
    page = client.get(f"{PAGE}?open=reason&section=immigration").content.decode()
    assert rows_of(page) == 1
    assert re.findall(r'<td id="c-(\d+)" class="[^"]*\bhit\b', page) == [str(one_partial.pk)]
    assert "Showing 1 cell found by “To be settled: partially available without a reason”" in page
    assert f'<a href="{PAGE}">Show all</a>' in page
    assert "/cells/?open=reason&amp;section=immigration" in page
    assert rows_of(client.get(PAGE).content.decode()) == 18


def test_other_filters_narrow_it_too_each_told_in_words(exercise, consultant, one_partial, sign_in):
    factories.assess(consultant, factories.cell(exercise, year=2020), "not_available")
    page = sign_in(consultant).get(f"{PAGE}?value=partially_available&year=2019&q=flow&by=me").content.decode()
    assert "Whose: changed or submitted by me" in page
    assert "Value: Partially available" in page
    assert "Year: 2019" in page
    assert len(re.findall(r'class="[^"]*\bhit\b', page)) <= 1


def test_a_cell_found_outside_the_window_brings_all_years(exercise, consultant, sign_in):
    early = exercise.cells.filter(indicator__section__key="immigration", year__lt=exercise.first_year).first()
    if early is None:
        indicator = Indicator.objects.filter(section__key="immigration").first()
        early = Cell.objects.create(exercise=exercise, indicator=indicator, year=1995)
    page = sign_in(consultant).get(f"{PAGE}?year={early.year}").content.decode()
    assert f'id="c-{early.pk}"' in page


def test_where_nothing_is_found_all_is_shown_and_said(one_partial, consultant, sign_in):
    page = sign_in(consultant).get(f"{PAGE}?status=approved").content.decode()
    assert rows_of(page) == 18
    assert "No cell of this section is found by “Review: approved”" in page


@pytest.mark.parametrize(
    "query", ["value=nonsense", "year=abc", "indicator=999999999999999999999", "q=%00", "open=%F0%9F%92%A9", "by=you"]
)
def test_a_filter_that_cannot_be_understood_shows_all(query, exercise, consultant, sign_in):
    answer = sign_in(consultant).get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert rows_of(answer.content.decode()) == 18


def test_a_narrowed_grid_takes_few_queries_too(exercise, consultant, reviewer, sign_in, django_assert_max_num_queries):
    fill(exercise, consultant)
    indicator = Indicator.objects.filter(section__key="immigration").first()
    for person in (consultant, reviewer):
        client = sign_in(person)
        with django_assert_max_num_queries(12):
            client.get(f"{PAGE}?access=on_request&open=contradicted&indicator={indicator.pk}")


def test_a_refused_save_of_a_narrowed_grid_shows_the_refused_cell_though_it_is_found_no_more(
    exercise, consultant, coordinator, one_partial, sign_in
):
    seen = factories.cell(exercise, year=2019)
    seen.refresh_from_db()
    factories.assess(coordinator, factories.cell(exercise, year=2019), "available")
    page = sign_in(consultant).post(f"{PAGE}?open=reason", typed(seen, "not_available")).content.decode()
    assert "Nothing was saved" in page
    assert f'id="c-{seen.pk}"' in page


# --- Returned -----------------------------------------------------------------


def test_why_a_cell_was_returned_stands_at_it_and_in_its_name(exercise, consultant, reviewer, observer, sign_in):
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=2021)))
    factories.return_with_reason(reviewer, cell, reason="Which register? <b>NSC</b> or SRS")
    for person in (consultant, observer):
        page = sign_in(person).get(PAGE).content.decode()
        assert '<p class="m-ret back">Which register? &lt;b&gt;NSC&lt;/b&gt; or SRS</p>' in page
        assert "returned because: Which register?" in page
        assert "r-returned" in page


def test_a_long_reason_is_cut_in_the_grid(exercise, consultant, reviewer, sign_in):
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=2021)))
    factories.return_with_reason(reviewer, cell, reason="why " * 400)
    page = sign_in(consultant).get(PAGE).content.decode()
    assert "why …" in page or "why…" in page
    assert page.count("why ") < 200
