"""The whole job, as people do it: every process of `make run`, a real mail server, and a browser for each person."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import postman as mail_server
from tests.e2e.browsing import assert_policy_kept, assert_sound
from tests.e2e.people import link_in, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]

KYRGYZSTAN = "/desk/exercises/KGZ-2024/"
BIG_DATA = f"{KYRGYZSTAN}sections/big_data/"
QUERIES = "Online search queries and migration flows"
SOURCE = "Data Lab, 2023"


@pytest.fixture
def postman():
    with mail_server.on_duty() as handler:
        yield handler


@pytest.fixture
def live_environment(live_environment, postman):
    """As every running site has it, and its mail goes to the postman."""
    return live_environment | {"EMAIL_URL": f"smtp://{postman.host}:{postman.port}"}


@pytest.fixture
def signed_in(workbench, open_page_of):
    """Return a function that gives the open browser of one of the demo's people."""
    lines = (workbench.var_dir / "demo-sign-ins.txt").read_text().splitlines()[1:]
    passwords = dict(line.split() for line in lines)

    def person(name):
        page = open_page_of(workbench.url)
        sign_in(page, f"{name}@example.org", passwords[f"{name}@example.org"])
        return page

    return person


def test_the_whole_job(workbench, postman, open_page_of, signed_in, tmp_path):
    consultant, reviewer, coordinator = map(signed_in, ("consultant", "reviewer", "coordinator"))
    attachment = add_a_source(consultant, tmp_path)
    set_cells(consultant)
    submit(consultant)
    return_one_and_approve_the_rest(reviewer)
    see_what_came_back(consultant)

    request = write_a_request(consultant)
    approve_the_request(coordinator, request)
    answer(open_page_of(workbench.url), link_in(postman.mail_to("nsc@example.org")))
    see_the_answer(consultant, request)

    summary = compile_the_summary(coordinator)
    assert_it_tells_what_was_approved(summary)

    invite(coordinator, "new@example.org")
    accept(open_page_of(workbench.url), link_in(postman.mail_to("new@example.org")))
    assert_none_of_it_is_seen(signed_in("consultant.tjk"), attachment)


# --- The consultant enters what was found ------------------------------------


def add_a_source(page, folder):
    """Enter a source with a file; return the address of that file."""
    report = folder / "report.txt"
    report.write_text("What people searched for")
    page.goto(BIG_DATA)
    page.get_by_role("link", name="Add source").click()
    page.get_by_label("Cited as").fill("Data Lab")
    page.get_by_label("Year:", exact=True).fill("2023")
    page.get_by_label("Title or name of survey").fill("Поисковые запросы и миграция")
    page.get_by_label("Publicly available").select_option("public")
    expect(page.get_by_label("Big data")).to_be_checked()
    page.get_by_label("Add files").set_input_files(report)
    assert_sound(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("rowheader", name=SOURCE).get_by_role("link").click()
    return page.get_by_role("link", name="report.txt").get_attribute("href")


def cell(page, year):
    """Return the cell of the open section, ready for keys."""
    page.locator("#grid[data-ready]").wait_for()
    return page.locator(f"#grid td[aria-label^='{QUERIES}, {year}']")


def set_cells(page):
    """Set one cell by its own form, with a claim, and two by a key on the page of the section."""
    page.goto(BIG_DATA)
    cell(page, 2021).press("Enter")
    page.get_by_role("link", name="Add or change claims").click()
    page.locator("#id_value").select_option("available")
    claim = page.locator("#claims-0")
    claim.get_by_label("Source:", exact=True).select_option(label=SOURCE)
    claim.get_by_label("Value").select_option("available")
    claim.get_by_label("Access").select_option("public")
    claim.get_by_label("Coverage").fill("Every month")
    assert_sound(page)
    page.get_by_role("button", name="Save", exact=True).click()
    for year in (2022, 2023):
        cell(page, year).press("3")
    expect(page.locator("#grid-status")).to_contain_text("All changes saved")
    assert_sound(page)


def submit(page):
    page.get_by_role("link", name="Submit section").click()
    expect(page.get_by_text(SOURCE).first).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("rows submitted.")).to_be_visible()


# --- The reviewer decides ----------------------------------------------------


