"""A real browser, as a rule against the site as pytest-django serves it."""

from functools import partial

import pytest
from playwright.sync_api import expect, sync_playwright

from tests import services
from tests.e2e.browsing import NOTE_VIOLATIONS, sign_in
from tests.e2e.grids import open_grid


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium; without its sandbox, which refuses to run as root."""
    patch = pytest.MonkeyPatch()
    # Playwright's own event loop runs in this thread, and Django would take every query here for an asynchronous one.
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        expect.set_options(timeout=60_000)
        chromium = playwright.chromium.launch(executable_path=services.chromium(), args=["--no-sandbox"])
        yield chromium
        chromium.close()
    patch.undo()


@pytest.fixture
def open_page_of(browser):
    """Return a function that opens a browser of its own on a site, empty, at a width and in a colour scheme."""
    contexts = []

    def opened(url, *, width=1280, scheme="light"):
        context = browser.new_context(base_url=url, viewport={"width": width, "height": 800}, color_scheme=scheme)
        context.set_default_timeout(120_000)  # two suites share the machine; what holds ends the wait at once
        contexts.append(context)
        context.add_init_script(NOTE_VIOLATIONS)
        page = context.new_page()
        page.script_errors = []
        page.on("pageerror", lambda error: page.script_errors.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def open_page(open_page_of, live_server):
    """Do the same on the site as pytest-django serves it."""
    return partial(open_page_of, live_server.url)


@pytest.fixture
def page(open_page):
    """A browser at 1280 pixels, light."""
    return open_page()


@pytest.fixture
def grid(page, live_server, exercise, consultant):
    """The grid of a section of KGZ-2024, open to its consultant."""
    sign_in(page, consultant, live_server.url)
    return open_grid(page)
