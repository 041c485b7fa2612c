"""Every address of the site."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language


def healthz(request):
    """Say that the web process answers, without touching the database."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="front"),
    path("healthz", healthz, name="healthz"),
    path("language", set_language, name="set_language"),
    path("accounts/", include("accounts.urls")),
    path("", include("mapping.urls")),
    path("desk/", admin.site.urls),
]
