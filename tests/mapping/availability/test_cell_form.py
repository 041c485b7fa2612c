"""The form of one cell with its claims: one save, nothing lost, nobody overwritten."""

import re
from html.parser import HTMLParser

import pytest

from mapping.audit.selectors import history
from mapping.availability.models import Claim
from mapping.availability.services import CellEdit, ClaimEdit, save_cell
from mapping.countries.models import Exercise
from tests import factories


class _Fields(HTMLParser):
    """Reads the fields of a page as a browser without JavaScript would post them."""

    def __init__(self):
        super().__init__()
        self.data, self.select, self.area = {}, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "input" and name and attrs.get("type") not in {"submit", "checkbox"}:
            self.data[name] = attrs.get("value", "")
        elif tag == "select" and name:
            self.select = name
            self.data[name] = ""
        elif tag == "option" and self.select and "selected" in attrs:
            self.data[self.select] = attrs["value"]
        elif tag == "textarea" and name:
            self.area = name
            self.data[name] = ""

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area:
            self.data[self.area] += data.removeprefix("\n")


def fields(response):
    form = re.search(r'<form[^>]*id="cell_form".*?</form>', response.content.decode(), re.DOTALL)[0]
    reader = _Fields()
    reader.feed(form)
    return {name: value for name, value in reader.data.items() if "__prefix__" not in name}


def address(cell):
    return f"/desk/mapping/cell/{cell.pk}/change/"


@pytest.fixture
def cell(exercise):
    return factories.cell(exercise)


def test_value_and_claim_are_saved_together_as_one_act(exercise, consultant, cell, sign_in):
    client, source = sign_in(consultant), factories.source(consultant, exercise)
    data = fields(client.get(address(cell)))
    data |= {"value": "available", "claims-0-source": source.pk, "claims-0-value": "available", "why": "Yearbook found"}
    assert client.post(address(cell), data).status_code == 302
    cell.refresh_from_db()
    claim = cell.claims.get()
    assert (cell.value, cell.version, claim.source) == ("available", 2, source)
    entries = list(history(cell))
    assert len({entry.act for entry in entries}) == 1
    assert {entry.reason for entry in entries} == {"Yearbook found"}
    told = client.get(f"/desk/mapping/cell/{cell.pk}/history/").content.decode()
    assert "NSC KR, 2023" in told
    assert "Yearbook found" in told


def test_an_untouched_form_saves_nothing_and_says_so(exercise, consultant, cell, sign_in):
    factories.assess(consultant, cell, claim={"languages": ["ky", "ru"], "stated_on": None})
    client = sign_in(consultant)
    answer = client.post(address(cell), fields(client.get(address(cell))))
    assert "Nothing was changed" in answer.content.decode()
    cell.refresh_from_db()
    assert cell.version == 2


def test_a_stale_save_shows_both_versions_and_keeps_what_was_typed(exercise, consultant, coordinator, cell, sign_in):
    client = sign_in(consultant)
    data = fields(client.get(address(cell))) | {"value": "not_available", "note": "Asked in Бишкек"}
    factories.assess(coordinator, cell)
    answer = client.post(address(cell), data)
    page = answer.content.decode()
    assert "Coordinator changed" in page
    assert "Two versions" in page
    assert "Asked in Бишкек" in page
    assert client.post(address(cell), fields(answer)).status_code == 302
    cell.refresh_from_db()
    assert (cell.value, cell.note) == ("not_available", "Asked in Бишкек")
    assert cell.claims.count() == 1  # theirs stays


def test_a_stale_claim_shows_both_versions_and_keeps_what_was_typed(exercise, consultant, coordinator, cell, sign_in):
    factories.assess(consultant, cell)
    claim, client = cell.claims.get(), sign_in(consultant)
    data = fields(client.get(address(cell))) | {"claims-0-access": "not_shared"}
    theirs = ClaimEdit({"access": "on_request", "locator": "p. 7"}, claim.pk, claim.version)
    save_cell(actor=coordinator, exercise=exercise, edit=CellEdit(cell.pk, claims=[theirs]))
    answer = client.post(address(cell), data)
    page = answer.content.decode()
    assert "was changed by somebody" in page
    assert re.search(r"theirs <ins>on request</ins>, yours <ins>not shared</ins>", page)
    assert client.post(address(cell), fields(answer)).status_code == 302
    claim.refresh_from_db()
    assert (claim.access, claim.locator) == ("not_shared", "p. 7")  # what was left alone takes nothing back


def test_a_claim_deleted_meanwhile_can_be_entered_anew(exercise, consultant, coordinator, cell, sign_in):
    factories.assess(consultant, cell)
    claim, client = cell.claims.get(), sign_in(consultant)
    data = fields(client.get(address(cell))) | {"claims-0-locator": "p. 9"}
    gone = ClaimEdit(None, claim.pk, claim.version)
    save_cell(actor=coordinator, exercise=exercise, edit=CellEdit(cell.pk, claims=[gone]))
    answer = client.post(address(cell), data)
    assert "somebody deleted" in answer.content.decode()
    assert client.post(address(cell), fields(answer)).status_code == 302
    assert cell.claims.get().locator == "p. 9"


