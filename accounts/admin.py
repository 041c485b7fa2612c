"""The list of people on the desk, for superusers: invite, correct, switch off, erase. Nobody sets a password here."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.forms import time_zone_choices
from accounts.models import AccountMail, Invitation, SignIn, User
from accounts.permissions import manageable_people, may_manage_people
from accounts.refusals import Refused
from accounts.selectors import invitation_obstacle

PROFILE = {"name", "language", "time_zone"}

# Django's and allauth's own pages would change accounts behind the services' back.
for model in (EmailAddress, Authenticator, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class PeopleManagersOnly:
    """The desk's list of people and what belongs to it is for those who may manage people."""

    def has_module_permission(self, request):
        return may_manage_people(request.user)

    def has_view_permission(self, request, obj=None):
        return may_manage_people(request.user)

    def has_add_permission(self, request):
        return may_manage_people(request.user)

    def has_change_permission(self, request, obj=None):
        return may_manage_people(request.user)

    def has_delete_permission(self, request, obj=None):
        return False  # erasing keeps the row: the history speaks of it


class ReadOnly(PeopleManagersOnly):
    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class InviteForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "name", "language"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if obstacle := invitation_obstacle(email):
            raise forms.ValidationError(obstacle)
        # Whoever was invited before and has not come is invited anew, and is no duplicate of themselves.
        self.instance = User.objects.filter(email=email).first() or self.instance
        return email


class PersonForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "is_active", "is_superuser", "needs_second_factor"]
        labels = {"is_superuser": _("Is a superuser")}
        help_texts = {
            "is_superuser": _("May do everything, everywhere, except approve their own work."),
            "is_active": _("Switching an account off ends its sessions at once."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices(self.instance.time_zone)


class InvitationInline(ReadOnly, admin.TabularInline):
    model = Invitation
    fk_name = "user"
    fields = ["created_at", "invited_by", "expires_at", "accepted_at", "revoked_at"]
    extra = 0
    verbose_name_plural = _("invitations")


@admin.register(User)
class PersonAdmin(PeopleManagersOnly, admin.ModelAdmin):
    list_display = [
        "name_or_email",
        "email",
        "language",
        "is_active",
        "is_superuser",
        "needs_second_factor",
        "last_login",
    ]
    list_filter = ["is_active", "is_superuser", "language"]
    search_fields = ["name", "email"]
    show_full_result_count = False
    inlines = [InvitationInline]
    actions = ["invite_anew", "take_back_invitation", "sign_out", "remove_second_factor", "erase"]

    @admin.display(description=_("person"), ordering="name")
    def name_or_email(self, person):
        return str(person)

    def get_queryset(self, request):
        people = super().get_queryset(request)
        return people & manageable_people(request.user)

    def get_form(self, request, obj=None, change=False, **kwargs):  # noqa: FBT002 - Django's own signature
        kwargs["form"] = PersonForm if change else InviteForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request, obj=None):
        return (PersonForm if obj else InviteForm).Meta.fields

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            self.message_user(request, " ".join([str(refusal), *refusal.problems]), messages.ERROR)
            return redirect(request.get_full_path())

    def save_model(self, request, obj, form, change):
        save = self._save_person if change else self._save_invitation
        save(request.user, obj, form)

    def _save_invitation(self, actor, obj, form):
        obj.pk = services.invite(actor=actor, **form.cleaned_data).user_id

    def _save_person(self, actor, person, form):
        values, changed = form.cleaned_data, set(form.changed_data)
        if changed & PROFILE:
            services.update_person(actor=actor, user=person, **{name: values[name] for name in PROFILE})
        if "needs_second_factor" in changed:
            services.require_second_factor(actor=actor, user=person, required=values["needs_second_factor"])
        if "is_superuser" in changed:
            services.set_superuser(actor=actor, user=person, superuser=values["is_superuser"])
        if "is_active" in changed:
            services.set_active(actor=actor, user=person, active=values["is_active"])

    # --- Actions: one service call a person, each refusal told ----------------

    @admin.action(description=_("Invite again"))
    def invite_anew(self, request, queryset):
        self._each(request, queryset, _invite_anew)

    @admin.action(description=_("Take back the invitation"))
    def take_back_invitation(self, request, queryset):
        self._each(request, queryset, _take_back_invitation)

    @admin.action(description=_("Sign out everywhere"))
    def sign_out(self, request, queryset):
        self._each(request, queryset, services.end_sessions)

    @admin.action(description=_("Remove the second factor (device and codes lost)"))
    def remove_second_factor(self, request, queryset):
        self._each(request, queryset, services.remove_second_factor)

    @admin.action(description=_("Erase the person for good"))
    def erase(self, request, queryset):
        if "confirmed" in request.POST:
            return self._each(request, queryset, services.erase_person)
        context = self.admin_site.each_context(request) | {"title": _("Erase for good"), "people": queryset}
        return render(request, "accounts/erase.html", context)

    def _each(self, request, queryset, service):
        done = 0
        for person in queryset:
            try:
                service(actor=request.user, user=person)
            except Refused as refusal:
                self.message_user(request, f"{person}: {refusal}", messages.ERROR)
            else:
                done += 1
        if done:
            self.message_user(request, _done(done), messages.SUCCESS)


def _done(number):
    return ngettext("Done for %(number)d person.", "Done for %(number)d people.", number) % {"number": number}


def _invite_anew(*, actor, user):
    return services.invite(actor=actor, email=user.email, name=user.name, language=user.language)


def _take_back_invitation(*, actor, user):
    invitation = user.invitations.first()
    if invitation is None:
        raise Refused(gettext("This person was never invited by mail."))
    services.revoke_invitation(actor=actor, invitation=invitation)


@admin.register(SignIn)
class SignInAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "user", "outcome", "address"]
    list_filter = ["outcome"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(AccountMail)
class AccountMailAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["queued_at", "user", "kind", "state", "attempts", "finished_at", "last_error"]
    list_filter = ["state", "kind"]
    list_select_related = ["user"]
    search_fields = ["user__name", "user__email"]
    show_full_result_count = False
