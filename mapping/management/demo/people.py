"""The demo's people: one for each role, and the file that tells how they sign in."""

from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import Refused
from mapping.countries.models import Role

COORDINATOR = "coordinator@example.org"
REVIEWER = "reviewer@example.org"
CONSULTANT = "consultant@example.org"
OBSERVER = "observer@example.org"
TAJIKISTAN_CONSULTANT = "consultant.tjk@example.org"
NAMES = {
    COORDINATOR: "Coordinator (demo)",
    REVIEWER: "Reviewer (demo)",
    CONSULTANT: "Consultant (demo)",
    OBSERVER: "Observer (demo)",
    TAJIKISTAN_CONSULTANT: "Consultant, Tajikistan (demo)",
}
ROLES = {
    "KGZ-2024": {
        COORDINATOR: Role.COORDINATOR,
        REVIEWER: Role.REVIEWER,
        CONSULTANT: Role.CONSULTANT,
        OBSERVER: Role.OBSERVER,
    },
    "TJK-2024": {COORDINATOR: Role.COORDINATOR, TAJIKISTAN_CONSULTANT: Role.CONSULTANT},
}
# Read aloud or copied by hand: no letters and digits that look alike.
_PASSWORD_CHARACTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # noqa: S105


def refuse_strangers():
    """Raise Refused if an address of the demo belongs to somebody who is not of the demo."""
    if strangers := list(User.objects.filter(email__in=NAMES, is_demo=False).values_list("email", flat=True)):
        raise Refused(
            _("These accounts exist and are not the demo's: %(emails)s. Nothing was loaded.")
            % {"emails": ", ".join(strangers)}
        )


@transaction.atomic
def ensure_people(*, password=None):
    """Create whoever is missing, with a random password, or give all the one that is told.

    Returns ({e-mail: person}, the text that tells how they sign in, or "" if that is as it was).
    """
    people = {user.email: user for user in User.objects.filter(email__in=NAMES)}
    passwords = {}
    for email, name in NAMES.items():
        if email not in people:
            passwords[email] = password or get_random_string(16, _PASSWORD_CHARACTERS)
            people[email] = User.objects.create_user(email, passwords[email], name=name, is_demo=True)
        elif password and not people[email].check_password(password):
            passwords[email] = password
            people[email].set_password(password)
            people[email].save(update_fields=["password"])
    return people, _write_sign_ins(passwords) if passwords else ""


def _write_sign_ins(passwords):
    """Write the file that only its owner reads; whose password did not change keeps the line it has."""
    path = settings.VAR_DIR / "demo-sign-ins.txt"
    lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.exists() else []
    known = dict(line.split(maxsplit=1) for line in lines) | passwords
    text = "\n".join(
        [_("The demo's people sign in with:"), *(f"  {email:<28}{known[email]}" for email in NAMES if email in known)]
    )
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(f"{text}\n", encoding="utf-8")
    return text
