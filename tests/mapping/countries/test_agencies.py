"""Agencies on the desk: whose they are to see and to change, and their focal points as personal data."""

import pytest
from django.urls import reverse

from mapping.audit.models import Entry
from mapping.countries.models import Agency, FocalPoint
from tests import factories

ADD = reverse("admin:mapping_agency_add")
LIST = reverse("admin:mapping_agency_changelist")


def change(agency):
    return reverse("admin:mapping_agency_change", args=[agency.pk])


def typed(focal_point=(), **values):
    """What a person fills in, with what belongs to the part about the focal point."""
    return {
        "acronym": "НСК",
        "kind": "government",
        "name": "Нацстатком",
        "formal_request": "unknown",
        "focal_points-TOTAL_FORMS": "1",
        "focal_points-INITIAL_FORMS": "0",
        "focal_points-0-language": "en",
        **{f"focal_points-0-{name}": value for name, value in dict(focal_point).items()},
        **values,
    }


def test_a_consultant_enters_an_agency_with_its_focal_point(exercise, consultant, sign_in):
    sign_in(consultant).post(
        ADD,
        typed(
            {"name": "Гүлнара", "email": "g@stat.kg", "language": "ru"},
            country=exercise.country_id,
            aliases="NSC KR\nНСК КР",
            languages="ky, ru",
            data_held="register of migrants",
            formal_request="required",
        ),
    )
    agency = Agency.objects.get()
    assert (agency.aliases, agency.languages) == (["NSC KR", "НСК КР"], ["ky", "ru"])
    assert agency.focal_points.get().email == "g@stat.kg"
    told = Entry.objects.filter(target_type="agency", target_id=agency.pk)
    assert {entry.verb for entry in told} == {"created"}
    assert "g@stat.kg" not in str([(entry.old, entry.new, entry.reason) for entry in told])


def test_a_focal_point_is_changed_and_removed(exercise, consultant, sign_in):
    agency = factories.agency(consultant, exercise)
    official = agency.focal_points.get()
    known = {"focal_points-INITIAL_FORMS": "1"}
    person = {"id": official.pk, "agency": agency.pk, "name": "Somebody Else", "email": "else@stat.kg"}
    sign_in(consultant).post(change(agency), typed(person, **known))
    official.refresh_from_db()
    assert official.name == "Somebody Else"

    sign_in(consultant).post(change(agency), typed({**person, "DELETE": "on"}, **known))
    assert not FocalPoint.objects.exists()
    assert Entry.objects.filter(target_type="agency", part=f"focal_point:{official.pk}", verb="deleted").exists()


def test_a_focal_point_who_was_asked_stays(exercise, consultant, coordinator, sign_in):
    agency = factories.agency(consultant, exercise)
    factories.data_request(consultant, exercise, agency)
    official = agency.focal_points.get()
    person = {"id": official.pk, "agency": agency.pk, "name": "X", "email": "x@stat.kg", "DELETE": "on"}
    response = sign_in(consultant).post(change(agency), typed(person, **{"focal_points-INITIAL_FORMS": "1"}))
    assert response.status_code == 200
    assert FocalPoint.objects.filter(pk=official.pk).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("languages", "kyrgyzish"), ("aliases", "a\x00b"), ("kind", "secret"), ("name", "x" * 301), ("acronym", "NSC")],
)
def test_bad_input_is_refused_and_what_was_typed_is_kept(exercise, consultant, sign_in, field, value):
    factories.agency(consultant, exercise)
    values = typed(country=exercise.country_id, note="typed") | {field: value}
    response = sign_in(consultant).post(ADD, values)
    assert response.status_code == 200
    assert "typed</textarea>" in response.content.decode()
    assert Agency.objects.count() == 1


def test_an_agency_is_entered_for_ones_own_countries_only(exercise, outsider, sign_in):
    response = sign_in(outsider).post(ADD, typed(country=exercise.country_id))
    assert response.status_code == 200
    assert not Agency.objects.exists()


def test_an_agency_of_another_country_is_not_found(exercise, consultant, outsider, sign_in):
    agency = factories.agency(consultant, exercise, "NSC", name="National Statistics")
    assert sign_in(outsider).get(change(agency)).status_code == 404
    assert sign_in(outsider).post(change(agency), typed()).status_code == 404
    assert "National Statistics" not in sign_in(outsider).get(LIST).content.decode()


def test_an_observer_reads_agencies_and_changes_none(exercise, consultant, observer, sign_in):
    agency = factories.agency(consultant, exercise, aliases=["Нацстатком"], languages=["ky"])
    client = sign_in(observer)
    page = client.get(change(agency)).content.decode()
    assert "Нацстатком" in page
    assert "Kyrgyz" in page
    assert 'name="acronym"' not in page
    assert client.post(change(agency), typed()).status_code == 403
    assert client.get(ADD).status_code == 403


def test_agencies_are_found_by_an_alias_in_either_case(exercise, consultant, sign_in):
    factories.agency(consultant, exercise, aliases=["Нацстатком"])
    assert "NSC" in sign_in(consultant).get(f"{LIST}?q=НАЦСТАТКОМ").content.decode()


def test_a_longer_list_asks_no_more_of_the_database(exercise, consultant, sign_in, django_assert_max_num_queries):
    for number in range(12):
        factories.agency(consultant, exercise, f"A{number}", focal_point=False)
    client = sign_in(consultant)
    client.get(LIST)
    with django_assert_max_num_queries(15):
        client.get(LIST)


def test_what_a_colleague_changed_meanwhile_is_told_and_not_overwritten_unseen(
    exercise, consultant, coordinator, sign_in
):
    agency = factories.agency(consultant, exercise, focal_point=False)
    seen = {"seen_version": agency.version}
    sign_in(coordinator).post(change(agency), typed(acronym="NSC", name="Statistical Committee", **seen))
    response = sign_in(consultant).post(change(agency), typed(acronym="NSC", role="mine", **seen))
    page = response.content.decode()
    assert "Coordinator changed “NSC” after you opened it." in page
    assert "Name: Statistical Committee" in page
    assert "mine</textarea>" in page
    agency.refresh_from_db()
    assert (agency.name, agency.role) == ("Statistical Committee", "")

    again = {"seen_version": response.context["adminform"].form["seen_version"].value()}
    sign_in(consultant).post(change(agency), typed(acronym="NSC", name="Statistical Committee", role="mine", **again))
    agency.refresh_from_db()
    assert (agency.name, agency.role) == ("Statistical Committee", "mine")


def test_a_focal_point_is_part_of_what_a_colleague_may_have_changed(exercise, consultant, coordinator, sign_in):
    agency = factories.agency(consultant, exercise)
    agency.refresh_from_db()
    official = agency.focal_points.get()
    known = {"focal_points-INITIAL_FORMS": "1", "seen_version": agency.version, "acronym": "NSC"}
    theirs = {"id": official.pk, "agency": agency.pk, "name": "New Official", "email": "new@stat.kg"}
    mine = theirs | {"name": official.name, "email": official.email}
    sign_in(coordinator).post(change(agency), typed(theirs, **known))
    page = sign_in(consultant).post(change(agency), typed(mine, **known)).content.decode()
    assert "New Official, new@stat.kg" in page
    official.refresh_from_db()
    assert official.email == "new@stat.kg"
