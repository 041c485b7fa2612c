"""People are assigned by e-mail; whoever has no account is invited; coordinators need a second factor."""

import pytest
from django.urls import reverse

from accounts.models import AccountMail, User
from mapping.audit.models import Entry
from mapping.countries.models import Assignment
from mapping.countries.permissions import has_role


@pytest.fixture
def address():
    return reverse("admin:mapping_assignment_add")


def form_of(target, **changes):
    return {
        "email": "new@example.org",
        "name": "New Colleague",
        "language": "ru",
        "role": "reviewer",
        "exercise": target.pk,
        **changes,
    }


def test_whoever_has_no_account_is_invited_and_assigned(exercise, coordinator, sign_in, address):
    assert sign_in(coordinator).post(address, form_of(exercise)).status_code == 302
    person = User.objects.get(email="new@example.org")
    assert has_role(person, exercise)
    assert AccountMail.objects.get().kind == "invitation"


def test_whoever_has_an_account_is_assigned_without_a_mail(exercise, coordinator, outsider, sign_in, address):
    assert sign_in(coordinator).post(address, form_of(exercise, email=outsider.email.upper())).status_code == 302
    assert Assignment.objects.filter(user=outsider, exercise=exercise, role="reviewer").exists()
    assert not AccountMail.objects.exists()


def test_the_history_tells_of_the_person_by_reference_only(exercise, coordinator, sign_in, address):
    sign_in(coordinator).post(address, form_of(exercise))
    entry = Entry.objects.get(verb="assigned")
    assert entry.new == {"person": User.objects.get(email="new@example.org").pk, "role": "reviewer"}


def test_a_role_given_twice_is_refused_on_the_form(exercise, coordinator, sign_in, address):
    client = sign_in(coordinator)
    client.post(address, form_of(exercise))
    assert "has this role already" in client.post(address, form_of(exercise)).content.decode()


def test_a_coordinator_needs_a_second_factor_as_long_as_they_coordinate(
    exercise, regional_coordinator, sign_in, address
):
    client = sign_in(regional_coordinator)
    client.post(address, form_of(exercise, role="coordinator"))
    person = User.objects.get(email="new@example.org")
    assert person.needs_second_factor
    assignment = person.assignments.get()
    client.post(reverse("admin:mapping_assignment_delete", args=[assignment.pk]), {"post": "yes"})
    person.refresh_from_db()
    assert not person.assignments.exists()
    assert not person.needs_second_factor


def test_a_coordinator_assigns_to_their_own_exercises_only(exercise, coordinator, outsider, sign_in, address):
    other = outsider.assignments.get().exercise
    client = sign_in(coordinator)
    for elsewhere in (other.pk, ""):
        assert client.post(address, form_of(exercise, exercise=elsewhere)).status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()


@pytest.mark.parametrize("who", ["consultant", "reviewer", "observer"])
def test_others_assign_nobody(who, exercise, sign_in, address, request):
    assert sign_in(request.getfixturevalue(who)).post(address, form_of(exercise)).status_code == 403
