"""`make pictures`: start the site with its demo, go through it in a browser, and write docs/pictures/*.png anew."""

import email
import email.policy
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import sync_playwright

from tests import services
from tests.live import ROOT, Workbench, free_port, until

FOLDER = ROOT / "docs" / "pictures"
EXERCISE = "/desk/exercises/KGZ-2024/"
SECTION = f"{EXERCISE}sections/immigration/"
CELLS = f"{EXERCISE}cells/?section=emigration&value=available"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWER_LINK = re.compile(r"https?://\S+/answer/\S+")


@dataclass(frozen=True)
class Picture:
    """A page, by its address or by the links that lead to it, as one person sees it."""

    name: str
    who: str
    address: str
    links: tuple = ()
    details_of: str = ""  # a cell of the grid, opened beside it
    scroll_to: str = ""
    width: int = 1280
    height: int = 900
    scheme: str = "light"


PICTURES = [
    Picture("sign-in", "", "/accounts/login/", height=700),
    Picture("home", "reviewer", "/desk/", height=780),
    Picture("home-coordinator", "coordinator", "/desk/", scroll_to="#overview", height=420),
    Picture("work", "consultant", "/desk/work/", height=640),
    Picture("notifications", "reviewer", "/desk/notifications/", height=560),
    Picture("account", "consultant", "/accounts/", height=760),
    Picture("exercise", "consultant", EXERCISE),
    Picture("section", "consultant", SECTION),
    Picture("details", "consultant", SECTION, details_of="td.c-partially_available", height=640),
    Picture("section-phone", "consultant", SECTION, width=360, height=760),
    Picture("section-dark", "consultant", SECTION, scheme="dark"),
    Picture("cell", "consultant", CELLS, ("table.list tbody th a",)),
    Picture("claim", "consultant", CELLS, ("table.list tbody th a",), scroll_to=".inline-group"),
    Picture("claims-in-bulk", "consultant", f"{SECTION}claims/"),
    Picture("cells", "consultant", f"{EXERCISE}cells/?open=contradicted", height=720),
    Picture("sources", "consultant", f"{EXERCISE}sources/", height=640),
    Picture("source", "consultant", f"{EXERCISE}sources/", ("table.sources tbody th a",)),
    Picture("submit", "consultant", f"{EXERCISE}sections/big_data/submit/", height=700),
    Picture("review", "reviewer", f"{EXERCISE}sections/return_migration/", scroll_to="#review"),
    Picture("review-changes", "reviewer", f"{EXERCISE}sections/return_migration/review/"),
    Picture("comments", "reviewer", f"{EXERCISE}comments/?all=1", height=560),
    Picture("decisions", "reviewer", f"{EXERCISE}decisions/", height=560),
    Picture("history", "reviewer", f"{EXERCISE}sources/", ("table.sources tbody th a", ".historylink")),
    Picture("requests", "coordinator", f"{EXERCISE}requests/", height=420),
    Picture("request", "coordinator", f"{EXERCISE}requests/", ("table.list tbody th a",), height=660),
    Picture("answer", "", "the link in the mail"),
    Picture("answer-phone", "", "the link in the mail", width=360, height=760),
    Picture("summary", "observer", f"{EXERCISE}summaries/", ("table.list tbody th a",)),
    Picture("summaries", "coordinator", f"{EXERCISE}summaries/", height=420),
    Picture("workbook", "consultant", f"{EXERCISE}workbook/", height=700),
    Picture("comparison", "consultant", f"{EXERCISE}workbook/"),
    Picture("assignments", "coordinator", f"{EXERCISE}assignments/", height=760),
    Picture("records", "coordinator", "/desk/mapping/agency/", height=760),
    Picture("indicator", "coordinator", "/desk/mapping/indicator/", ("#result_list tbody th a",)),
    Picture("freeze", "coordinator", EXERCISE, scroll_to="#freeze-title"),
]


def main(names):
    """Write the pictures named, or all of them; return the exit code."""
    if not services.chromium():
        print("There is no chromium. On Debian: apt-get install chromium")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        # Nothing of the caller's site: an embedded one of its own.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = kept | {"VAR_DIR": f"{folder}/var", "PORT": str(free_port())}
        with Workbench(environment) as site, _browser() as browser:
            site.wait_until_it_answers()
            wanted = [picture for picture in PICTURES if not names or picture.name in names]
            sessions = {who: _session(who, site, browser) for who in {picture.who for picture in wanted}}
            for picture in wanted:
                _take(picture, site, browser, session=sessions[picture.who])
    return 0


@contextmanager
def _browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=services.chromium(), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def _session(who, site, browser):
    """Sign a person of the demo in; return what their browser then keeps. Nobody's browser keeps nothing."""
    if not who:
        return None
    lines = (site.var_dir / "demo-sign-ins.txt").read_text(encoding="utf-8").splitlines()
    address, password = next(line.split() for line in lines if line.split()[0] == f"{who}@example.org")
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label("E-mail").fill(address)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk/")
        return context.storage_state()


def _take(picture, site, browser, *, session):
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        storage_state=session,
    )
    page = context.new_page()
    address = _answer_link(site) if picture.name.startswith("answer") else picture.address
    response = page.goto(address)
    assert response.status == 200, f"{picture.name}: {address} answers {response.status}"
    if picture.name == "comparison":
        _upload_a_changed_workbook(page, address)
    for link in picture.links:
        page.locator(link).first.click()
        page.wait_for_load_state()
    if picture.details_of:
        page.locator(f"#grid {picture.details_of}").first.click()
        page.keyboard.press("Enter")
        page.locator("#grid-panel form, #grid-panel article").first.wait_for()
    if picture.scroll_to:
        page.locator(picture.scroll_to).evaluate("element => element.scrollIntoView()")
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB  {page.url.removeprefix(site.url)}", flush=True)
    context.close()


def _upload_a_changed_workbook(page, address):
    """Bring in the exercise's workbook with some cells of a section set to another value."""
    book = load_workbook(BytesIO(page.request.get(f"{address}download/").body()))
    cells = [cell for row in book["Emigration"].iter_rows() for cell in row if cell.value == "Not available"]
    for cell in cells[:6]:
        cell.value = "Available"
    changed = BytesIO()
    book.save(changed)
    page.set_input_files("#id_file", {"name": "KGZ-2024.xlsx", "mimeType": XLSX, "buffer": changed.getvalue()})
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url("**/workbook/*/")


def _answer_link(site):
    """Return the link to the answer page from the mail that the worker has written into its folder."""

    def link():
        for path in (site.var_dir / "mail").glob("*"):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            if body and (found := ANSWER_LINK.search(body.get_content())):
                return found[0]
        return None

    return until(link, "the request's mail is written")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
