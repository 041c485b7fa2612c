"""Django's own permission questions, answered from roles: for rooms below this one, which know no assignments."""

from django.contrib.auth.backends import BaseBackend

from mapping.countries.permissions import assignments, is_regional_coordinator

_FRAMEWORK = ("methodology", "section", "indicator", "term")
READ = frozenset(f"mapping.view_{model}" for model in _FRAMEWORK)
WRITE = frozenset(f"mapping.{verb}_{model}" for model in _FRAMEWORK for verb in ("add", "change", "delete"))


class RoleBackend(BaseBackend):
    """Whoever works on an exercise reads the methodology; only regional coordinators edit it."""

    def has_perm(self, user_obj, perm, obj=None):
        if not user_obj.is_active or not user_obj.is_authenticated:
            return False
        if perm in WRITE:
            return is_regional_coordinator(user_obj)
        return perm in READ and bool(assignments(user_obj))
