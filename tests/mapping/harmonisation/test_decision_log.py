"""The decision log: who writes what was agreed on, where it is shown, how it changes."""

import pytest

from accounts.refusals import Refused, Unchanged
from mapping.audit.models import Entry
from mapping.content.errors import StaleVersion
from mapping.countries.models import Exercise, Role
from mapping.harmonisation import permissions, services
from mapping.harmonisation.models import DecisionLogEntry
from tests import factories

SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"


@pytest.fixture
def section(exercise):
    found = exercise.methodology.sections.get(key="immigration")
    found.methodology = exercise.methodology
    return found


def agreed(actor, section, text="Registers count as partial.", **values):
    return services.write_decision(actor=actor, section=section, text=text, **values)


@pytest.mark.parametrize("who", ["consultant", "reviewer", "coordinator", "observer", "outsider"])
def test_reviewers_and_coordinators_write_it_and_consultants_propose(who, exercise, section, reviewer, request):
    person = request.getfixturevalue(who)
    row = agreed(reviewer, section)
    allowed = who in {"reviewer", "coordinator"}
    assert (not permissions.why_not_write(person, exercise.methodology.key)) == allowed
    assert permissions.writable(person).filter(pk=row.pk).exists() == allowed
    assert permissions.can_view(person, row)  # the outsider's country is mapped by the same methodology
    assert permissions.visible(person).filter(pk=row.pk).exists()
    proposes = allowed or who in {"consultant", "outsider"}  # who is a consultant under the same methodology
    assert (not permissions.why_not_propose(person, exercise.methodology.key)) == proposes
    assert permissions.open_to_proposals(person).filter(key=exercise.methodology.key).exists() == proposes
    before = Entry.objects.count()
    if allowed:
        assert not agreed(person, section, "Another.").is_proposed
        return
    for act in (
        *([] if proposes else [lambda: agreed(person, section)]),
        lambda: services.change_decision(actor=person, decision=row, version=1, section=section, text="No."),
        lambda: services.withdraw_decision(actor=person, decision=row, version=1, reason="No."),
    ):
        with pytest.raises(Refused):
            act()
    assert DecisionLogEntry.objects.get().text == row.text
    assert Entry.objects.count() == before


def test_a_double_click_notes_it_once(section, reviewer):
    agreed(reviewer, section)
    with pytest.raises(Unchanged, match="noted already"):
        agreed(reviewer, section)
    row = DecisionLogEntry.objects.get()
    services.withdraw_decision(actor=reviewer, decision=row, version=1, reason="No longer so.")
    agreed(reviewer, section)  # it holds again


# --- Proposals ---------------------------------------------------------------


@pytest.fixture
def proposed(consultant, section):
    return agreed(consultant, section, "Visas count as partial.", indicators=["stock"])


@pytest.mark.parametrize("who", ["consultant", "colleague", "reviewer", "coordinator", "observer", "outsider"])
def test_who_agrees_to_a_proposal_and_who_changes_it(who, exercise, section, proposed, request):
    colleague = factories.member("colleague", exercise, Role.CONSULTANT)
    person = colleague if who == "colleague" else request.getfixturevalue(who)
    agrees, changes = who in {"reviewer", "coordinator"}, who in {"consultant", "reviewer", "coordinator"}
    for why_not, queryset, allowed in (
        (permissions.why_not_agree, permissions.agreeable, agrees),
        (permissions.why_not_change, permissions.changeable, changes),
    ):
        assert (not why_not(person, proposed)) == queryset(person).filter(pk=proposed.pk).exists() == allowed
    acts = {
        lambda version: services.agree_to_decision(actor=person, decision=proposed, version=version): agrees,
        lambda version: services.withdraw_decision(actor=person, decision=proposed, version=version, reason="No."): (
            changes
        ),
    }
    for act, allowed in acts.items():
        before = Entry.objects.count()
        if allowed:
            proposed.version = act(proposed.version).version
        else:
            with pytest.raises(Refused):
                act(proposed.version)
            assert Entry.objects.count() == before


