"""The agencies of one's countries, each with the official who answers for it."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mapping.audit.admin import ServiceModelAdmin
from mapping.countries import services
from mapping.countries.filters import CountryFilter
from mapping.countries.forms import AgencyForm, FocalPointForm
from mapping.countries.models import Agency, FocalPoint
from mapping.countries.permissions import (
    EDITORS,
    can_edit_agency,
    can_view_agency,
    countries_with_role,
    has_role_anywhere,
    visible_agencies,
)
from mapping.fields import folded
from mapping.inputs import language_name


class FocalPointInline(admin.StackedInline):
    model = FocalPoint
    form = FocalPointForm
    fields = [("name", "email", "language")]
    extra = max_num = 1
    verbose_name_plural = _("focal point")

    def has_view_permission(self, request, obj=None):
        return obj is None or can_view_agency(request.user, obj)

    def has_add_permission(self, request, obj=None):
        return obj is None or can_edit_agency(request.user, obj)

    def has_change_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.has_add_permission(request, obj)


@admin.register(Agency)
class AgencyAdmin(ServiceModelAdmin):
    form = AgencyForm
    inlines = [FocalPointInline]
    list_per_page = 25
    list_display = ["acronym", "name", "kind", "formal_request", "languages_told", "country"]
    list_filter = ["kind", "formal_request", ("country", CountryFilter)]
    list_select_related = ["country"]
    search_fields = ["search_text"]
    search_help_text = _("Words of the name, the acronym or another way it is written.")
    fieldsets = [
        (None, {"fields": ["country", ("acronym", "kind"), "name", "aliases", "seen_version"]}),
        (_("What it does"), {"fields": ["role", "data_held", "languages"]}),
        (_("Requests"), {"fields": ["formal_request", "formal_request_note", "note"]}),
    ]
    read_only_fieldsets = [
        (None, {"fields": ["country", ("acronym", "kind"), "name", "aliases_told"]}),
        (_("What it does"), {"fields": ["role", "data_held", "languages_told"]}),
        (_("Requests"), {"fields": ["formal_request", "formal_request_note", "note"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request) & visible_agencies(request.user)

    def get_search_results(self, request, queryset, search_term):
        """Search in either case of every script; for an autocomplete, in the country of `?exercise=` where one is named."""
        if request.path == reverse("admin:autocomplete") and "exercise" in request.GET:
            queryset = queryset.filter(country__exercises__code=request.GET["exercise"])
        for word in folded(search_term).split():
            queryset = queryset.filter(search_text__contains=word)
        return queryset, False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return can_view_agency(request.user, obj) if obj else has_role_anywhere(request.user)

    def has_add_permission(self, request):
        return has_role_anywhere(request.user, EDITORS)

    def has_change_permission(self, request, obj=None):
        return can_edit_agency(request.user, obj) if obj else self.has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False  # sources, claims and requests name it

    def _only_read(self, request, obj):
        return obj is not None and not self.has_change_permission(request, obj)

    def get_fieldsets(self, request, obj=None):
        return self.read_only_fieldsets if self._only_read(request, obj) else self.fieldsets

    def get_readonly_fields(self, request, obj=None):
        if self._only_read(request, obj):
            return ["aliases_told", "languages_told"]
        return ["country"] if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 - Django's signature
        if self._only_read(request, obj):
            return super().get_form(request, obj, change=change, **{**kwargs, "form": admin.ModelAdmin.form})
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "country":
            kwargs["queryset"] = countries_with_role(request.user, EDITORS)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request):
        """Choose the country that there is no choice about."""
        countries = countries_with_role(request.user, EDITORS)[:2]
        only = {"country": countries[0].pk} if len(countries) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def save_row(self, request, row, form):
        return services.save_agency(actor=request.user, agency=row, version=form.cleaned_data["seen_version"])

    def save_formset(self, request, form, formset, change):
        for focal_point in formset.save(commit=False):
            services.save_focal_point(actor=request.user, focal_point=focal_point)
        for focal_point in formset.deleted_objects:
            services.remove_focal_point(actor=request.user, focal_point=focal_point)

    @admin.display(description=_("also written"))
    def aliases_told(self, agency):
        return "; ".join(agency.aliases)

    @admin.display(description=_("languages"))
    def languages_told(self, agency):
        return ", ".join(map(language_name, agency.languages))
