"""The addresses of the desk's own pages."""

from django.urls import path

from mapping.desk import views

urlpatterns = [
    path("desk/exercises/<slug:code>/", views.exercise, name="exercise"),
    path("desk/exercises/<slug:code>/freeze/", views.freeze, name="exercise_freeze"),
    path("desk/exercises/<slug:code>/cells/", views.cells, name="exercise_cells"),
    path("desk/exercises/<slug:code>/sections/<slug:key>/", views.section, name="exercise_section"),
    path("desk/exercises/<slug:code>/sections/<slug:key>/submit/", views.submit_section, name="section_submit"),
    path("desk/exercises/<slug:code>/sections/<slug:key>/review/", views.review_section, name="section_review"),
]