def test_a_proposal_stands_beside_no_guidance_until_somebody_agrees(
    exercise, section, proposed, consultant, reviewer, sign_in
):
    address = f"/desk/exercises/KGZ-2024/decisions/{proposed.pk}/"
    panel = f"{SECTION}cells/{factories.cell(exercise).pk}/panel/"
    client = sign_in(reviewer)
    assert "Visas count" not in client.get(SECTION).content.decode()
    assert "1 more is proposed" in client.get(SECTION).content.decode()
    assert "Visas count" not in client.get(panel).content.decode()
    for page in (address, "/desk/exercises/KGZ-2024/decisions/", f"{SECTION}decisions/"):
        assert "roposed" in client.get(page).content.decode()
        assert "Visas count" in client.get(page).content.decode()
    assert 'value="agree"' not in sign_in(consultant).get(address).content.decode()
    assert "agree" in sign_in(consultant).post(address, {"do": "agree", "version": "1"}).content.decode()
    assert client.post(address, {"do": "agree", "version": "1"}).status_code == 302
    assert "It was agreed on already." in client.post(address, {"do": "agree", "version": "2"}).content.decode()
    for page in (SECTION, panel):
        assert "Visas count" in sign_in(consultant).get(page).content.decode()
    with pytest.raises(Refused):  # it is no longer its proposer's
        services.change_decision(actor=consultant, decision=proposed, version=2, section=section, text="Mine.")
    told = Entry.objects.filter(target_type="decisionlogentry").order_by("pk").values_list("verb", "actor__name")
    assert list(told) == [("created", "Consultant"), ("approved", "Reviewer")]


def test_who_changed_a_proposal_meanwhile_is_told_before_somebody_agrees(section, proposed, consultant, reviewer):
    services.change_decision(actor=consultant, decision=proposed, version=1, section=section, text="All visas.")
    with pytest.raises(StaleVersion, match="Consultant changed it"):
        services.agree_to_decision(actor=reviewer, decision=proposed, version=1)
    assert DecisionLogEntry.objects.get().is_proposed


# --- What is kept ------------------------------------------------------------


def test_who_works_on_nothing_under_the_methodology_reads_nothing(section, reviewer):
    row, stranger = agreed(reviewer, section), factories.person("stranger")
    assert not permissions.can_view(stranger, row)
    assert not permissions.visible(stranger).exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text": " "}, "is empty"),
        ({"text": "a\0"}, "cannot be kept"),
        ({"text": "x" * 5001}, "5001 characters"),
        ({"indicators": ["moon"]}, "no indicator"),
        ({"cells": [99999999]}, "not yours to see"),
    ],
)
def test_what_cannot_be_kept_is_told_in_words(values, sentence, section, reviewer):
    with pytest.raises(Refused, match=sentence):
        agreed(reviewer, section, **{"text": "Fine.", **values})
    assert not DecisionLogEntry.objects.exists()


def test_it_stands_beside_the_guidance_in_every_country(exercise, section, reviewer, outsider, consultant, sign_in):
    agreed(reviewer, section, "For the stock only.", indicators=["stock"])
    agreed(reviewer, section, "For the whole section.")
    tajikistan = Exercise.objects.get(code="TJK-2024")
    for person, of in ((consultant, exercise), (outsider, tajikistan)):
        client, page = sign_in(person), f"/desk/exercises/{of.code}/sections/immigration/"
        stock, flows = (factories.cell(of, key) for key in ("stock", "flows_by_gender"))
        assert "For the stock only." in client.get(page).content.decode()
        shown = client.get(f"{page}cells/{stock.pk}/panel/").content.decode()
        assert "For the stock only." in shown
        assert "For the whole section." in shown
        other = client.get(f"{page}cells/{flows.pk}/panel/").content.decode()
        assert "For the stock only." not in other
        assert "For the whole section." in other
        assert "For the whole section." in client.get(f"/desk/exercises/{of.code}/decisions/").content.decode()


def test_linked_cells_of_another_country_stay_its_own(exercise, section, reviewer, outsider, sign_in):
    kyrgyz = factories.cell(exercise)
    row = agreed(reviewer, section, cells=[kyrgyz.pk])
    assert "KGZ-2024" in sign_in(reviewer).get(f"/desk/exercises/KGZ-2024/decisions/{row.pk}/").content.decode()
    page = sign_in(outsider).get(f"/desk/exercises/TJK-2024/decisions/{row.pk}/").content.decode()
    assert "KGZ-2024" not in page
    tajik = factories.member("tajik", Exercise.objects.get(code="TJK-2024"), Role.REVIEWER)
    services.change_decision(actor=tajik, decision=row, version=1, section=section, text="New words.")
    assert list(row.cells.all()) == [kyrgyz]


