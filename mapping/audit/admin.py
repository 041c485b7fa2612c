"""The admin of every room: rows change through services, and their history is the audit's."""

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.refusals import Refused
from mapping.audit.presentation import told
from mapping.audit.selectors import history

HISTORY_PAGE = 50  # entries
MOST_COUNTED = 10_000  # rows


class FirstPages(Paginator):
    """Counts no further than anybody turns pages, for lists over all exercises; `has_more` says that there are more."""

    @cached_property
    def _counted(self):
        return self.object_list.order_by()[: MOST_COUNTED + 1].count()

    @property
    def count(self):
        return min(self._counted, MOST_COUNTED)

    @property
    def has_more(self):
        return self._counted > MOST_COUNTED


class RefusalMixin:
    """Shows a service's refusal as an error of the form, above what was typed."""

    refusal = None

    def clean(self):
        cleaned = super().clean()
        if self.refusal:
            for sentence in (self.refusal.sentence, *self.refusal.problems):
                self.add_error(None, sentence)
        return cleaned


class ServiceModelAdmin(admin.ModelAdmin):
    """A ModelAdmin whose writes are calls of services.

    A room's admin implements `save_row` and, where rows can be deleted, `delete_row`; each calls one service with
    `actor=request.user`. A Refused that one raises comes back as the form's error, with all that was typed. Rows the
    person may not see are not found (404): `get_queryset` narrows them, through the room's permissions.
    """

    show_full_result_count = False
    list_per_page = 50

    def save_row(self, request, row, form):
        """Save through a service and return the saved row."""
        raise NotImplementedError

    def delete_row(self, request, row):
        """Delete through a service."""
        raise NotImplementedError

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            request.refusal = refusal  # the transaction is rolled back: build the page again, with the refusal in it
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        if self.get_object(request, object_id) is None:
            raise Http404  # Django asks for the permission first, and so tells that there is such a row
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refusal:
            self.tell(request, refusal)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[object_id]))

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 - Django's signature
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form)(form.__name__, (RefusalMixin, form), {"refusal": getattr(request, "refusal", None)})

    def save_model(self, request, obj, form, change):
        saved = self.save_row(request, obj, form)
        obj.__dict__.update(saved.__dict__)

    def delete_model(self, request, obj):
        self.delete_row(request, obj)

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_action_choices(self, request, default_choices=None):
        return super().get_action_choices(request, [("", _("choose what to do"))])

    def each_alone(self, request, queryset, act, done):
        """Call `act(row)` for each row in a transaction of its own; tell `done` (a sentence with %(count)d) and each refusal."""
        count = 0
        for row in queryset:
            try:
                with transaction.atomic():
                    act(row)
            except Refused as refusal:
                self.tell(request, refusal)
            else:
                count += 1
        if count:
            self.message_user(request, done % {"count": count}, messages.SUCCESS)

    def tell(self, request, refusal):
        """Show a refusal as messages."""
        for sentence in (refusal.sentence, *refusal.problems):
            self.message_user(request, sentence, messages.ERROR)

    # The audit is the history; Django's own log would tell it a second time, and less.

    def log_addition(self, request, obj, message):
        return None

    def log_change(self, request, obj, message):
        return None

    def log_deletions(self, request, queryset):
        return None

    def history_view(self, request, object_id, extra_context=None):
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_or_change_permission(request, row):
            raise Http404
        page = Paginator(history(row), HISTORY_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(row)s") % {"row": row},
            "page": page,
            "entries": told(page.object_list),
            "row": row,
            "opts": self.opts,
        }
        return TemplateResponse(request, "mapping/audit/history.html", context)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404


class ReadOnlyAdmin(ServiceModelAdmin):
    """Rows that the admin only shows: they are written elsewhere."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
