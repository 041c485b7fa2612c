"""What a browser test asks of every page it opens."""

from axe_playwright_python.base import AXE_SCRIPT
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
FIND = """
async (options) => (await axe.run(options)).violations.map((one) => [one.id, one.nodes.map((node) => node.html)])
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
    _assert_accessible(page, STANDARDS)


def assert_readable(page):
    """Assert of the open page what changes with its colours: that all of it stands out from what is behind."""
    page.evaluate("document.getAnimations().forEach((change) => change.finish())")  # colours change step by step
    _assert_accessible(page, {"type": "rule", "values": ["color-contrast"]})


def _assert_accessible(page, rules):
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    findings = page.evaluate(FIND, {"runOnly": rules, "resultTypes": ["violations"], "preload": False})
    assert not findings, (page.url, findings)
