"""What a person's account does to every page: language, time zone, and the second factor that must come first."""

from django.shortcuts import redirect
from django.utils import timezone, translation

from accounts.selectors import has_second_factor


class PreferencesMiddleware:
    """Show pages in the language and time zone of the person signed in. After LocaleMiddleware and authentication."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)  # LocaleMiddleware sets it anew for the next request
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(request.user.zone):
            return self.get_response(request)


class SecondFactorMiddleware:
    """Send whoever must have a second factor and has none to its set-up page, before anything else."""

    ALWAYS = frozenset(
        {"account_logout", "admin:logout", "account_reauthenticate", "mfa_activate_totp", "set_language", "healthz"}
    )

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated or not user.must_use_second_factor:
            return None
        if request.resolver_match.view_name in self.ALWAYS or has_second_factor(user):
            return None
        return redirect("mfa_activate_totp")
