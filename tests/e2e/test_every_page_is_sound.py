"""Every page of the site: its policy kept, no script failed, accessible, wide and on a phone, in light and dark.

The pages come from the site's own list of addresses, so that a new one cannot be forgotten: it is visited as the first
of the people here who gets a page from it, or is named below as one that gives none.
"""

import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import Invitation, User
from accounts.selectors import invitation_token
from accounts.services import invite
from mapping.comments.models import Comment
from mapping.countries.models import Exercise, FocalPoint, Role
from mapping.data_requests.models import DataRequest
from mapping.data_requests.selectors import answer_token
from mapping.harmonisation.models import DecisionLogEntry
from mapping.sources.models import Source
from mapping.workbook.models import WorkbookImport
from tests import factories
from tests.e2e.browsing import assert_policy_kept, assert_readable, assert_sound

pytestmark = [pytest.mark.browser, pytest.mark.every_page, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"
TALL = 3000  # so that no bar at the bottom of the window hides half a button, which axe takes for a small one
NOBODY, HALFWAY = "nobody", "halfway"
PEOPLE = ("consultant", "coordinator", "root", NOBODY, "reviewer", "observer", HALFWAY)
CODE = "KGZ-2024"
SECTION = f"/desk/exercises/{CODE}/sections/immigration/"
# Addresses that answer with no page of the site, to nobody: they act, lead on, or give a file, a fragment, data. What
# comes to stand in the admin and may be neither added nor deleted there, has no page for it either.
NO_PAGE = re.compile(
    r"front|healthz|set_language|account_set_password|mfa_download_recovery_codes|attachment"
    r"|exercise_freeze|cells_act|list_view_\w+|exercise_undo|grid_\w+|summary_(json|pdf)"
    r"|comment_act|notifications?_read|data_request_(settle_mail|act)"
    r"|mapping_(workbook|regional)_(download|file|blank|marked)|mapping_blank_methodology"
    r"|admin:(login|password_change|autocomplete|jsi18n|view_on_site|\w+_process_import)"
    r"|admin:accounts_(user|signin|accountmail)_delete|admin:accounts_(signin|accountmail)_add"
    r"|admin:accounts_signin_(history|change)"
    r"|admin:mapping_(cell|exercise|country|agency|datarequest|entry|summary)_delete"
    r"|admin:mapping_(comment|decisionlogentry|notification|notificationmail|sectionassignment)_(add|delete)"
    r"|admin:mapping_notificationmail_(history|change)"
    r"|admin:mapping_(methodology|section|indicator|term)_delete"
    r"|admin:mapping_(cell|country|datarequest|entry|summary)_add|admin:mapping_summary_change"
    r"|admin:mapping_(cell|source)underreview_(add|history|delete|change)"
)
LEADS_ON = {"account_reset_password_from_key"}  # to a page that only this address opens
# Of a long table, the first rows of each group stand for all: the time goes into what is alike.
SHORTEN = """
for (const body of document.querySelectorAll("tbody")) for (const row of [...body.rows].slice(12)) row.remove();
"""
MORE = [
    *((who, "/desk/") for who in ("reviewer", "consultant", "observer", "root")),
    *((who, f"/desk/exercises/{CODE}/") for who in ("reviewer", "coordinator")),
    *((who, f"/desk/exercises/{CODE}/sections/return_migration/") for who in ("reviewer", "coordinator", "observer")),
    ("reviewer", f"/desk/exercises/{CODE}/sections/return_migration/review/"),
    ("consultant", f"{SECTION}?layout=years"),
    ("consultant", f"{SECTION}?years=all&value=partially_available"),
    ("consultant", f"/desk/exercises/{CODE}/cells/?section=emigration&open=contradicted"),
    ("consultant", f"/desk/exercises/{CODE}/cells/?q=nothing+like+it"),
    ("consultant", f"/desk/exercises/{CODE}/sources/?access=on_request"),
    ("consultant", "/no/such/page"),
    ("coordinator", "/desk/exercises/TJK-2024/"),
    ("coordinator", "/desk/exercises/TJK-2024/sections/immigration/"),
    (NOBODY, "/no/such/page"),
]


def test_every_page_is_sound(site, open_page, live_server):
    found, silent = pages(site)
    assert not silent, f"{silent} nobody here gets a page from these addresses"
    problems, browsers = [], {}
    for who, address in sorted([*found.values(), *MORE], key=lambda page: PEOPLE.index(page[0])):
        if who not in browsers:
            browsers[who] = open_page()
            browsers[who].context.add_cookies(cookies(site[who], live_server.url))
        problems += problems_of(browsers[who], address)
    assert not problems, "\n\n".join(problems)


def problems_of(page, address):
    """Return what is wrong with a page, as sentences."""
    found = []
    page.set_viewport_size({"width": 1280, "height": TALL})
    page.emulate_media(color_scheme="light")
    page.goto(address)
    try:
        assert_policy_kept(page)
    except AssertionError as error:
        found.append(f"{address}: {error}")
    page.evaluate(SHORTEN)
    for check, scheme, width in (
        (assert_sound, "light", 1280),
        (assert_sound, "light", 360),
        (assert_readable, "dark", 1280),
    ):
        page.set_viewport_size({"width": width, "height": TALL})
        page.emulate_media(color_scheme=scheme)
        try:
            check(page)
        except AssertionError as error:
            found.append(f"{address} at {width} in {scheme}: {error}")
    return found


def cookies(client, url):
    return [{"name": cookie.key, "value": cookie.value, "url": url} for cookie in client.cookies.values()]


# --- Which pages there are, and who sees them ------------------------------------


def pages(site):
    """Return ({name: (who, address)}, [the names of addresses that give nobody here a page])."""
    found, silent = {}, []
    for name, parameters in addresses():
        if NO_PAGE.fullmatch(name):
            continue
        page = first_page(site, name, parameters)
        if page:
            found[name] = page
        else:
            silent.append(name)
    return found, silent


def addresses(resolver=None, namespace=""):
    """Return (name, parameters) of every named address of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name:
            yield f"{namespace}{pattern.name}", tuple(pattern.pattern.regex.groupindex)


def first_page(site, name, parameters):
    """Return (who, address) of the first person to whom the address gives a page, or None."""
    for kwargs in filled(name, parameters):
        address = reverse(name, kwargs=kwargs)
        if name == "claims_of_source":
            address += f"?source={Source.objects.order_by('pk').last().pk}"
        for who in PEOPLE:
            if is_page(site[who].get(address, follow=name in LEADS_ON)):
                return who, address
    return None


def is_page(response):
    html = response.status_code == 200 and response["Content-Type"].startswith("text/html")
    body = b"".join(response)
    response.close()
    return html and b"<html" in body


def filled(name, parameters):
    """Return the ways to fill in an address with the demo's rows."""
    known = {"code": CODE, "key": "immigration", "app_label": "mapping", "kind": "cells", "act": "approve"}
    for special, ways in special_ways().items():
        if re.fullmatch(special, name):
            known_here = [known | way for way in ways]
            return [{key: one[key] for key in parameters} for one in known_here if one.keys() >= set(parameters)]
    if "object_id" in parameters and (match := re.fullmatch(r"admin:(accounts|mapping)_(\w+)_\w+", name)):
        rows = apps.get_model(match[1], match[2])._default_manager.order_by("pk")
        return [
            {"object_id": pk}
            for pk in [*rows.values_list("pk", flat=True)[:1], *rows.reverse().values_list("pk", flat=True)[:1]]
        ]
    if set(parameters) - set(known):
        return []
    return [{key: known[key] for key in parameters}]


def special_ways():
    """Return {pattern of names: ways to fill in what only some rows fit}."""
    request = DataRequest.objects.exclude(status="draft").first()
    official = FocalPoint.objects.filter(agency=request.agency).first()
    ada = User.objects.get(email="consultant@example.org")
    numbers = [{"number": number} for number in DataRequest.objects.values_list("number", flat=True)]
    imports, regional = (
        WorkbookImport.objects.filter(exercise__isnull=several).values_list("pk", flat=True)
        for several in (False, True)
    )
    cell = Comment.objects.filter(parent=None).first().cell_id
    return {
        "answer(_thanks)?": [{"token": answer_token(request, official)}],
        "account_invitation": [{"token": invitation_token(Invitation.objects.get(user__email="newcomer@example.org"))}],
        "account_reset_password_from_key": [
            {"uidb36": user_pk_to_url_str(ada), "key": default_token_generator.make_token(ada)}
        ],
        "data_request.*": numbers,
        "summary.*": [{"number": 1}],
        "mapping_workbook_.*": [{"pk": pk} for pk in imports],
        "mapping_regional_.*": [{"pk": pk} for pk in regional],
        "decision": [{"pk": DecisionLogEntry.objects.first().pk}],
        "comments_of_row": [{"about": "cell", "pk": cell}],
    }


# --- The site, and people at it --------------------------------------------------


@pytest.fixture
def site(nothing_started):
    """The demo with what it lacks, and {who: a client signed in}."""
    call_command("load_demo", password=PASSWORD)
    exercise = Exercise.objects.get(code=CODE)
    people = {
        who: User.objects.get(email=f"{who}@example.org")
        for who in ("consultant", "coordinator", "reviewer", "observer")
    }
    people["root"] = factories.superuser()
    RecoveryCodes.activate(people["root"])
    factories.assign(people["root"], Exercise.objects.get(code="TJK-2024"), Role.COORDINATOR)
    factories.source(people["consultant"], exercise, sections=[])
    factories.data_request(people["consultant"], exercise)
    agency = factories.agency(people["consultant"], exercise, "SRS")
    factories.sent_request(people["consultant"], people["coordinator"], exercise, agency=agency)
    factories.summary(people["coordinator"], exercise)
    factories.workbook_import(people["consultant"], exercise)
    factories.regional_import(people["coordinator"], exercise)
    factories.comment(people["reviewer"], factories.cell(exercise), "Which register, @consultant@example.org?")
    factories.decision(people["reviewer"], exercise)
    factories.section_in_hands(people["coordinator"], exercise, people["consultant"], people["reviewer"])
    invite(actor=people["root"], email="newcomer@example.org", name="New Comer")
    clients = {who: signed_in(person) for who, person in people.items()}
    return clients | {NOBODY: Client(), HALFWAY: halfway(people["root"])}


def signed_in(person):
    """Return a client signed in, who has just said the password again, so that nothing sensitive asks for it."""
    client = Client()
    client.force_login(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def halfway(person):
    """Return a client that has given its password and is asked for the second factor."""
    client = Client()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    return client
