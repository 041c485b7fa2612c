"""Every address as every role: an outsider sees nothing of Kyrgyzstan by any of them, an observer changes nothing."""

from dataclasses import dataclass

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, get_resolver, reverse

from accounts.models import AccountMail, Invitation, SignIn, User
from mapping.audit.models import Entry, Verb
from mapping.comments import services as comments
from mapping.countries.models import Assignment, Country, Exercise
from mapping.duties.services import Wanted, assign_sections
from mapping.framework.models import Indicator, Methodology, Section, Term
from mapping.harmonisation.services import write_decision
from tests import factories

pytestmark = pytest.mark.once

SECRET = "Zyzzyva"  # stands in every text of Kyrgyzstan's rows
# Shared by all countries, or about people's own accounts: rooms that have their own tests of who sees what.
SHARED_MODELS = {Methodology, Section, Indicator, Term, Country, User, SignIn, AccountMail, Invitation}
NOT_OF_AN_EXERCISE = (
    "account_",
    "mfa_",
    "usersessions_",
    "healthz",
    "set_language",
    "admin:jsi18n",
    "admin:view_on_site",
)


@dataclass
class Address:
    name: str
    parameters: tuple

    def __str__(self):
        return self.name


def addresses(resolver=None, namespace=""):
    """Return every named address of the site."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name and not f"{namespace}{pattern.name}".startswith(NOT_OF_AN_EXERCISE):
            yield Address(f"{namespace}{pattern.name}", tuple(pattern.pattern.regex.groupindex))


ADDRESSES = list(addresses())


@pytest.fixture
def kyrgyzstan(exercise, consultant, reviewer, coordinator):
    """An exercise with a row of each kind, each saying the secret word."""
    agency = factories.agency(consultant, exercise, SECRET)
    source = factories.source(consultant, exercise, author=SECRET, title=SECRET, agency=agency)
    factories.attachment(consultant, source, f"{SECRET}.pdf")
    factories.approve(reviewer, factories.submit(consultant, source))
    cell = factories.assess(
        consultant, factories.cell(exercise), source=source, claim={"coverage_note": SECRET}, note=SECRET
    )
    factories.approve(reviewer, factories.submit(consultant, cell))
    factories.sent_request(consultant, coordinator, exercise, agency=agency, subject=SECRET, letter=SECRET)
    said = factories.comment(reviewer, cell, f"@consultant@example.org: {SECRET}", blocks=True)
    comments.reply(actor=consultant, comment=said, text=SECRET)
    section = exercise.methodology.sections.get(key="immigration")
    write_decision(actor=reviewer, section=section, text="Registers count as partial.", cells=[cell.pk])
    assign_sections(
        actor=coordinator, exercise=exercise, wanted=[Wanted("immigration", consultant.pk, reviewer.pk, None)]
    )
    factories.summary(coordinator, exercise)
    factories.workbook_import(consultant, exercise, name=f"{SECRET}.xlsx")
    return exercise


@pytest.fixture
def every_url(kyrgyzstan):
    """Each address filled in with Kyrgyzstan's rows, as (address, url)."""
    rows = [
        row
        for model in apps.get_app_config("mapping").get_models()
        if model not in SHARED_MODELS
        for row in rows_of(model, kyrgyzstan)
    ]
    return [(address, url) for address in ADDRESSES for url in reversed_all(address, kyrgyzstan, rows)]


def filled(address, exercise, rows):
    """Return the ways to fill an address in."""
    if not address.parameters:
        return [{}]
    known = {
        "code": exercise.code,
        "key": "immigration",
        "app_label": "mapping",
        "number": 1,
        "kind": "cells",
        "act": "approve",
        "about": "cell",
        "token": "forged",
    }
    if "object_id" in address.parameters:
        model = address.name.removeprefix("admin:mapping_").rpartition("_")[0]
        return [{"object_id": row.pk} for row in rows if row._meta.model_name == model]
    missing = set(address.parameters) - set(known) - {"pk"}
    assert not missing, f"{address.name} has a parameter that this test cannot fill in: {missing}"
    fixed = {name: known[name] for name in address.parameters if name != "pk"}
    numbers = sorted({row.pk for row in rows})[:3] if "pk" in address.parameters else [None]
    return [fixed | ({"pk": number} if number else {}) for number in numbers]


def rows_of(model, exercise):
    """Return one row of the model that belongs to the exercise."""
    return model.objects.filter(**BELONGS.get(model, {}))[:1] if model is not Exercise else [exercise]


BELONGS = {Assignment: {"exercise__code": "KGZ-2024"}}


def reversed_all(address, exercise, rows):
    try:
        return [reverse(address.name, kwargs=kwargs) for kwargs in filled(address, exercise, rows)]
    except NoReverseMatch:
        return []


def body(response):
    """Return what came back as bytes, a download included, which is closed by being read."""
    return b"".join(response) if response.streaming else response.content


def test_an_outsider_sees_nothing_of_another_country_by_any_address(kyrgyzstan, every_url, outsider, sign_in):
    client = sign_in(outsider)
    for _address, url in every_url:
        for query in ("", "?q=zyzzyva", f"?exercise={kyrgyzstan.pk}"):
            response = client.get(url + query)
            assert response.status_code < 500, url
            assert SECRET.encode() not in body(response), url + query
            assert kyrgyzstan.code not in url or response.status_code in {403, 404, 405}, url


def test_an_outsiders_autocomplete_offers_nothing_of_another_country(kyrgyzstan, outsider, sign_in):
    client = sign_in(outsider)
    for field in ("source", "agency", "exercise", "cell", "collector", "publisher", "focal_point"):
        for owner in ("source", "claim", "cell", "datarequest", "assignment"):
            query = {"app_label": "mapping", "model_name": owner, "field_name": field, "term": SECRET}
            response = client.get(reverse("admin:autocomplete"), query)
            assert SECRET.encode() not in body(response), query


@pytest.mark.parametrize("who", ["observer", "outsider"])
def test_who_only_reads_changes_nothing_by_any_address(who, every_url, sign_in, request):
    client = sign_in(request.getfixturevalue(who))
    before = set(Entry.objects.values_list("pk", flat=True))
    for _address, url in every_url:
        for data in ({}, {"post": "yes"}, {"reason": "x", "do": "freeze"}):
            response = client.post(url, data)
            assert response.status_code < 500, url
            body(response)
    after = Entry.objects.exclude(pk__in=before).exclude(verb=Verb.EXPORTED)
    assert [(entry.verb, entry.target_type) for entry in after] == []


@pytest.mark.parametrize("who", ["consultant", "reviewer", "coordinator", "observer"])
def test_no_address_fails_for_who_works_on_the_exercise(who, every_url, sign_in, request):
    client = sign_in(request.getfixturevalue(who))
    for _address, url in every_url:
        for query in ("", "?q=%00&page=x&p=-1&o=zzz&e=1&year=abc&years=all"):
            response = client.get(url + query)
            assert response.status_code < 500, url + query
            body(response)


def test_signed_out_every_desk_address_leads_to_the_one_sign_in_page(every_url, client):
    for address, url in every_url:
        if url.startswith("/desk/") and address.name != "admin:login":
            response = client.get(url)
            assert response.status_code in {302, 401, 404, 405}, url  # 401: to a script
            assert response.status_code != 302 or response.url.startswith(("/accounts/login/", "/desk/")), url
            assert SECRET.encode() not in body(response), url
