"""The mails of notifications in the admin: what became of each, for who runs the site."""

from django.contrib import admin

from mapping.audit.admin import ReadOnlyAdmin
from mapping.notifications.models import Notification, NotificationMail
from mapping.notifications.permissions import can_view, can_view_mail, visible, visible_mails


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """One's own."""

    list_display = ["title", "kind", "at", "read_at", "settled_at"]
    list_filter = ["kind"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=visible(request.user))

    def has_module_permission(self, request):
        return False  # the header leads to their page

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and (obj is None or can_view(request.user, obj))


@admin.register(NotificationMail)
class NotificationMailAdmin(ReadOnlyAdmin):
    """One's own; for superusers, who run the site, everybody's."""

    list_display = ["person", "digest_of", "state", "attempts", "queued_at", "finished_at", "last_error"]
    list_filter = ["state"]
    list_select_related = ["person", "notification"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=visible_mails(request.user))

    def has_module_permission(self, request):
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and (obj is None or can_view_mail(request.user, obj))
