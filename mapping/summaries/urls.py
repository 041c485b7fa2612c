"""The addresses of summaries, under an exercise's."""

from django.contrib import admin
from django.urls import path

from mapping.summaries import views

urlpatterns = [
    path("desk/exercises/<slug:code>/summaries/", admin.site.admin_view(views.summary_list), name="exercise_summaries"),
    path("desk/exercises/<slug:code>/summaries/<int:number>/", admin.site.admin_view(views.summary), name="summary"),
    path(
        "desk/exercises/<slug:code>/summaries/<int:number>/json",
        admin.site.admin_view(views.download),
        {"format_": "json"},
        name="summary_json",
    ),
    path(
        "desk/exercises/<slug:code>/summaries/<int:number>/pdf",
        admin.site.admin_view(views.download),
        {"format_": "pdf"},
        name="summary_pdf",
    ),
]
