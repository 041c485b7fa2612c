"""The desk: Django's admin under the project's name, with one way in."""

from allauth.account.views import logout as account_logout
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

# The desk's headings in the order of the work, each with the rooms whose models stand under it.
HEADINGS = [
    (_("Framework"), ["framework"]),
    (_("Countries and people"), ["countries", "accounts"]),
    (_("Sources"), ["sources", "context"]),
    (_("Availability"), ["availability", "figures"]),
    (_("Review"), ["review", "second_coding", "comments", "harmonisation", "duties", "notifications"]),
    (_("Data requests"), ["data_requests"]),
    (_("Summaries"), ["summaries", "gaps"]),
    (_("Workbook"), ["workbook"]),
    (_("History"), ["audit"]),
]


class WorkbenchAdminSite(AdminSite):
    site_header = _("Migration data mapping")
    site_title = _("Migration data mapping")
    index_title = _("My work")
    site_url = "/"
    enable_nav_sidebar = True

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        """Redirect to the one sign-in page, whatever is posted: a second form would skip the second factor."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied  # the sign-in page would send them straight back here
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request, extra_context=None):
        """Sign out as everywhere else, so that the log of sign-ins knows."""
        return account_logout(request)

    def password_change(self, request, extra_context=None):
        """Lead to the one page that changes a password."""
        return redirect("account_change_password")

    def index(self, request, extra_context=None):
        """Show a person's work first: exercises, progress, what waits for them; then the models."""
        from accounts.services import record_visit  # models are not loaded yet when the site is made
        from mapping.desk.home import home

        record_visit(actor=request.user)
        found = home(request.user, request.GET.get("page"))
        request.unread_notifications = found.unread
        return super().index(request, {"home": found, **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """Return the models the person may see: of one app as Django has them, or by heading, found out when shown."""
        of_apps = super().get_app_list
        return of_apps(request, app_label) if app_label else SimpleLazyObject(lambda: _by_heading(of_apps(request)))


def _by_heading(apps):
    """Regroup Django's app list by heading; a model of no known room is left out of none: it keeps its app's name."""
    heading_of = {room: name for name, rooms in HEADINGS for room in rooms}
    groups = {name: [] for name, _rooms in HEADINGS}
    for app in apps:
        for model in app["models"]:
            groups.setdefault(heading_of.get(_room(model["model"]), app["name"]), []).append((app, model))
    return [
        {
            **members[0][0],
            "name": name,
            "app_label": _room(members[0][1]["model"]),
            "models": [model for _app, model in members],
        }
        for name, members in groups.items()
        if members
    ]


def _room(model):
    """Return `sources` for a model of `mapping.sources.models`, `accounts` for one of `accounts.models`."""
    return model.__module__.split(".")[-2]
