"""The methodology in the admin: edited until an exercise uses it, then copied as a new version."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.refusals import Refused
from mapping.audit.admin import ServiceModelAdmin
from mapping.framework.models import Indicator, Methodology, Section, Term
from mapping.framework.services import copy_methodology, delete_part, is_in_use, save_part


class PartAdmin(ServiceModelAdmin):
    """A methodology or a part of one; read-only once an exercise uses it."""

    def save_row(self, request, row, form):
        return save_part(actor=request.user, row=row, fields=form.changed_data)

    def delete_row(self, request, row):
        delete_part(actor=request.user, row=row)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and is_in_use(obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and is_in_use(obj))

    def get_readonly_fields(self, request, obj=None):
        """A part stays in its methodology."""
        fixed = [name for name in ("methodology", "section") if obj and hasattr(obj, f"{name}_id")]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "methodology":
            kwargs["queryset"] = Methodology.objects.filter(exercises=None)
        if db_field.name == "section":
            kwargs["queryset"] = Section.objects.filter(methodology__exercises=None).select_related("methodology")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class CopyForm(forms.Form):
    version = forms.CharField(label=gettext_lazy("Number of the new version"), max_length=20)


@admin.register(Methodology)
class MethodologyAdmin(PartAdmin):
    list_display = ["title", "version", "first_year", "last_year"]
    change_form_template = "mapping/framework/methodology_form.html"

    def get_urls(self):
        copy = path(
            "<path:object_id>/copy/", self.admin_site.admin_view(self.copy_view), name="mapping_methodology_copy"
        )
        return [copy, *super().get_urls()]

    def render_change_form(self, request, context, **kwargs):
        methodology = context["original"]
        context["is_in_use"] = methodology is not None and is_in_use(methodology)
        context["may_copy"] = methodology is not None and self.has_add_permission(request)
        return super().render_change_form(request, context, **kwargs)

    def copy_view(self, request, object_id):
        """Ask for a version number and copy the methodology under it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        methodology = get_object_or_404(Methodology, pk=object_id)
        form = CopyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                copy = copy_methodology(actor=request.user, methodology=methodology, **form.cleaned_data)
            except Refused as refusal:
                form.add_error("version", refusal.sentence)
            else:
                self.message_user(
                    request, _("This is the copy: edit it, then let exercises adopt it."), messages.SUCCESS
                )
                return HttpResponseRedirect(reverse("admin:mapping_methodology_change", args=[copy.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Copy %(methodology)s as a new version") % {"methodology": methodology},
            "form": form,
            "opts": self.opts,
            "methodology": methodology,
        }
        return TemplateResponse(request, "mapping/framework/copy.html", context)


@admin.register(Section)
class SectionAdmin(PartAdmin):
    list_display = ["title", "order", "key", "methodology"]
    list_filter = ["methodology"]
    list_select_related = ["methodology"]
    search_fields = ["title", "key"]


@admin.register(Indicator)
class IndicatorAdmin(PartAdmin):
    list_display = ["title", "section", "group", "in_words_measure", "in_words_breakdown", "order"]
    list_filter = ["section__methodology", "group", "section"]
    list_select_related = ["section"]
    search_fields = ["title", "key"]
    ordering = ["section__methodology", "section__order", "order"]

    @admin.display(description=gettext_lazy("measure"), ordering="measure")
    def in_words_measure(self, obj):
        return obj.measure.replace("_", " ")

    @admin.display(description=gettext_lazy("breakdown"), ordering="breakdown")
    def in_words_breakdown(self, obj):
        return obj.breakdown.replace("_", " ")


@admin.register(Term)
class TermAdmin(PartAdmin):
    list_display = ["label", "kind", "key", "methodology"]
    list_filter = ["methodology", "kind"]
    list_select_related = ["methodology"]
    search_fields = ["label", "key"]
