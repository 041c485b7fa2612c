"""Load the demo: its people, Kyrgyzstan with its facts, in review, asked about and summed up; Tajikistan empty.

Above all rooms: it only calls what people's own acts call, in the name of the demo's people.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused
from mapping.availability.exercises import start_exercise
from mapping.countries.models import Assignment, Country, Exercise, Role
from mapping.countries.services import assign, load_countries
from mapping.framework.services import load_methodology
from mapping.management.demo import facts, outcome, people, reviewing, talk

LANGUAGES = {"KGZ-2024": ["ky", "ru", "en"], "TJK-2024": ["tg", "ru", "en"]}


def load(*, password=None):
    """Load what is missing of the demo; what is there already stays as people left it.

    Returns the text that tells how the demo's people sign in, or "" if that is as it was. Raises Refused, with nothing
    changed, where an exercise or an account of these names is not the demo's.
    """
    _refuse_foreign_exercises()
    people.refuse_strangers()
    persons, sign_ins = people.ensure_people(password=password)
    for code in people.ROLES:
        _ensure_exercise(code, persons)
    outcome.compile_ordered()
    return sign_ins


def _refuse_foreign_exercises():
    foreign = Exercise.objects.filter(code__in=people.ROLES, is_demo=False).values_list("code", flat=True)
    if foreign:
        raise Refused(
            _("%(codes)s is not the demo's exercise: the demo does not touch it. Nothing was loaded.")
            % {"codes": ", ".join(foreign)}
        )


@transaction.atomic
def _ensure_exercise(code, persons):
    """Load one exercise as a whole, so that a half of it never exists."""
    exercise = Exercise.objects.filter(code=code).first()
    started = exercise is None
    if started:
        exercise = _start(code)
    _ensure_roles(exercise, persons)
    if started and code == "KGZ-2024":
        _fill(exercise, persons)


def _start(code):
    system = User.objects.system()
    load_countries(actor=system)
    return start_exercise(
        actor=system,
        code=code,
        country=Country.objects.get(alpha_3=code[:3]),
        methodology=load_methodology(actor=system),
        languages=LANGUAGES[code],
        is_demo=True,
    )


def _ensure_roles(exercise, persons):
    for email, role in people.ROLES[exercise.code].items():
        person = persons[email]
        if not Assignment.objects.filter(user=person, exercise=exercise, role=role).exists():
            # The first coordinator is the system's choice; the others are the coordinator's.
            actor = User.objects.system() if role == Role.COORDINATOR else persons[people.COORDINATOR]
            assign(actor=actor, user=person, exercise=exercise, role=role)


def _fill(exercise, persons):
    consultant, reviewer, coordinator = (
        persons[email] for email in (people.CONSULTANT, people.REVIEWER, people.COORDINATOR)
    )
    facts.enter(actor=consultant, exercise=exercise)
    reviewing.review(exercise=exercise, consultant=consultant, reviewer=reviewer)
    talk.talk(exercise=exercise, consultant=consultant, reviewer=reviewer, coordinator=coordinator)
    outcome.ask(exercise=exercise, consultant=consultant, coordinator=coordinator)
    outcome.order_summary(exercise=exercise, coordinator=coordinator)
