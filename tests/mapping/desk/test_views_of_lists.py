"""Lists have views: those that everybody has, and one's own; each is an address."""

import pytest
from django.urls import reverse

from mapping.desk.models import SavedView
from tests import factories

CELLS = "/desk/exercises/KGZ-2024/cells/"
SOURCES = "/desk/exercises/KGZ-2024/sources/"
SAVE = "/desk/exercises/KGZ-2024/views/cells/"


def found(response):
    return response.context["page"].paginator.count


@pytest.fixture
def client(consultant, sign_in):
    return sign_in(consultant)


@pytest.fixture
def states(exercise, consultant, coordinator, reviewer):
    """A cell in each state that a view is about."""
    reasonless = factories.cell(exercise, year=2018)
    factories.assess(consultant, reasonless, "partially_available", partial_reason="")
    contradicted = factories.assess(coordinator, factories.cell(exercise, year=2019))
    factories.assess(coordinator, contradicted, claim={"value": "not_available"})
    factories.assess(coordinator, factories.cell(exercise, year=2020), claim={"access": "on_request"})
    returned = factories.submit(consultant, factories.assess(consultant, factories.cell(exercise, year=2021)))
    factories.return_with_reason(reviewer, returned)


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("Partial without reason", "open=reason", 1),
        ("Contradicted", "open=contradicted", 1),
        ("On request only", "access=on_request", 1),
        ("Changed this week", "changed=week", 4),
        ("Returned to me", "status=returned&amp;by=me", 1),
    ],
)
def test_everybody_has_the_usual_views(states, client, name, query, count):
    page = client.get(CELLS)
    assert f'<a href="{CELLS}?{query}">{name}</a>' in page.content.decode()
    narrowed = client.get(f"{CELLS}?{query.replace('&amp;', '&')}")
    assert found(narrowed) == count
    assert f'aria-current="page">{name}</a>' in narrowed.content.decode()


def test_returned_to_me_is_about_me(states, coordinator, sign_in):
    assert found(sign_in(coordinator).get(f"{CELLS}?status=returned&by=me")) == 0


def test_changed_leaves_out_what_nobody_touched_and_others_what_is_mine(states, client):
    assert found(client.get(f"{CELLS}?changed=day")) == 4
    assert found(client.get(f"{CELLS}?changed=day&by=others")) == 2


def test_the_list_of_sources_has_them_too(exercise, consultant, reviewer, client):
    factories.source(consultant, exercise, access="on_request")
    returned = factories.submit(consultant, factories.source(consultant, exercise, "IOM"))
    factories.return_with_reason(reviewer, returned)
    assert found(client.get(f"{SOURCES}?access=on_request")) == 1
    assert found(client.get(f"{SOURCES}?status=returned&by=me")) == 1
    assert "Returned to me" in client.get(SOURCES).content.decode()


def test_what_was_found_opens_in_the_grid_of_each_section(states, exercise, client):
    cell = factories.cell(exercise, year=2019)
    page = client.get(f"{CELLS}?open=contradicted")
    assert page.context["in_grid"] == [("Immigration", 1, f"{CELLS[:-6]}sections/immigration/?open=contradicted")]
    grid = client.get(page.context["in_grid"][0][2]).content.decode()
    assert f'id="c-{cell.pk}"' in grid


# --- One's own ---------------------------------------------------------------


def test_a_list_is_kept_under_a_name_and_stands_above_it(exercise, client, coordinator, sign_in):
    query = "section=remittances&value=not_assessed"
    assert "Save this view" in client.get(f"{CELLS}?{query}").content.decode()
    assert "Save this view" not in client.get(f"{CELLS}?open=reason").content.decode()
    answer = client.post(SAVE, {"name": " Money  left ", "query": query}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{CELLS}?{query}"
    assert 'aria-current="page">Money left</a>' in answer.content.decode()
    assert "Money left" not in sign_in(coordinator).get(CELLS).content.decode()
    assert "Money left" not in client.get(SOURCES).content.decode()


def test_only_known_filters_are_kept(exercise, client):
    client.post(SAVE, {"name": "Mine", "query": "value=available&page=7&next=//evil&sort=-year"})
    assert SavedView.objects.get().query == "sort=-year&value=available"


def test_a_name_used_before_is_given_the_new_filter(exercise, client):
    for query in ("value=available", "value=not_available"):
        client.post(SAVE, {"name": "Mine", "query": query})
    assert SavedView.objects.get().query == "value=not_available"


def test_a_view_for_all_exercises_stands_in_all_of_ones_own(exercise, consultant, client):
    factories.assign(consultant, factories.exercise("UZB-2024", "UZB"), "consultant")
    for name, everywhere in (("Here", {}), ("Everywhere", {"everywhere": "yes"})):
        client.post(SAVE, {"name": name, "query": f"value=available&q={name}", **everywhere})
    other = client.get(reverse("exercise_cells", args=["UZB-2024"])).content.decode()
    assert "Everywhere</a>" in other
    assert "Here</a>" not in other


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"name": " ", "query": "value=available"}, "Give the view a name"),
        ({"name": "x" * 61, "query": "value=available"}, "Give the view a name"),
        ({"name": "All", "query": "page=2"}, "Nothing is narrowed"),
        ({"name": "All"}, "Nothing is narrowed"),
        ({"name": "Long", "query": "q=" + "ы" * 400}, "too long"),
    ],
)
def test_what_cannot_be_kept_is_told(exercise, client, data, told):
    assert told in client.post(SAVE, data, follow=True).content.decode()
    assert not SavedView.objects.exists()


def test_there_is_a_limit(exercise, consultant, client):
    SavedView.objects.bulk_create(
        SavedView(user=consultant, exercise=exercise, list="cells", name=f"{n}", query="q=x") for n in range(30)
    )
    assert "Delete one first" in client.post(SAVE, {"name": "One more", "query": "q=y"}, follow=True).content.decode()


def test_one_deletes_ones_own_view_and_nobody_elses(exercise, consultant, client, coordinator, sign_in):
    client.post(SAVE, {"name": "Mine", "query": "value=available"})
    view = SavedView.objects.get()
    address = f"{SAVE}{view.pk}/delete/"
    assert sign_in(coordinator).post(address).status_code == 404
    assert f'action="{address}"' in client.get(f"{CELLS}?value=available").content.decode()
    assert "is deleted" in client.post(address, follow=True).content.decode()
    assert not SavedView.objects.exists()


def test_outsiders_and_strangers_keep_nothing(exercise, outsider, client, sign_in):
    data = {"name": "Mine", "query": "value=available"}
    assert sign_in(outsider).post(SAVE, data).status_code == 404
    assert client.post(SAVE.replace("cells", "secrets"), data).status_code == 404
    assert not SavedView.objects.exists()


def test_views_cost_one_question(exercise, client, django_assert_max_num_queries):
    for list_ in ("cells", "sources"):
        for number in range(5):
            client.post(SAVE.replace("cells", list_), {"name": f"{number}", "query": f"q={number}"})
    for address in (CELLS, f"{CELLS}?q=flows&access=public", SOURCES):
        with django_assert_max_num_queries(15):
            client.get(address)