def test_a_change_keeps_its_history_and_a_stale_one_is_refused(section, reviewer, coordinator, sign_in):
    row = agreed(reviewer, section, "The first words.")
    services.change_decision(
        actor=coordinator, decision=row, version=1, section=section, text="Other words.", indicators=["stock"]
    )
    with pytest.raises(StaleVersion):
        services.change_decision(actor=reviewer, decision=row, version=1, section=section, text="Mine.")
    with pytest.raises(Unchanged):
        services.change_decision(
            actor=reviewer, decision=row, version=2, section=section, text="Other words.", indicators=["stock"]
        )
    page = sign_in(reviewer).get(f"/desk/exercises/KGZ-2024/decisions/{row.pk}/").content.decode()
    assert "<del>The first words.</del> → <b>Other words.</b>" in page


def test_the_history_names_the_cells_it_is_linked_to(exercise, section, reviewer, sign_in):
    first, second = (factories.cell(exercise, year=year) for year in (2020, 2021))
    row = agreed(reviewer, section, cells=[first.pk])
    services.change_decision(
        actor=reviewer, decision=row, version=1, section=section, text=row.text, cells=[first.pk, second.pk]
    )
    page = sign_in(reviewer).get(f"/desk/exercises/KGZ-2024/decisions/{row.pk}/").content.decode()
    assert "<del>Stock, 2020</del> → <b>Stock, 2020, Stock, 2021</b>" in page


def test_a_withdrawn_one_stays_in_the_log_only(section, reviewer, sign_in):
    row = agreed(reviewer, section, "No longer so.")
    with pytest.raises(Refused, match="why"):
        services.withdraw_decision(actor=reviewer, decision=row, version=1, reason=" ")
    services.withdraw_decision(actor=reviewer, decision=row, version=1, reason="The manual says otherwise.")
    client = sign_in(reviewer)
    assert "No longer so." not in client.get(SECTION).content.decode()
    assert "No longer so." not in client.get("/desk/exercises/KGZ-2024/decisions/").content.decode()
    assert "No longer so." in client.get("/desk/exercises/KGZ-2024/decisions/?all=1").content.decode()
    page = client.get(f"/desk/exercises/KGZ-2024/decisions/{row.pk}/").content.decode()
    assert "“The manual says otherwise.”" in page


def test_the_pages_take_it_without_a_script_and_keep_what_was_refused(exercise, section, reviewer, sign_in):
    client, cell = sign_in(reviewer), factories.cell(exercise)
    page = f"{SECTION}decisions/"
    assert f'value="{cell.pk}" checked' in client.get(f"{page}?cell={cell.pk}").content.decode()
    refused = client.post(page, {"text": " ", "indicators": ["stock"], "cells": [cell.pk]}).content.decode()
    assert 'value="stock" checked' in refused
    assert client.post(page, {"text": "So.", "indicators": ["stock"], "cells": [cell.pk]}).status_code == 302
    row = DecisionLogEntry.objects.get()
    assert (row.indicator_keys, list(row.cells.all())) == (["stock"], [cell])
    address = f"/desk/exercises/KGZ-2024/decisions/{row.pk}/"
    stale = client.post(address, {"do": "change", "version": "7", "text": "Typed words."}).content.decode()
    assert ">Typed words.</textarea>" in stale
    assert "changed it meanwhile" in stale
    assert client.post(address, {"do": "change", "version": "1", "text": "New."}).status_code == 302
    assert client.post(address, {"do": "withdraw", "version": "2", "reason": "x"}).status_code == 302
    for data in ({"do": "x", "version": "3"}, {"version": "a"}, {"cells": ["a"]}):
        assert client.post(address, data).status_code == 400
    assert client.get("/desk/exercises/KGZ-2024/decisions/999/").status_code == 404


def test_a_section_with_threads_and_decisions_takes_few_queries(
    exercise, section, consultant, reviewer, sign_in, django_assert_max_num_queries
):
    for number in range(5):
        agreed(reviewer, section, f"Rule {number}")
        factories.comment(reviewer, factories.cell(exercise, year=2018 + number), "@Consultant, look")
    for person in (consultant, reviewer):
        client = sign_in(person)
        with django_assert_max_num_queries(12):
            client.get(SECTION)
