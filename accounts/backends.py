"""Sign-in by e-mail and password."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.selectors import with_second_factor


class SignInBackend(AuthenticationBackend):
    """Tells who somebody is, never what they may do: nobody is given Django's own permissions, roles say that.

    Asking the database for permissions that are never there would cost every page two queries.
    """

    def has_perm(self, user_obj, perm, obj=None):
        return False

    def has_module_perms(self, user_obj, app_label):
        return False

    def get_user(self, user_id):
        """Return the person a session belongs to, and with them whether they have a second factor: every page asks."""
        user = with_second_factor().filter(pk=user_id).order_by().first()
        return user if user and self.user_can_authenticate(user) else None
