"""The addresses of the workbook."""

from django.contrib import admin
from django.urls import path

from mapping.workbook import views

_ALL = "desk/exercises/<slug:code>/workbook/"
_ONE = _ALL + "<int:pk>/"
_SEVERAL = "desk/workbooks/"
_OF_SEVERAL = _SEVERAL + "<int:pk>/"
_desk = admin.site.admin_view

urlpatterns = [
    path(_ALL, _desk(views.workbook), name="mapping_workbook"),
    path(_ALL + "download/", _desk(views.download), name="mapping_workbook_download"),
    path(_ALL + "blank/", _desk(views.blank_exercise), name="mapping_workbook_blank"),
    path(_ONE, _desk(views.workbook_import), name="mapping_workbook_import"),
    path(_ONE + "file/", _desk(views.uploaded_file), name="mapping_workbook_file"),
    path(_ONE + "marked/", _desk(views.marked_file), name="mapping_workbook_marked"),
    path(_SEVERAL, _desk(views.regional), name="mapping_regional"),
    path(_SEVERAL + "download/", _desk(views.download_regional), name="mapping_regional_download"),
    path(_SEVERAL + "blank/<int:pk>/", _desk(views.blank_methodology), name="mapping_blank_methodology"),
    path(_OF_SEVERAL, _desk(views.workbook_import), name="mapping_regional_import"),
    path(_OF_SEVERAL + "file/", _desk(views.uploaded_file), name="mapping_regional_file"),
    path(_OF_SEVERAL + "marked/", _desk(views.marked_file), name="mapping_regional_marked"),
]
