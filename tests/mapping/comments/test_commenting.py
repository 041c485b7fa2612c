"""Comments: who writes and settles them, who is told, what stands against submitting."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.refusals import Refused
from mapping.audit.models import Entry
from mapping.comments import permissions, services
from mapping.comments.mentions import mentioned
from mapping.comments.models import About, Comment
from mapping.countries import services as countries
from mapping.countries.models import Exercise, Role
from mapping.notifications.models import Notification
from tests import factories

PEOPLE = ["consultant", "reviewer", "coordinator", "observer", "outsider"]


@pytest.fixture
def cell(exercise, consultant):
    return factories.assess(consultant, factories.cell(exercise))


def refusal_of(act, **values):
    with pytest.raises(Refused) as refused:
        act(**values)
    return " ".join([refused.value.sentence, *refused.value.problems])


# --- Who may do what ---------------------------------------------------------

MAY = {
    "comment": {"consultant", "reviewer", "coordinator"},
    "reply": {"consultant", "reviewer", "coordinator"},
    "resolve": {"consultant", "reviewer", "coordinator"},
    "resolve a blocking one": {"reviewer", "coordinator"},
    "block": {"reviewer", "coordinator"},
    "comment and block": {"reviewer", "coordinator"},
    "read": {"consultant", "reviewer", "coordinator", "observer"},
}


@pytest.mark.parametrize("act", MAY)
@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("frozen", [False, True], ids=["", "frozen"])
def test_who_may_do_what(who, act, frozen, cell, reviewer, coordinator, request):
    person = request.getfixturevalue(who)
    said = factories.comment(reviewer, cell, blocks=act == "resolve a blocking one")
    if frozen:
        countries.freeze(actor=coordinator, exercise=cell.exercise, reason="Published.")
        said.refresh_from_db()
    acts = {
        "comment": lambda: factories.comment(person, cell, "Which year?"),
        "reply": lambda: services.reply(actor=person, comment=said, text="The first."),
        "resolve": lambda: services.resolve(actor=person, comment=said),
        "resolve a blocking one": lambda: services.resolve(actor=person, comment=said),
        "block": lambda: services.set_blocking(actor=person, comment=said, blocks=True),
        "comment and block": lambda: factories.comment(person, cell, "Which year?", blocks=True),
    }
    exercise, pk = Exercise.objects.get(pk=cell.exercise_id), said.pk
    said = Comment.objects.select_related("exercise").get(pk=pk)
    rules = {
        "comment": (not permissions.why_not_comment(person, exercise), permissions.commentable(person), exercise.pk),
        "reply": (not permissions.why_not_comment(person, exercise), permissions.commentable(person), exercise.pk),
        "resolve": (not permissions.why_not_resolve(person, said), permissions.resolvable(person), pk),
        "resolve a blocking one": (not permissions.why_not_resolve(person, said), permissions.resolvable(person), pk),
        "block": (not permissions.why_not_block(person, exercise), permissions.blockable(person), pk),
        "comment and block": (not permissions.why_not_block(person, exercise), permissions.blockable(person), pk),
        "read": (permissions.can_view(person, said), permissions.visible(person), pk),
    }
    allowed = who in MAY[act] and (act == "read" or not frozen)
    predicate, queryset, row = rules[act]
    assert predicate == queryset.filter(pk=row).exists() == allowed
    if act == "read":
        return
    before = Comment.objects.count(), Entry.objects.count()
    if allowed:
        acts[act]()
    else:
        assert refusal_of(acts[act])
        assert (Comment.objects.count(), Entry.objects.count()) == before


# --- What is kept ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "is empty"), (" \n ", "is empty"), ("x" * 10_001, "10001 characters"), ("a\0b", "cannot be kept")],
)
def test_what_cannot_be_kept_is_told_in_words(text, sentence, cell, consultant):
    assert sentence in refusal_of(factories.comment, actor=consultant, row=cell, text=text)
    assert not Comment.objects.exists()


def test_a_row_of_another_exercise_is_refused(exercise, reviewer, outsider):
    foreign = factories.cell(Exercise.objects.get(code="TJK-2024"))
    refused = refusal_of(
        services.comment, actor=reviewer, exercise=exercise, about=About.CELL, row=foreign, text="Mine?"
    )
    assert "no such row" in refused


def test_a_reply_to_a_reply_stands_in_the_same_thread(cell, consultant, reviewer):
    said = factories.comment(reviewer, cell)
    first = services.reply(actor=consultant, comment=said, text="The first.")
    second = services.reply(actor=reviewer, comment=first, text="Which year?")
    assert (first.parent, second.parent, second.cell) == (said, said, cell)


def test_a_double_click_says_it_once(cell, consultant, reviewer):
    said = factories.comment(reviewer, cell, "@Consultant, which register?")
    before = Entry.objects.count()
    assert "a moment ago" in refusal_of(
        factories.comment, actor=reviewer, row=cell, text=" @Consultant, which register? "
    )
    assert (Comment.objects.count(), Entry.objects.count(), Notification.objects.count()) == (1, before, 1)
    services.reply(actor=consultant, comment=said, text="The first.")
    assert "a moment ago" in refusal_of(services.reply, actor=consultant, comment=said, text="The first.")
    factories.comment(consultant, cell, "The first.")  # in a thread of its own
    factories.comment(consultant, factories.cell(cell.exercise, year=2021), "The first.")  # or about another row
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    factories.comment(reviewer, cell, "@Consultant, which register?")  # asked again, later


def test_settled_twice_or_reopened_twice_is_told(cell, consultant, reviewer):
    said = factories.comment(reviewer, cell)
    services.resolve(actor=consultant, comment=said)
    assert "already" in refusal_of(services.resolve, actor=reviewer, comment=said)
    services.reopen(actor=reviewer, comment=said)
    assert "already" in refusal_of(services.reopen, actor=reviewer, comment=said)
    assert [entry.verb for entry in Entry.objects.filter(target_type="comment").order_by("pk")] == [
        "created", "resolved", "reopened",
    ]  # fmt: skip


def test_a_reviewer_who_only_commented_may_still_approve(cell, consultant, reviewer):
    factories.comment(reviewer, cell)
    factories.submit(consultant, cell)
    factories.approve(reviewer, cell)


# --- Mentions ----------------------------------------------------------------


def test_a_mention_by_name_or_by_address_tells_the_person(cell, consultant, reviewer, coordinator):
    factories.comment(reviewer, cell, "@Consultant, @coordinator@example.org: which one? (a.b@example.org wrote)")
    told = Notification.objects.values_list("person__email", "kind", "text")
    assert {row[:2] for row in told} == {(person.email, "mention") for person in (consultant, coordinator)}


def test_the_longer_name_is_meant(exercise, consultant):
    for email, name in (("a", "Aida"), ("b", "Aida Asanova"), ("c", "Өмүр Кызы")):
        person = factories.member(email, exercise, Role.CONSULTANT)
        person.name = name
        person.save()
    assert [str(person) for person in mentioned("@aida asanova: ok?", exercise)] == ["Aida Asanova"]
    assert [str(person) for person in mentioned("@Aida, ok?", exercise)] == ["Aida"]
    assert [str(person) for person in mentioned("(@ӨМҮР КЫЗЫ)", exercise)] == ["Өмүр Кызы"]


@pytest.mark.parametrize("called", ["@outsider@example.org", "@Outsider", "@nobody", "@Consultantess", "@@"])
def test_a_mention_of_who_may_not_see_it_is_refused_and_nobody_is_told(called, cell, reviewer, consultant, outsider):
    sentence = refusal_of(factories.comment, actor=reviewer, row=cell, text=f"@consultant and {called}: look")
    assert "nobody who works on KGZ-2024" in sentence
    assert not Comment.objects.exists()
    assert not Notification.objects.exists()


def test_a_name_that_two_share_is_refused(exercise, cell, reviewer, consultant):
    other = factories.member("other", exercise, Role.OBSERVER)
    other.name = consultant.name
    other.save()
    assert "2 people" in refusal_of(factories.comment, actor=reviewer, row=cell, text="@Consultant?")


# --- Submission --------------------------------------------------------------


def test_only_a_comment_marked_so_stands_against_submitting(cell, consultant, reviewer):
    factories.comment(reviewer, cell)
    marked = factories.comment(reviewer, cell, "Settle this first.", blocks=True)
    with pytest.raises(Refused) as refused:
        factories.submit(consultant, cell)
    assert "Settle this first." in str(refused.value.problems)
    services.resolve(actor=reviewer, comment=marked)
    factories.submit(consultant, cell)


def test_one_about_the_section_stands_against_its_cells_and_one_about_a_source_against_it(
    exercise, cell, consultant, reviewer
):
    section, source = cell.indicator.section, factories.source(consultant, exercise)
    services.comment(actor=reviewer, exercise=exercise, about=About.SECTION, row=section, text="Not yet.", blocks=True)
    factories.comment(reviewer, source, "Which edition?", blocks=True)
    for row, sentence in ((cell, "Not yet."), (source, "Which edition?")):
        with pytest.raises(Refused) as refused:
            factories.submit(consultant, row)
        assert sentence in str(refused.value.problems)


# --- Pages -------------------------------------------------------------------

SECTION = "/desk/exercises/KGZ-2024/sections/immigration/"


def test_the_grid_counts_open_threads_in_word_and_mark(cell, consultant, reviewer, sign_in):
    first, _second = factories.comment(reviewer, cell), factories.comment(consultant, cell, "Noted.")
    services.reply(actor=consultant, comment=first, text="The first.")
    page = sign_in(consultant).get(SECTION).content.decode()
    assert "1 claim, 2 open comments" in page
    assert 'class="m-com"' in page
    services.resolve(actor=consultant, comment=first)
    assert "1 claim, 1 open comment" in sign_in(consultant).get(SECTION).content.decode()


def test_the_panel_and_the_page_of_a_row_show_threads_and_take_one_without_a_script(
    exercise, cell, consultant, reviewer, observer, sign_in
):
    client = sign_in(reviewer)
    address = f"/desk/exercises/KGZ-2024/comments/cell/{cell.pk}/"
    answer = client.post(address, {"text": "Which <b>register</b>?", "back": f"{SECTION}#c-{cell.pk}"})
    assert answer.url == f"{SECTION}#c-{cell.pk}"
    for page in (address, f"{SECTION}cells/{cell.pk}/panel/"):
        shown = sign_in(consultant).get(page).content.decode()
        assert "Which &lt;b&gt;register&lt;/b&gt;?" in shown
        assert "<textarea" in shown
        read = sign_in(observer).get(page).content.decode()
        assert "Only the consultants, reviewers and coordinators of KGZ-2024 comment." in read
        assert 'name="do" value="reply"' not in read


def test_what_was_refused_stands_in_its_form_again(exercise, cell, reviewer, sign_in):
    client, address = sign_in(reviewer), f"/desk/exercises/KGZ-2024/comments/cell/{cell.pk}/"
    page = client.post(address, {"text": "@stranger: look"}).content.decode()
    assert ">@stranger: look</textarea>" in page
    said = factories.comment(reviewer, cell)
    page = client.post(f"/desk/exercises/KGZ-2024/comments/{said.pk}/", {"do": "reply", "text": "@who?"})
    assert ">@who?</textarea>" in page.content.decode()


def test_it_never_leads_to_another_site(exercise, cell, reviewer, sign_in):
    address = f"/desk/exercises/KGZ-2024/comments/cell/{cell.pk}/"
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example", ""):
        assert sign_in(reviewer).post(address, {"text": f"Back to {back}", "back": back}).url == address


def test_a_forged_row_is_not_found(exercise, cell, reviewer, outsider, sign_in):
    foreign = factories.cell(Exercise.objects.get(code="TJK-2024"))
    said = factories.comment(outsider, foreign)
    client = sign_in(reviewer)
    for address in (f"cell/{foreign.pk}/", "cell/999999/", "planet/1/", f"{said.pk}/"):
        assert client.post(f"/desk/exercises/KGZ-2024/comments/{address}", {"text": "x"}).status_code == 404
    assert client.post(f"/desk/exercises/KGZ-2024/comments/{factories.comment(reviewer, cell).pk}/").status_code == 400


def test_the_list_tells_open_ones_and_on_demand_all(exercise, cell, reviewer, sign_in):
    services.resolve(actor=reviewer, comment=factories.comment(reviewer, cell, "Settled matter"))
    source = factories.source(factories.member("second", exercise, Role.CONSULTANT), exercise)
    factories.comment(reviewer, source, "Open matter")
    client, address = sign_in(reviewer), "/desk/exercises/KGZ-2024/comments/"
    assert "Open matter" in client.get(address).content.decode()
    assert "Settled matter" not in client.get(address).content.decode()
    assert "Settled matter" in client.get(f"{address}?all=1").content.decode()
    assert "Open matter" in client.get(f"{address}source/{source.pk}/").content.decode()
