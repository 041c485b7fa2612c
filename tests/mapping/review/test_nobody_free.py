"""A section that nobody is free to approve says so when people are assigned, not at the end."""

import pytest
from django.urls import reverse

from mapping.availability.services import CellEdit, save_cell
from mapping.review.free_reviewers import nobody_free
from tests import factories

PAGE = "/desk/exercises/KGZ-2024/"


def test_an_exercise_without_a_reviewer_says_so(exercise, consultant, sign_in):
    assert nobody_free(exercise) == ["Nobody reviews this exercise: assign a reviewer."]
    assert "Nobody reviews this exercise" in sign_in(consultant).get(PAGE).content.decode()


def test_a_reviewer_of_all_exercises_is_free(exercise, consultant):
    factories.member("regional_reviewer", None, "reviewer")
    assert nobody_free(exercise) == []


def test_who_enters_and_alone_reviews_is_told_at_the_assignment(exercise, coordinator, sign_in):
    form = {"email": "new@example.org", "name": "New", "language": "en", "role": "consultant", "exercise": exercise.pk}
    answer = sign_in(coordinator).post(reverse("admin:mapping_assignment_add"), form, follow=True)
    assert answer.redirect_chain[-1][0] == PAGE
    assert "Coordinator enters and is the only one who reviews" in answer.content.decode()
    again = form | {"email": "second@example.org", "role": "reviewer"}
    page = sign_in(coordinator).post(reverse("admin:mapping_assignment_add"), again, follow=True).content.decode()
    assert "four eyes" not in page.lower()


def test_taking_the_last_reviewer_away_is_told_at_once(exercise, consultant, coordinator, reviewer, sign_in):
    assignment = reviewer.assignments.get()
    address = reverse("admin:mapping_assignment_delete", args=[assignment.pk])
    page = sign_in(coordinator).post(address, {"post": "yes"}, follow=True).content.decode()
    assert "Coordinator enters and is the only one who reviews" in page


@pytest.fixture
def worked_on_by_all(exercise, consultant, coordinator, reviewer):
    """A cell that the only two who review both worked on."""
    cell = factories.assess(consultant, factories.cell(exercise))
    factories.assign(reviewer, exercise, "consultant")
    for person, note in ((coordinator, "First"), (reviewer, "Second")):
        save_cell(actor=person, exercise=exercise, edit=CellEdit(cell.pk, cell.version, {"note": note}))
        cell.refresh_from_db()
    return cell


def test_a_section_whose_reviewers_all_worked_on_it_is_named(exercise, worked_on_by_all, consultant, sign_in):
    sentence = "Immigration: nobody is free to approve 1 cell. Everybody who reviews worked on it."
    assert nobody_free(exercise) == [sentence]
    assert sentence in sign_in(consultant).get(PAGE).content.decode()


def test_somebody_new_or_a_decision_frees_it(exercise, worked_on_by_all, consultant, reviewer):
    newcomer = factories.member("newcomer", exercise, "reviewer")
    assert nobody_free(exercise) == []
    newcomer.assignments.all().delete()
    assert len(nobody_free(exercise)) == 1
    factories.submit(consultant, worked_on_by_all)
    factories.return_with_reason(reviewer, worked_on_by_all)
    assert nobody_free(exercise) == []


def test_it_is_told_by_a_few_queries(exercise, worked_on_by_all, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        nobody_free(exercise)
