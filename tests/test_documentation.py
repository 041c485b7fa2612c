"""The documentation tells what is there: its links lead somewhere, nothing that is asked for is left untold."""

import re

import pytest

from tests.live import ROOT

pytestmark = pytest.mark.once

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"(?:\]\(|src=\")(?!https?:)([^)#\s\"]*)(#[^)\s]*)?[)\"]")
MOST_BYTES = 200_000


def text_of(*names):
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def anchors_of(page):
    """Return the anchors of a page's headings, as the hosts of repositories make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_of_a_page_is_there(page):
    for path, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor.removeprefix("#") in anchors_of(target), f"{path}{anchor}"


def test_every_picture_is_small_and_shown_somewhere():
    shown = {path.rpartition("/")[2] for page in PAGES for path, _ in LINK.findall(page.read_text(encoding="utf-8"))}
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.name in shown, picture
        assert picture.stat().st_size < MOST_BYTES, picture


def test_every_environment_variable_is_told_with_its_default():
    read = set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", text_of("config/settings.py")))
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", text_of("docs/administrators.md"), flags=re.MULTILINE))
    assert read == told


def test_every_make_target_is_told():
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    assert {name for name in targets if f"`make {name}`" not in text_of("README.md", "CONTRIBUTING.md")} == set()


def test_every_command_is_told():
    commands = {path.stem for path in (ROOT / "mapping/management/commands").glob("[a-z]*.py")}
    told = text_of("README.md", *(f"docs/{name}.md" for name in ("administrators", "coordinators", "users", "demo")))
    assert {name for name in commands if name not in told} == set()
