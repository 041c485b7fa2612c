"""From a key to its painted change in the grid, in a browser."""

import os
from contextlib import contextmanager

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import override_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

from tests import factories, services
from tests.benchmarks.measuring import Figure
from tests.benchmarks.section_page import LARGE, USUAL, large_section
from tests.benchmarks.world import claims_of, world
from tests.e2e.browsing import sign_in
from tests.e2e.painting import key_to_paint

MOST_MILLISECONDS = 50


def why_left_out():
    """Return what is missing, or an empty string."""
    return "" if services.chromium() else "there is no chromium."


def measure():
    """Yield the figures of a usual section and of the largest."""
    here = world()
    large = large_section(here.exercise)
    source = factories.source(here.consultant, here.exercise)
    for key in ("immigration", large.key):
        claims_of(source, here.exercise.cells.filter(indicator__section__key=key), each=3)
    sections = f"/desk/exercises/{here.exercise.code}/sections"
    pages = {USUAL: f"{sections}/immigration/", LARGE: f"{sections}/{large.key}/?years=all"}
    with _served() as url, _browser() as browser:
        for what, address in pages.items():
            with browser.new_context(base_url=url, viewport={"width": 1280, "height": 800}) as context:
                page = context.new_page()
                sign_in(page, here.consultant, url)
                page.goto(address)
                yield Figure(what, key_to_paint(page), most_milliseconds=MOST_MILLISECONDS if what == USUAL else None)


@contextmanager
def _served():
    """Serve the site from a thread of this process."""
    with override_settings(ALLOWED_HOSTS=["127.0.0.1", *settings.ALLOWED_HOSTS]):
        server = LiveServerThread("127.0.0.1", StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        if server.error:
            raise server.error
        yield f"http://127.0.0.1:{server.port}"
        server.terminate()


@contextmanager
def _browser():
    # Playwright's own event loop runs in this thread, and Django would take every query here for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
