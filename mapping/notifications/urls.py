"""The addresses of notifications."""

from django.urls import path

from mapping.notifications import views

urlpatterns = [
    path("desk/notifications/", views.notifications, name="notifications"),
    path("desk/notifications/read/", views.read, name="notifications_read"),
    path("desk/notifications/<int:pk>/read/", views.read, name="notification_read"),
    path("desk/notifications/preferences/", views.preferences, name="notification_preferences"),
]
