"""A frozen exercise says why on every page where one would change it; freezing and unfreezing are in the history."""

import pytest
from django.urls import reverse

from accounts.refusals import Refused
from mapping.audit.models import Entry
from mapping.availability.services import CellEdit, save_cell
from mapping.countries.services import freeze, unfreeze
from mapping.review.sections import approve_rows, submit_rows
from mapping.sources.services import change_source, create_source
from tests import factories

EXERCISE = "/desk/exercises/KGZ-2024/"
SECTION = f"{EXERCISE}sections/immigration/"
PAGES = [
    EXERCISE,
    SECTION,
    f"{SECTION}submit/",
    f"{SECTION}review/",
    f"{SECTION}claims/",
    f"{SECTION}suggestions/",
    f"{EXERCISE}cells/",
    reverse("sources", args=["KGZ-2024"]),
    reverse("data_requests", args=["KGZ-2024"]),
    reverse("mapping_workbook", args=["KGZ-2024"]),
    reverse("exercise_summaries", args=["KGZ-2024"]),
]
WHY = "Compiled & published"


@pytest.fixture
def rows(exercise, consultant):
    source = factories.source(consultant, exercise)
    return {"source": source, "cell": factories.assess(consultant, factories.cell(exercise), source=source)}


@pytest.fixture
def frozen(exercise, rows, coordinator):
    freeze(actor=coordinator, exercise=exercise, reason=WHY)
    return exercise


@pytest.mark.parametrize("who", ["consultant", "reviewer", "observer"])
def test_every_page_says_who_froze_it_and_why(frozen, rows, who, request, sign_in):
    client = sign_in(request.getfixturevalue(who))
    forms = [reverse(f"admin:mapping_{kind}_change", args=[row.pk]) for kind, row in rows.items()]
    for address in [*PAGES, *forms, f"{EXERCISE}claims/?source={rows['source'].pk}"]:
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        assert "Coordinator: “Compiled &amp; published”" in page.content.decode(), address


def test_nothing_is_said_while_it_is_open(exercise, rows, consultant, sign_in):
    assert 'id="frozen"' not in sign_in(consultant).get(SECTION).content.decode()


def test_nothing_is_written_and_each_refusal_says_so(frozen, rows, consultant, reviewer):
    cell, source = rows["cell"], rows["source"]
    seen = {"cells": [(cell.pk, cell.version)], "sources": [(source.pk, source.version)]}
    count = Entry.objects.count()
    for act in (
        lambda: save_cell(actor=consultant, exercise=frozen, edit=CellEdit(cell.pk, cell.version, {"note": "x"})),
        lambda: change_source(actor=consultant, source=source, version=source.version, values={"note": "x"}),
        lambda: create_source(actor=consultant, exercise=frozen, values={"citation_author": "IOM"}),
        lambda: submit_rows(actor=consultant, exercise=frozen, **seen),
        lambda: approve_rows(actor=reviewer, exercise=frozen, **seen),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert "frozen" in str([str(refused.value), refused.value.problems]) or "draft" in str(refused.value.problems)
    assert Entry.objects.count() == count


def test_unfreezing_is_in_the_history_with_its_reason_and_opens_it(frozen, rows, coordinator, consultant, sign_in):
    client = sign_in(coordinator)
    refused = client.post(f"{EXERCISE}freeze/", {"do": "unfreeze", "reason": " "}, follow=True).content.decode()
    assert "Say why" in refused
    client.post(f"{EXERCISE}freeze/", {"do": "unfreeze", "reason": "A late answer"})
    told = Entry.objects.filter(verb__in=["frozen", "unfrozen"]).order_by("at")
    assert [(entry.verb, entry.reason, entry.actor) for entry in told] == [
        ("frozen", WHY, coordinator),
        ("unfrozen", "A late answer", coordinator),
    ]
    assert 'id="frozen"' not in sign_in(consultant).get(SECTION).content.decode()


def test_only_a_coordinator_unfreezes(frozen, consultant, reviewer):
    for person in (consultant, reviewer):
        with pytest.raises(Refused, match="Only a coordinator"):
            unfreeze(actor=person, exercise=frozen, reason="Please")
