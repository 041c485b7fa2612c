"""The first page tells what waits for a person; the exercise's page how far it is."""

from django.contrib.admin import site

from mapping.countries.permissions import forget_assignments
from tests import factories

EXERCISE = "/desk/exercises/KGZ-2024/"


def test_home_tells_the_consultant_what_was_returned_and_why(exercise, consultant, reviewer, sign_in):
    cell = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise)))
    factories.return_with_reason(reviewer, cell, reason="Persons aged 16+ only.")
    page = sign_in(consultant).get("/desk/").content.decode()
    assert "KGZ-2024: Immigration" in page
    assert "Persons aged 16+ only." in page
    assert "Persons aged 16+ only." not in sign_in(reviewer).get("/desk/").content.decode()


def test_home_tells_the_reviewer_what_to_approve_and_the_submitter_nothing(
    exercise, consultant, coordinator, reviewer, sign_in
):
    cell = factories.assess(consultant, factories.cell(exercise))
    source = factories.source(consultant, exercise)
    factories.submit(consultant, cell)
    factories.submit(consultant, source)
    page = sign_in(reviewer).get("/desk/").content.decode()
    assert page.count("To review") == 2
    assert "To review" not in sign_in(consultant).get("/desk/").content.decode()


def test_the_menu_asks_the_database_only_who_is_who(exercise, consultant, rf, django_assert_max_num_queries):
    request = rf.get("/desk/")
    request.user = consultant
    forget_assignments(consultant)
    with django_assert_max_num_queries(1):
        assert site.get_app_list(request)


def test_an_outsider_sees_only_their_own_exercise(exercise, outsider, sign_in):
    page = sign_in(outsider).get("/desk/").content.decode()
    assert "TJK-2024" in page
    assert "KGZ-2024" not in page


def test_progress_is_cumulative_and_leaves_out_what_does_not_apply(exercise, consultant, reviewer, sign_in):
    cells = [factories.assess(consultant, factories.cell(exercise, year=year)) for year in range(2018, 2022)]
    factories.assess(
        consultant, factories.cell(exercise, year=2023), "not_applicable", claim={"value": "not_available"}
    )
    factories.submit(consultant, *cells[:3])
    factories.approve(reviewer, *cells[:2])
    page = sign_in(consultant).get(EXERCISE).content.decode()
    assert 'aria-label="2 approved, 1 submitted, 1 draft of 107"' in page


def test_the_exercise_page_names_its_people_in_few_queries(
    exercise, consultant, reviewer, regional_coordinator, sign_in, django_assert_max_num_queries
):
    client = sign_in(consultant)
    with django_assert_max_num_queries(12):
        page = client.get(EXERCISE).content.decode()
    assert "Reviewer" in page
    assert "all exercises" in page
    assert "freeze/" not in page


def test_a_coordinator_freezes_with_a_reason_and_unfreezes(exercise, consultant, coordinator, sign_in):
    client = sign_in(coordinator)
    answer = client.post(EXERCISE + "freeze/", {"do": "freeze", "reason": " "}, follow=True)
    assert "Say why" in answer.content.decode()
    client.post(EXERCISE + "freeze/", {"do": "freeze", "reason": "Before the launch"})
    exercise.refresh_from_db()
    assert exercise.is_frozen
    page = sign_in(consultant).get(EXERCISE + "sections/immigration/").content.decode()
    assert "Frozen since" in page
    assert '<select name="c-' not in page
    client.post(EXERCISE + "freeze/", {"do": "unfreeze", "reason": "Corrections"})
    exercise.refresh_from_db()
    assert not exercise.is_frozen


def test_others_do_not_freeze(exercise, consultant, sign_in):
    answer = sign_in(consultant).post(EXERCISE + "freeze/", {"do": "freeze", "reason": "No"}, follow=True)
    assert "Only a coordinator freezes" in answer.content.decode()
    assert sign_in(consultant).get(EXERCISE + "freeze/").status_code == 405
