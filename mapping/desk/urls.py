"""The addresses of the desk's own pages."""

from django.urls import path

from mapping.desk import (
    bulk_views,
    comment_views,
    decision_views,
    duty_views,
    grid_views,
    list_views,
    review_views,
    views,
)

SECTION = "desk/exercises/<slug:code>/sections/<slug:key>/"

urlpatterns = [
    path("desk/work/", views.my_work, name="my_work"),
    path("desk/exercises/<slug:code>/", views.exercise, name="exercise"),
    path("desk/exercises/<slug:code>/freeze/", views.freeze, name="exercise_freeze"),
    path("desk/exercises/<slug:code>/claims/", bulk_views.claims_of_source, name="claims_of_source"),
    path("desk/exercises/<slug:code>/undo/", bulk_views.exercise_undo, name="exercise_undo"),
    path("desk/exercises/<slug:code>/comments/", comment_views.comments, name="exercise_comments"),
    path("desk/exercises/<slug:code>/comments/<int:pk>/", comment_views.act, name="comment_act"),
    path(
        "desk/exercises/<slug:code>/comments/<slug:about>/<int:pk>/",
        comment_views.comments_of_row,
        name="comments_of_row",
    ),
    path("desk/exercises/<slug:code>/assignments/", duty_views.section_assignments, name="section_assignments"),
    path("desk/exercises/<slug:code>/decisions/", decision_views.decision_log, name="decision_log"),
    path("desk/exercises/<slug:code>/decisions/<int:pk>/", decision_views.decision, name="decision"),
    path("desk/exercises/<slug:code>/cells/", list_views.cells, name="exercise_cells"),
    path("desk/exercises/<slug:code>/cells/act/", list_views.act_on_cells, name="cells_act"),
    path("desk/exercises/<slug:code>/views/<slug:kind>/", list_views.save_list_view, name="list_view_save"),
    path(
        "desk/exercises/<slug:code>/views/<slug:kind>/<int:pk>/delete/",
        list_views.delete_list_view,
        name="list_view_delete",
    ),
    path(SECTION, views.section, name="exercise_section"),
    path(f"{SECTION}submit/", review_views.submit_section, name="section_submit"),
    path(f"{SECTION}decisions/", decision_views.section_decisions, name="section_decisions"),
    path(f"{SECTION}review/", review_views.review_section, name="section_review"),
    path(f"{SECTION}cells/", grid_views.save, name="grid_save"),
    path(f"{SECTION}changes/", grid_views.changes, name="grid_changes"),
    path(f"{SECTION}cells/<int:pk>/panel/", grid_views.panel, name="grid_panel"),
    path(f"{SECTION}claims/", bulk_views.section_claims, name="section_claims"),
    path(f"{SECTION}suggestions/", bulk_views.section_suggestions, name="section_suggestions"),
]
