"""Find who is mentioned: `@name` or `@e-mail`, of somebody who sees the exercise."""

import re

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused
from mapping.countries.models import Assignment
from mapping.fields import folded

# An @ that begins a word: one within a word is an e-mail address that somebody only wrote down.
_BEGINS = re.compile(r"(?<![\w.@+-])@(?=\S)")
_WORD = re.compile(r"[\w.@+-]+")


def people_who_see(exercise):
    """Return who can be mentioned: the people with a role in the exercise."""
    reaching = Assignment.objects.filter(Q(exercise=exercise) | Q(exercise=None))
    return (
        User.objects.people()
        .filter(Q(pk__in=reaching.values("user")) | Q(is_superuser=True), is_active=True)
        .order_by("name", "email")
    )


def mentioned(text, exercise):
    """Return the people whom a text mentions.

    Raises Refused, with a sentence a mention, if one is of nobody who sees the exercise, or of more than one person.
    What it says does not tell whether somebody else has such a name.
    """
    places = [match.end() for match in _BEGINS.finditer(text)]
    if not places:
        return []
    called = _called(people_who_see(exercise))
    found, problems = {}, []
    for place in places:
        people = _people_at(text[place:], called)
        if len(people) == 1:
            found[people[0].pk] = people[0]
        else:
            problems.append(_problem(_WORD.match(text[place:]), people, exercise))
    if problems:
        raise Refused(_("Nobody was told, and nothing was saved:"), problems)
    return list(found.values())


def _called(people):
    """Return [(folded e-mail or name, [people])], the longest first: “Aida Asanova” is not “Aida”."""
    called = {}
    for person in people:
        for name in {folded(person.email), folded(person.name)} - {""}:
            called.setdefault(name, []).append(person)
    return sorted(called.items(), key=lambda pair: -len(pair[0]))


def _people_at(text, called):
    text = folded(text[:300])
    for name, people in called:
        if text.startswith(name) and not re.match(r"[\w@]|[.+-]\w", text[len(name) :]):
            return people
    return []


def _problem(word, people, exercise):
    name = f"@{word.group() if word else ''}"
    if people:
        return _("“%(name)s” is the name of %(count)d people here: mention one by e-mail, as @name@example.org.") % {
            "name": name,
            "count": len(people),
        }
    return _("“%(name)s” is nobody who works on %(exercise)s and can see this.") % {
        "name": name,
        "exercise": exercise.code,
    }
