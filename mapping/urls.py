"""The addresses of every room."""

from django.urls import include, path

urlpatterns = [
    path("", include("mapping.desk.urls")),
    path("", include("mapping.summaries.urls")),
    path("", include("mapping.data_requests.urls")),
    path("", include("mapping.notifications.urls")),
    path("", include("mapping.sources.urls")),
    path("", include("mapping.workbook.urls")),
]
