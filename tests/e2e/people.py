"""People at a browser of their own, signing in as people do."""

import re
import time

from allauth.mfa.totp.internal import auth as totp

LINK = re.compile(r"https?://\S+")


def link_in(mail):
    """Return the address that a mail asks to open."""
    return LINK.search(mail.get_content())[0]


def sign_in(page, email, password):
    """Sign in by the form, and set up the second factor where the site insists on one."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/desk/$|/2fa/totp/activate/$"))
    if page.url.endswith("activate/"):
        set_up_second_factor(page)


def set_up_second_factor(page):
    """Do with the key that the page shows what the app on a phone does."""
    secret = page.locator("code").inner_text()
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("link", name="Go to the desk").click()  # below the recovery codes
    page.wait_for_url("/desk/")