def test_a_claim_is_deleted_with_the_version_that_was_seen(exercise, consultant, cell, sign_in):
    factories.assess(consultant, cell)
    client = sign_in(consultant)
    data = fields(client.get(address(cell))) | {"claims-0-DELETE": "on"}
    assert client.post(address(cell), data).status_code == 302
    assert not cell.claims.exists()


def test_the_number_of_queries_does_not_grow_with_the_claims(
    exercise, consultant, cell, sign_in, django_assert_max_num_queries
):
    source = factories.source(consultant, exercise)
    Claim.objects.bulk_create(Claim(cell=cell, source=source, value="available") for _n in range(40))
    client = sign_in(consultant)
    with django_assert_max_num_queries(15):
        page = client.get(address(cell))
    data = fields(page)
    data |= {f"claims-{n}-locator": f"p. {n}" for n in range(40)}
    with django_assert_max_num_queries(24):
        assert client.post(address(cell), data).status_code == 302
    assert cell.claims.filter(locator="").count() == 0


def test_choices_are_those_of_the_exercise_only(exercise, consultant, outsider, cell, sign_in):
    other = Exercise.objects.get(code="TJK-2024")
    foreign = factories.source(outsider, other, author="TAJSTAT")
    client = sign_in(consultant)
    page = client.get(address(cell))
    assert "TAJSTAT" not in page.content.decode()
    data = fields(page) | {"claims-0-source": foreign.pk, "claims-0-value": "available"}
    assert "Select a valid choice" in client.post(address(cell), data).content.decode()


def test_a_subgroup_is_asked_only_where_the_section_has_some(exercise, consultant, cell, sign_in):
    client = sign_in(consultant)
    assert "claims-0-subgroup" not in fields(client.get(address(cell)))
    displaced = factories.cell(exercise, section="internal_displacement")
    assert "claims-0-subgroup" in fields(client.get(address(displaced)))


def test_guidance_suggestion_and_contradictions_are_told_in_words(exercise, consultant, cell, sign_in):
    factories.assess(consultant, cell, "available")
    factories.assess(consultant, cell, "available", claim={"value": "not_available"})
    page = sign_in(consultant).get(address(cell)).content.decode()
    assert "All immigrants living in the country at one date" in page
    assert "Its claims suggest: Available" in page
    assert "Claims contradict." in page


@pytest.mark.parametrize(
    "typed",
    [
        {"value": "perhaps"},
        {"partial_note": "x" * 501},
        {"note": "NUL \0"},
        {"claims-0-source": "999999999999999999999", "claims-0-value": "available"},
        {"claims-0-value": "available"},
        {"claims-0-statement_kind": "report", "claims-0-value": "available", "claims-0-stated_on": "31/31/2024"},
        {"claims-0-statement_kind": "report", "claims-0-value": "available", "claims-0-languages": "<script>"},
        {"claims-0-statement_kind": "report", "claims-0-value": "available", "claims-0-period": "x" * 81},
        {"claims-INITIAL_FORMS": "7", "claims-TOTAL_FORMS": "9"},
        {"claims-TOTAL_FORMS": "lots"},
        {"seen_version": "first"},
        {"seen_version": "", "value": "available"},
        {
            "claims-0-id": "17",
            "claims-INITIAL_FORMS": "1",
            "claims-0-value": "available",
            "claims-0-statement_kind": "report",
        },
    ],
)
def test_bad_input_comes_back_with_a_sentence(exercise, consultant, cell, sign_in, typed):
    client = sign_in(consultant)
    answer = client.post(address(cell), fields(client.get(address(cell))) | typed)
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    assert not Claim.objects.exists()


def test_who_may_only_read_reads_and_outsiders_find_nothing(
    exercise, consultant, observer, reviewer, outsider, cell, sign_in
):
    factories.assess(consultant, cell)
    for person in (observer, reviewer):
        client = sign_in(person)
        page = client.get(address(cell))
        assert "Only the consultants and coordinators of KGZ-2024 change it." in page.content.decode()
        assert client.post(address(cell), {"value": "available"}).status_code == 403
    for page in ("change", "history"):
        assert sign_in(outsider).get(f"/desk/mapping/cell/{cell.pk}/{page}/").status_code == 404
    assert sign_in(outsider).post(address(cell), {}).status_code == 404
    assert sign_in(consultant).get("/desk/mapping/cell/add/").status_code == 403
    assert sign_in(consultant).post(f"/desk/mapping/cell/{cell.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_is_searched_in_either_case_and_narrowed_to_ones_exercises(
    exercise, consultant, outsider, sign_in, django_assert_max_num_queries
):
    client = sign_in(consultant)
    with django_assert_max_num_queries(15):
        page = client.get("/desk/mapping/cell/?q=GENDER+2020").content.decode()
    assert "by gender" in page
    assert "TJK-2024" not in page
    assert "Immigration" in client.get("/desk/mapping/cell/?section=immigration&value__exact=").content.decode()
