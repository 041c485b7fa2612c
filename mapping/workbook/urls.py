"""The addresses of the workbook."""

from django.contrib import admin
from django.urls import path

from mapping.workbook import views

_ALL = "desk/exercises/<slug:code>/workbook/"
_ONE = _ALL + "<int:pk>/"
_desk = admin.site.admin_view

urlpatterns = [
    path(_ALL, _desk(views.workbook), name="mapping_workbook"),
    path(_ALL + "download/", _desk(views.download), name="mapping_workbook_download"),
    path(_ONE, _desk(views.workbook_import), name="mapping_workbook_import"),
    path(_ONE + "file/", _desk(views.uploaded_file), name="mapping_workbook_file"),
    path(_ONE + "marked/", _desk(views.marked_file), name="mapping_workbook_marked"),
]
