"""The forms of sign-in and of one's own account. Labels stand above fields; placeholders are no labels."""

import zoneinfo
from functools import cache

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context as allauth_context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils.translation import gettext_lazy as _

from accounts.models import User

NAME_LENGTH = User._meta.get_field("name").max_length


class PlainFields:
    """Takes allauth's placeholders away, and gives its fields our words."""

    words = {}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            if name in self.words:
                field.label, field.help_text = self.words[name]


class SignInForm(PlainFields, allauth_forms.LoginForm):
    words = {"login": (_("E-mail"), ""), "password": (_("Password"), "")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class PasswordAgainForm(PlainFields, allauth_forms.ReauthenticateForm):
    words = {"password": (_("Password"), "")}


class ForgottenPasswordForm(PlainFields, allauth_forms.ResetPasswordForm):
    words = {"email": (_("E-mail"), "")}


class ChangePasswordForm(PlainFields, allauth_forms.ChangePasswordForm):
    words = {
        "oldpassword": (_("Present password"), ""),
        "password1": (_("New password"), password_validators_help_text_html()),
        "password2": (_("New password, once more"), ""),
    }


class NewPasswordForm(PlainFields, allauth_forms.ResetPasswordKeyForm):
    words = {key: ChangePasswordForm.words[key] for key in ("password1", "password2")}


class SecondFactorForm(PlainFields, mfa_forms.AuthenticateForm):
    words = {"code": (_("Code"), _("Six digits from your authenticator app, or one of your recovery codes."))}

    def clean_code(self):
        try:
            return super().clean_code()
        except forms.ValidationError:
            get_adapter().log_refusal(allauth_context.request, self.user)
            raise


class SecondFactorAgainForm(PlainFields, mfa_forms.ReauthenticateForm):
    words = SecondFactorForm.words


class ActivateSecondFactorForm(PlainFields, totp_forms.ActivateTOTPForm):
    words = {"code": (_("Code"), _("The six digits the app shows now."))}


class AcceptInvitationForm(forms.Form):
    """The name and the first password of an invited person."""

    name = forms.CharField(
        label=_("Your name"), max_length=NAME_LENGTH, widget=forms.TextInput({"autocomplete": "name"})
    )
    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=password_validators_help_text_html(),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Password, once more"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password1(self):
        self.user.name = self.cleaned_data.get("name", "")
        validate_password(self.cleaned_data["password1"], self.user)
        return self.cleaned_data["password1"]

    def clean_password2(self):
        if self.cleaned_data.get("password1", self.cleaned_data["password2"]) != self.cleaned_data["password2"]:
            raise forms.ValidationError(_("The two passwords differ."))
        return self.cleaned_data["password2"]


class ProfileForm(forms.ModelForm):
    """What people change about themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"))
    digest_hour = forms.TypedChoiceField(
        label=_("Hour of the daily mail"),
        help_text=_("It tells what still waits for you; on a day when nothing does, there is none."),
        coerce=int,
        required=False,
        empty_value=None,  # left out: it stays as it is
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "digest_hour"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zone_choices(self.instance.time_zone)


def time_zone_choices(present):
    """Return the time zones to choose from: UTC, those of places, and the present one whatever it is."""
    names = ["UTC", *_place_time_zones()]
    return [(name, name.replace("_", " ")) for name in (names if present in names else [present, *names])]


@cache
def _place_time_zones():
    return sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
