"""Sign-in by e-mail and password."""

from allauth.account.auth_backends import AuthenticationBackend


class SignInBackend(AuthenticationBackend):
    """Tells who somebody is, never what they may do: nobody is given Django's own permissions, roles say that.

    Asking the database for permissions that are never there would cost every page two queries.
    """

    def has_perm(self, user_obj, perm, obj=None):
        return False

    def has_module_perms(self, user_obj, app_label):
        return False
