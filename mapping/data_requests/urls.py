"""The addresses of data requests: the desk's, and the secret ones of agencies."""

from django.contrib import admin
from django.urls import path

from mapping.data_requests import portal, views

_DESK = "desk/exercises/<slug:code>/requests/"
_ONE = _DESK + "<int:number>/"
_desk = admin.site.admin_view

urlpatterns = [
    path(_DESK, _desk(views.request_list), name="data_requests"),
    path(_DESK + "new/", _desk(views.new_request), name="data_request_new"),
    path(_ONE, _desk(views.request_page), name="data_request"),
    path(_ONE + "edit/", _desk(views.edit_request), name="data_request_edit"),
    path(_ONE + "answer/", _desk(views.register_answer), name="data_request_register_answer"),
    path(_ONE + "mails/<int:pk>/", _desk(views.settle_mail), name="data_request_settle_mail"),
    path(_ONE + "<slug:act>/", _desk(views.act), name="data_request_act"),
    path("answer/<str:token>/", portal.answer, name="answer"),
    path("answer/<str:token>/thanks/", portal.thanks, name="answer_thanks"),
]
