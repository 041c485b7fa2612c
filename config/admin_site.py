"""The desk: Django's admin under the project's name, with one way in."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache


class WorkbenchAdminSite(AdminSite):
    site_header = _("Migration data mapping")
    site_title = _("Migration data mapping")
    index_title = _("Desk")
    site_url = "/"
    enable_nav_sidebar = True

    @never_cache
    def login(self, request, extra_context=None):
        """Redirect to the one sign-in page, whatever is posted: a second form would skip the second factor."""
        return redirect_to_login(request.GET.get("next") or "/desk/")
