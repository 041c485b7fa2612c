"""Django's admin, with our site in its place."""

from django.contrib.admin.apps import AdminConfig


class WorkbenchAdminConfig(AdminConfig):
    default_site = "config.admin_site.WorkbenchAdminSite"
