"""What allauth asks of the project: nobody signs up, mails become rows, sign-ins are logged."""

import time

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from accounts import services
from accounts.models import AccountMail, SignIn, User

SIGNED_IN_AT = "signed_in_at"  # the session's own note of when the password was last proven


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off."),
        "email_password_mismatch": _("This e-mail and password do not match."),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("This code is not right, or it was used already. Wait for the next one."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many wrong tries. Wait 10 minutes, then try again."),
        "rate_limited": _("Too many wrong tries. Wait 10 minutes, then try again."),
    }

    # --- Who comes in --------------------------------------------------------

    def is_open_for_signup(self, request):
        return False

    def login(self, request, user):
        super().login(request, user)
        request.session[SIGNED_IN_AT] = time.time()
        self._log(request, SignIn.Outcome.SIGNED_IN, user)

    def logout(self, request):
        self._log(request, SignIn.Outcome.SIGNED_OUT, request.user)
        super().logout(request)

    def authentication_failed(self, request, **credentials):
        self.log_refusal(request, User.objects.filter(email=credentials.get("email", "").lower()).first())

    def respond_user_inactive(self, request, user):
        self.log_refusal(request, user)
        return super().respond_user_inactive(request, user)

    def log_refusal(self, request, user):
        self._log(request, SignIn.Outcome.REFUSED, user)

    def _log(self, request, outcome, user):
        services.record_sign_in(actor=user, outcome=outcome, address=self.get_client_ip(request))

    def is_reauthentication_required(self, *, app, **kwargs):
        # Whoever has just signed in is not asked for the same password again a second later.
        signed_in_at = allauth_context.request.session.get(SIGNED_IN_AT, 0)
        if time.time() - signed_in_at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_password_change_redirect_url(self, request):
        return reverse("account_overview")

    # --- Mail: rows only, nothing is sent inside a request --------------------

    def send_password_reset_mail(self, user, email, context):
        # Whoever never followed an invitation has no password to reset; the page tells everybody the same.
        if user.has_usable_password():
            services.queue_mail(actor=user, user=user, kind=AccountMail.Kind.PASSWORD_RESET)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        services.queue_mail(
            actor=user,
            user=user,
            kind=AccountMail.Kind.NOTICE,
            event=template_prefix.rpartition("/")[2],
            context={"at": timezone.now().isoformat(), "address": self.get_client_ip(self.request)},
        )

    def send_mail(self, template_prefix, email, context):
        raise NotImplementedError(f"No page of this site sends “{template_prefix}”.")


class MFAAdapter(DefaultMFAAdapter):
    """The second factor: who may do without, and a picture of the key that can be scanned on a dark page too."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Your role needs a second factor: it cannot be switched off."),
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def build_totp_svg(self, url):
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string().decode()

    def can_delete_authenticator(self, authenticator):
        return not authenticator.user.must_use_second_factor
