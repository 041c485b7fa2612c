import pytest

from mapping.countries.models import Role
from mapping.summaries.services import compile_summary, request_compilation
from tests import factories
from tests.e2e.browsing import assert_sound, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_summaries_under_way_and_compiled_keep_the_policy_and_are_accessible(open_page, live_server, width, scheme):
    exercise = factories.exercise()
    consultant = factories.member("consultant", exercise, Role.CONSULTANT)
    source = factories.source(consultant, exercise, link=f"https://example.org/{'long' * 30}")
    factories.assess(consultant, factories.cell(exercise), "available", source=source, claim={"access": "on_request"})
    factories.assess(consultant, factories.cell(exercise, year=2021), "not_available")
    rows = [
        request_compilation(actor=consultant, exercise=exercise, basis="current", language=language)
        for language in ("en", "ru")
    ]
    compile_summary(summary_id=rows[0].pk)
    page = open_page(width=width, scheme=scheme)
    sign_in(page, consultant, live_server.url)
    for path in ("", "1/", "2/"):
        assert page.goto(f"/desk/exercises/KGZ-2024/summaries/{path}").status == 200
        assert_sound(page)
