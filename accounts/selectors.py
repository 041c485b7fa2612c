"""What is read about people: whom an invitation may go to, which invitation a link means."""

from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import SYSTEM_EMAIL, Invitation, User

INVITATION_SALT = "accounts.invitation"


def invitation_token(invitation):
    """Return what stands in the link of an invitation: its signed number, so that no secret is stored."""
    return signing.dumps(invitation.pk, salt=INVITATION_SALT)


def find_invitation(token):
    """Return the invitation a link means, open or not; None if the link is not one of ours."""
    try:
        pk = signing.loads(token, salt=INVITATION_SALT)
    except signing.BadSignature:
        return None
    return Invitation.objects.select_related("user", "invited_by").filter(pk=pk).first()


def invitation_obstacle(email):
    """Return in one sentence why nobody can be invited at this address, or "" if somebody can."""
    email = email.strip().lower()
    try:
        User._meta.get_field("email").clean(email, None)
    except ValidationError as error:
        return " ".join(error.messages)
    if email == SYSTEM_EMAIL:
        return _("This address belongs to the system itself and cannot be invited.")
    user = User.objects.filter(email=email).first()
    if user is None:
        return ""
    if not user.is_active:
        return _("The account of %(email)s is switched off. Switch it on again instead of inviting.") % {"email": email}
    if user.has_usable_password():
        return _("%(email)s has an account already and can sign in: no invitation is needed.") % {"email": email}
    return ""


def read_people(rows, *relations):
    """Read the people that rows name, by one query for all their relations, or by none where there are no rows."""
    ids = {getattr(row, f"{relation}_id") for row in rows for relation in relations} - {None}
    people = User.objects.in_bulk(ids) if ids else {}
    for row in rows:
        for relation in relations:
            setattr(row, relation, people.get(getattr(row, f"{relation}_id")))


def with_second_factor():
    """Return people who know whether they have a second factor (`has_totp`), read by the same query as they are."""
    totp = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.annotate(has_totp=Exists(totp))


def has_second_factor(user):
    """Tell whether this person signs in with a second factor; for the person of a request, as the request began."""
    if hasattr(user, "has_totp"):
        return user.has_totp
    return get_mfa_adapter().is_mfa_enabled(user, [Authenticator.Type.TOTP])
