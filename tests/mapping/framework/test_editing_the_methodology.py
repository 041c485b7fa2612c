"""The methodology in the admin: regional coordinators edit it until an exercise uses it."""

import pytest
from django.urls import reverse

from accounts.refusals import Refused
from mapping.audit.selectors import history
from mapping.availability.exercises import adopt_methodology
from mapping.availability.models import Cell
from mapping.framework.models import Indicator, Methodology
from tests import factories


def form_of(indicator, **changes):
    names = ["key", "title", "order", "group", "measure", "breakdown", "guidance", "first_year", "last_year"]
    values = {name: getattr(indicator, name) for name in names}
    return {name: "" if value is None else value for name, value in {**values, **changes}.items()}


@pytest.fixture
def copy(exercise, regional_coordinator, sign_in):
    """A second version, copied through the admin."""
    address = reverse("admin:mapping_methodology_copy", args=[exercise.methodology_id])
    response = sign_in(regional_coordinator).post(address, {"version": "2.0"}, follow=True)
    assert "This is the copy" in response.content.decode()
    return Methodology.objects.get(version="2.0")


def test_a_version_in_use_is_shown_but_not_editable(exercise, regional_coordinator, sign_in):
    indicator = Indicator.objects.first()
    client = sign_in(regional_coordinator)
    address = reverse("admin:mapping_indicator_change", args=[indicator.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, form_of(indicator, title="Changed")).status_code == 403
    page = client.get(reverse("admin:mapping_methodology_change", args=[exercise.methodology_id]))
    assert "copy it as a new version" in page.content.decode()


def test_a_copy_is_edited_with_its_history(copy, regional_coordinator, sign_in):
    indicator = Indicator.objects.filter(section__methodology=copy).first()
    client = sign_in(regional_coordinator)
    response = client.post(
        reverse("admin:mapping_indicator_change", args=[indicator.pk]), form_of(indicator, title="Changed")
    )
    assert response.status_code == 302
    indicator.refresh_from_db()
    assert indicator.title == "Changed"
    assert history(indicator)[0].new == {"title": "Changed"}


def test_a_version_number_taken_is_refused_on_the_form(copy, exercise, regional_coordinator, sign_in):
    address = reverse("admin:mapping_methodology_copy", args=[exercise.methodology_id])
    assert "exists already" in sign_in(regional_coordinator).post(address, {"version": "2.0"}).content.decode()


@pytest.mark.parametrize("who", ["consultant", "reviewer", "coordinator", "observer"])
def test_others_read_the_methodology_and_edit_nothing(who, copy, sign_in, request):
    client = sign_in(request.getfixturevalue(who))
    indicator = Indicator.objects.filter(section__methodology=copy).first()
    address = reverse("admin:mapping_indicator_change", args=[indicator.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, form_of(indicator, title="Changed")).status_code == 403
    assert client.post(reverse("admin:mapping_methodology_copy", args=[copy.pk]), {"version": "3.0"}).status_code == 403


def test_an_exercise_adopts_a_new_version_in_one_step_and_keeps_its_cells(
    copy, exercise, consultant, regional_coordinator, sign_in
):
    assessed = factories.assess(consultant, factories.cell(exercise))
    response = sign_in(regional_coordinator).post(
        reverse("admin:mapping_exercise_adopt", args=[exercise.pk]), {"methodology": copy.pk}, follow=True
    )
    assert "now uses the new version" in response.content.decode()
    assessed.refresh_from_db()
    assert assessed.value == "available"
    assert assessed.indicator.section.methodology == copy
    assert not Cell.objects.filter(exercise=exercise).exclude(indicator__section__methodology=copy).exists()


def test_adopting_never_loses_a_cell_with_content(copy, exercise, consultant, regional_coordinator, sign_in):
    cell = factories.assess(consultant, factories.cell(exercise))
    Indicator.objects.get(section__methodology=copy, section__key="immigration", key="stock").delete()
    page = (
        sign_in(regional_coordinator)
        .post(reverse("admin:mapping_exercise_adopt", args=[exercise.pk]), {"methodology": copy.pk})
        .content.decode()
    )
    assert "no place for what these cells say" in page
    assert str(cell) in page
    exercise.refresh_from_db()
    assert exercise.methodology != copy


def test_adopting_removes_empty_cells_of_indicators_that_are_gone_and_adds_new_ones(
    copy, exercise, regional_coordinator
):
    gone = Indicator.objects.get(section__methodology=copy, section__key="immigration", key="stock")
    new = Indicator.objects.create(
        section=gone.section,
        key="stock_by_faith",
        title="Stock by faith",
        order=90,
        group="stock",
        measure="stock",
        breakdown="faith",
    )
    gone.delete()
    adopt_methodology(actor=regional_coordinator, exercise=exercise, methodology=copy)
    assert exercise.cells.filter(indicator=new).count() == 6
    assert not exercise.cells.filter(indicator__key="stock", indicator__section__key="immigration").exists()


def test_adopting_never_loses_a_cell_that_an_agency_was_asked_about(copy, exercise, consultant, regional_coordinator):
    factories.data_request(consultant, exercise)
    Indicator.objects.get(section__methodology=copy, section__key="immigration", key="stock").delete()
    with pytest.raises(Refused, match="An agency was asked"):
        adopt_methodology(actor=regional_coordinator, exercise=exercise, methodology=copy)
