"""The addresses of sources and their files."""

from django.contrib import admin
from django.urls import path

from mapping.sources import views

urlpatterns = [
    path("desk/exercises/<slug:code>/sources/", admin.site.admin_view(views.source_list), name="sources"),
    path("desk/attachments/<int:pk>/", admin.site.admin_view(views.attachment), name="attachment"),
]
