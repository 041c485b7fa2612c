"""The addresses of the desk's own pages."""

from django.urls import path

from mapping.desk import grid_views, views

SECTION = "desk/exercises/<slug:code>/sections/<slug:key>/"

urlpatterns = [
    path("desk/exercises/<slug:code>/", views.exercise, name="exercise"),
    path("desk/exercises/<slug:code>/freeze/", views.freeze, name="exercise_freeze"),
    path("desk/exercises/<slug:code>/cells/", views.cells, name="exercise_cells"),
    path(SECTION, views.section, name="exercise_section"),
    path(f"{SECTION}submit/", views.submit_section, name="section_submit"),
    path(f"{SECTION}review/", views.review_section, name="section_review"),
    path(f"{SECTION}cells/", grid_views.save, name="grid_save"),
    path(f"{SECTION}changes/", grid_views.changes, name="grid_changes"),
    path(f"{SECTION}cells/<int:pk>/panel/", grid_views.panel, name="grid_panel"),
]
