"""Roles × states × actions, as one table; the predicate and the queryset of each rule agree."""

import pytest

from accounts.refusals import Refused
from mapping.audit.models import Entry
from mapping.availability.models import Cell
from mapping.content.permissions import can_view, editable, visible, why_not_edit
from mapping.countries.models import Role
from mapping.countries.services import freeze
from mapping.review import permissions as review
from mapping.review import transitions
from mapping.review.models import Decision
from mapping.sources.models import Source
from tests import factories

ACTIONS = {
    "edit": (why_not_edit, editable),
    "submit": (review.why_not_submit, review.submittable),
    "withdraw": (review.why_not_withdraw, review.withdrawable),
    "approve": (review.why_not_approve, review.approvable),
    "return": (review.why_not_return, review.returnable),
}
# Who may what in which state. The author is a consultant and submitted the row; "colleague" is another consultant.
MAY = {
    "draft": {"author": {"edit", "submit"}, "colleague": {"edit", "submit"}, "coordinator": {"edit", "submit"}},
    "returned": {
        "author": {"edit", "submit"},
        "colleague": {"edit", "submit"},
        "coordinator": {"edit", "submit"},
        "reviewer": set(),
    },
    "submitted": {
        "author": {"withdraw"},
        "reviewer": {"approve", "return"},
        "regional_reviewer": {"approve", "return"},
        "coordinator": {"withdraw", "approve", "return"},
    },
    "approved": {
        "author": {"edit"},
        "colleague": {"edit"},
        "coordinator": {"edit", "return"},
        "reviewer": {"return"},
        "regional_reviewer": {"return"},
    },
    "frozen": {},
}
for may in MAY.values():
    may["superuser"] = may.get("coordinator", set())  # four eyes hold for them as for anybody


@pytest.fixture
def people(exercise, consultant, reviewer, coordinator, observer, outsider):
    return {
        "author": consultant,
        "colleague": factories.member("colleague", exercise, Role.CONSULTANT),
        "reviewer": reviewer,
        "regional_reviewer": factories.member("regional_reviewer", None, Role.REVIEWER),
        "coordinator": coordinator,
        "observer": observer,
        "outsider": outsider,
        "nobody": factories.person("nobody"),
        "superuser": factories.superuser("root"),
    }


def row_in(state, kind, exercise, people):
    author, reviewer = people["author"], people["reviewer"]
    row = factories.source(author, exercise) if kind is Source else factories.assess(author, factories.cell(exercise))
    if state != "draft":
        factories.submit(author, row)
    if state in {"approved", "frozen"}:
        factories.approve(reviewer, row)
    if state == "returned":
        factories.return_with_reason(reviewer, row)
    if state == "frozen":
        freeze(actor=people["coordinator"], exercise=exercise)
    return kind.objects.select_related("exercise").get(pk=row.pk)


@pytest.mark.parametrize("kind", [Cell, Source])
@pytest.mark.parametrize("state", MAY)
def test_who_may_do_what(state, kind, exercise, people):
    row = row_in(state, kind, exercise, people)
    found = {
        (who, action)
        for who, person in people.items()
        for action, (why_not, _) in ACTIONS.items()
        if not why_not(person, row)
    }
    assert found == {(who, action) for who, actions in MAY[state].items() for action in actions}


@pytest.mark.parametrize("kind", [Cell, Source])
@pytest.mark.parametrize("state", MAY)
def test_predicate_and_queryset_agree(state, kind, exercise, people):
    row = row_in(state, kind, exercise, people)
    for who, person in people.items():
        for action, (why_not, queryset) in ACTIONS.items():
            assert queryset(person, kind.objects.all()).filter(pk=row.pk).exists() == (not why_not(person, row)), (
                who,
                action,
            )
        assert visible(person, kind.objects.all()).filter(pk=row.pk).exists() == can_view(person, row), who


TRANSITIONS = {
    "submit": {"act": transitions.submit},
    "withdraw": {"act": transitions.withdraw},
    "approve": {"act": transitions.approve},
    "return": {"act": transitions.return_with_reason, "reason": "Which year?"},
}


@pytest.mark.parametrize("kind", [Cell, Source])
@pytest.mark.parametrize("state", MAY)
def test_what_nobody_may_do_is_refused_in_words_and_writes_nothing(state, kind, exercise, people):
    row = row_in(state, kind, exercise, people)
    before = list(kind.objects.values_list("pk", "status", "version")), Entry.objects.count(), Decision.objects.count()
    tried = 0
    for who, person in people.items():
        for action, how in TRANSITIONS.items():
            if action in MAY[state].get(who, set()):
                continue
            act, told = how["act"], {name: value for name, value in how.items() if name != "act"}
            with pytest.raises(Refused) as refused:
                act(actor=person, model=kind, exercise=exercise, rows=[(row.pk, row.version)], **told)
            sentences = [str(refused.value), *map(str, refused.value.problems)]
            assert all(sentence.rstrip("”").endswith((".", ":")) for sentence in sentences), (who, action, sentences)
            tried += 1
    after = list(kind.objects.values_list("pk", "status", "version")), Entry.objects.count(), Decision.objects.count()
    assert after == before
    assert tried == len(people) * len(TRANSITIONS) - sum(len(actions - {"edit"}) for actions in MAY[state].values())


@pytest.mark.parametrize("state", MAY)
def test_a_refusal_is_a_sentence(state, exercise, people):
    row = row_in(state, Cell, exercise, people)
    for person in people.values():
        for why_not, _ in ACTIONS.values():
            assert why_not(person, row) == "" or why_not(person, row).endswith(".")


def test_every_role_is_in_the_table():
    assert set(Role.values) == {"consultant", "reviewer", "coordinator", "observer"}
    assert set(MAY) == {"draft", "returned", "submitted", "approved", "frozen"}
