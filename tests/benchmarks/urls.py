"""The site with one page more: the floor, all that every page of the desk costs."""

from django.contrib import admin
from django.template.response import TemplateResponse
from django.urls import path

from config.urls import urlpatterns as site


def empty(request):
    """Show the frame, the menu and nothing in it."""
    context = {**admin.site.each_context(request), "title": "Empty"}
    return TemplateResponse(request, "admin/base_site.html", context)


urlpatterns = [path("desk/empty/", admin.site.admin_view(empty)), *site]
