"""The pages on which a person reads what they are told of, and says how they want to be told."""

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.refusals import Refused
from mapping.notifications import selectors
from mapping.notifications.forms import deliveries_of, offered
from mapping.notifications.permissions import visible
from mapping.notifications.services import choose_deliveries, mark_read

PAGE = 40  # notifications


def _page(request, template, **context):
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})


@admin.site.admin_view
@require_GET
def notifications(request):
    """List what the person was told of, newest first."""
    page = Paginator(selectors.shown(request.user), PAGE).get_page(request.GET.get("p"))
    return _page(request, "mapping/notifications/list.html", title=_("Notifications"), page=page)


@admin.site.admin_view
@require_POST
def read(request, pk=None):
    """Mark one notification as read, or all."""
    notification = get_object_or_404(visible(request.user), pk=pk) if pk else None
    mark_read(actor=request.user, notification=notification)
    return redirect("notifications")


@admin.site.admin_view
@require_http_methods(["GET", "POST"])
def preferences(request):
    """Say of each kind whether it is told, and whether by mail at once."""
    if request.method == "POST":
        try:
            choose_deliveries(actor=request.user, deliveries=deliveries_of(request.POST))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("It is kept."))
        return redirect("notification_preferences")
    kinds = [(kind, delivery, offered(kind)) for kind, delivery in selectors.preferences_of(request.user)]
    title = _("How you are told")
    return _page(request, "mapping/notifications/preferences.html", title=title, kinds=kinds)