def return_one_and_approve_the_rest(page):
    page.goto("/desk/")
    page.get_by_role("link", name="KGZ-2024: Big data").first.click()
    page.locator("#changes[data-ready]").wait_for()
    assert_sound(page)
    row = page.locator(".change", has=page.get_by_role("heading", name=f"{QUERIES}, 2023"))
    row.get_by_label("Return").check()
    row.get_by_label("Why it goes back").fill("Where was it searched?")
    page.get_by_role("button", name="Approve all but those marked").click()
    expect(page.get_by_text("rows decided on.")).to_be_visible()
    assert_sound(page)


def see_what_came_back(page):
    page.goto("/desk/")
    expect(page.get_by_text("Where was it searched?").first).to_be_visible()
    assert_sound(page)


# --- An agency is asked, and answers -----------------------------------------


def write_a_request(page):
    """Write the draft of a request; return the address of its page."""
    page.goto(f"{KYRGYZSTAN}requests/")
    page.get_by_role("link", name="Write a request").click()
    page.get_by_label("Agency").select_option(label="NSC KR")
    page.get_by_label("Section").select_option(label="Big data")
    page.get_by_role("button", name="Choose data").click()
    page.get_by_role("checkbox", name=QUERIES).check()
    assert_policy_kept(page)
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("The draft was saved.")).to_be_visible()
    return page.url


def approve_the_request(page, address):
    page.goto(address)
    assert_policy_kept(page)
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved. The mail leaves within a minute.")).to_be_visible()


def answer(page, link):
    """Answer as an official does who has no account."""
    page.goto(link)
    page.get_by_role("radio", name="They do not exist").check()
    page.get_by_label("Where they are, what is missing, who else may know").fill("Ask the telephone companies")
    assert_policy_kept(page)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="Thank you. Your answer has arrived.")).to_be_visible()
    assert page.context.cookies() == []


def see_the_answer(page, address):
    page.goto(address)
    expect(page.get_by_text("Ask the telephone companies").first).to_be_visible()
    assert_policy_kept(page)


# --- The coordinator compiles ------------------------------------------------


def compile_the_summary(page):
    """Compile on what is approved, look at the page that comes by itself, and return the downloaded summary."""
    page.goto(f"{KYRGYZSTAN}summaries/")
    page.get_by_label("From").select_option("approved")
    page.get_by_role("button", name="Compile a summary").click()
    page.get_by_role("heading", name="Where the gaps are").wait_for()
    assert_policy_kept(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    summary = json.loads(Path(download.value.path()).read_text())
    expect(page.get_by_text(f"{summary['scores']['assessed']} were assessed")).to_be_visible()
    return summary


def assert_it_tells_what_was_approved(summary):
    section = next(section for section in summary["sections"] if section["key"] == "big_data")
    titles = {indicator["key"]: indicator["title"] for indicator in section["indicators"]}
    cells = {cell["year"]: cell for cell in section["cells"] if titles[cell["indicator"]] == QUERIES}
    assert cells[2021]["value"] == "available"
    assert [claim["source"] for claim in cells[2021]["claims"]] == [SOURCE]
    assert cells[2022]["value"] == "not_available"
    assert cells[2023]["value"] is None  # it went back


# --- Somebody joins; somebody of elsewhere sees nothing ----------------------


def invite(page, email):
    page.goto(KYRGYZSTAN)
    page.get_by_role("link", name="Assign somebody").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Name").fill("Newcomer")
    page.get_by_label("Role").select_option("observer")
    assert_sound(page)
    page.get_by_role("button", name="Save", exact=True).click()


def accept(page, link):
    page.goto(link)
    assert_sound(page)
    for field in page.get_by_label("Password").all():
        field.fill("a-password-of-my-own")
    page.get_by_role("button", name="Set the password and sign in").click()
    expect(page.get_by_role("link", name="KGZ-2024").first).to_be_visible()


def assert_none_of_it_is_seen(page, attachment):
    expect(page.get_by_role("link", name="TJK-2024").first).to_be_visible()
    expect(page.get_by_text("KGZ-2024")).to_have_count(0)
    for address in (KYRGYZSTAN, BIG_DATA, attachment):
        assert page.goto(address).status == 404
