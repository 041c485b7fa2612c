"""What a browser test asks of every page it opens."""

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Runs before any script of a page: what the content security policy refuses, it notes.
NOTE_VIOLATIONS = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.cspViolations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample} at ${event.sourceFile}:${event.lineNumber}`);
});
"""


def sign_in(page, user, base_url):
    """Give the page's browser a session of that person."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base_url}])


def assert_policy_kept(page):
    """Assert of the open page: nothing refused by its security policy, no script failed."""
    refused = page.evaluate("window.cspViolations") + page.script_errors
    assert not refused, (page.url, refused)


def assert_sound(page):
    """Assert of the open page: nothing refused by its security policy, no script failed, accessible, no sideways scroll.

    Raises:
        AssertionError: with the findings.

    """
    assert_policy_kept(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{page.url} scrolls sideways"
    findings = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
    assert not findings, (
        page.url,
        [(finding["id"], [node["html"] for node in finding["nodes"]]) for finding in findings],
    )
