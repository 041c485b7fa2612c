"""The admin of reviewed rows: nobody overwrites anybody, everybody sees where the row stands."""

from mapping.audit.admin import ServiceModelAdmin
from mapping.audit.forms import VersionedForm
from mapping.content.approved import approved_version
from mapping.content.errors import StaleVersion
from mapping.content.permissions import can_view, visible, why_not_edit
from mapping.countries.permissions import EDITORS, has_role_anywhere


class ReviewedModelAdmin(ServiceModelAdmin):
    """Rows of one's exercises only; read-only, with the reason, where they cannot be edited now."""

    form = VersionedForm
    change_form_template = "mapping/content/change_form.html"

    def get_queryset(self, request):
        return visible(request.user, super().get_queryset(request)).select_related("exercise__country", "last_author")

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        if obj is not None:
            return can_view(request.user, obj)
        return has_role_anywhere(request.user)

    def has_add_permission(self, request):
        return has_role_anywhere(request.user, EDITORS)

    def has_change_permission(self, request, obj=None):
        if obj is not None:
            return not why_not_edit(request.user, obj)
        return self.has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return obj is not None and not why_not_edit(request.user, obj)

    def render_change_form(self, request, context, **kwargs):
        row, form = context["original"], context["adminform"].form
        context["conflict"] = conflict(form, getattr(request, "refusal", None))
        context["why_not_edit"] = why_not_edit(request.user, row) if row else ""
        context["approved"] = approved_version(row) if row else None
        return super().render_change_form(request, context, **kwargs)


def conflict(form, refusal):
    """Return [(label, theirs, yours)] of what differs after a stale save, and let the next save replace theirs.

    Both versions are on the page then, so the form is bound to the newer one.
    """
    if not isinstance(refusal, StaleVersion):
        return []
    form.data = form.data.copy()
    form.data[form.add_prefix("seen_version")] = refusal.row.version
    theirs = type(form)(instance=refusal.row)
    return [
        (
            form.fields[name].label,
            _shown(theirs, name, theirs.initial.get(name)),
            _shown(form, name, form.cleaned_data.get(name)),
        )
        for name in form.changed_data
        if name in refusal.row.CONTENT_FIELDS
    ]


def _shown(form, name, value):
    """Return a value as its field's word, such as “Partially available”; a list as its words."""
    if isinstance(value, list):
        return ", ".join(str(_shown(form, name, item)) for item in value)
    value = getattr(value, "pk", value)
    choices = getattr(form.fields[name], "choices", ())
    words = {str(key): label for key, label in choices if not isinstance(label, (list, tuple))}
    return words.get(str(value), value)
