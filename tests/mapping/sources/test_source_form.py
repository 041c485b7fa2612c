"""The form of one source on the desk: what it takes, what it refuses, and that nothing typed is lost."""

import pytest
from django.urls import reverse

from mapping.audit.models import Entry
from mapping.content.models import ReviewStatus
from mapping.countries.models import Role
from mapping.sources.models import Source
from tests import factories

ADD = reverse("admin:mapping_source_add")


def typed(**values):
    """What a person fills in; the least a source needs, and `values`."""
    return {"citation_author": "NSC KR", "citation_year": "2023", "access": "unknown", **values}


def change(source):
    return reverse("admin:mapping_source_change", args=[source.pk])


def test_a_consultant_enters_the_eleven_columns_and_more(exercise, consultant, sign_in):
    response = sign_in(consultant).post(
        ADD,
        typed(
            short_name="External migrants",
            authors="National Statistical Committee\n\n  Second   Author ",
            institution="NSC KR",
            title="Миграция населения",
            link=" https://stat.gov.kg/ru/ mig ration ",
            data_source_type="administrative_data",
            frequency="annual",
            access="on_request",
            access_detail="Write to the committee.",
            breakdowns="gender\nage",
            definition_used="three months or more",
            languages="ky, RU; en",
            years_covered="2018–2020; 2022 quoted",
            accessed_on="2023-10-19",
            archived_link="web.archive.org/x",
            sections=["immigration", "emigration"],
            note="هجرة",
        ),
    )

    source = Source.objects.get()
    assert response.url == reverse("sources", args=["KGZ-2024"])
    assert (source.exercise, source.last_author, source.status) == (exercise, consultant, ReviewStatus.DRAFT)
    assert source.citation_key == "NSC KR, 2023"
    assert source.authors == ["National Statistical Committee", "Second Author"]
    assert source.link == "https://stat.gov.kg/ru/migration"
    assert source.archived_link == "https://web.archive.org/x"
    assert source.languages == ["ky", "ru", "en"]
    assert source.covered_years == [2018, 2019, 2020, 2022]
    assert source.sections == ["immigration", "emigration"]
    assert Entry.objects.filter(target_type="source", target_id=source.pk, verb="created", actor=consultant).exists()


def test_the_form_offers_the_methodologys_words_with_what_they_mean(consultant, sign_in):
    page = sign_in(consultant).get(ADD).content.decode()
    assert "Administrative data" in page
    assert "What the words mean" in page
    assert "ky (Kyrgyz), ru (Russian) and en (English)" in page


def test_a_second_source_of_the_same_author_and_year_gets_a_letter_and_no_key_is_renumbered(
    exercise, consultant, sign_in
):
    client = sign_in(consultant)
    for title in ("One thing", "Another matter", "The third report"):
        client.post(ADD, typed(title=title))
    assert list(Source.objects.order_by("pk").values_list("citation_key", flat=True)) == [
        "NSC KR, 2023",
        "NSC KR, 2023a",
        "NSC KR, 2023b",
    ]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("link", "no link at all", "This is no link."),
        ("link", "javascript:alert(1)", "This is no link."),
        ("link", "http://[", "This is no link."),
        ("link", "https://example.org/\x00", "Null characters are not allowed."),
        ("link", "https://example.org/" + "x" * 2000, "at most 2000 characters"),
        ("archived_link", "%%%", "This is no link."),
        ("languages", "ky, kyrgyzish", "“kyrgyzish” is no language code."),
        ("title", "x" * 501, "at most 500 characters"),
        ("title", "a\x00b", "Null characters are not allowed."),
        ("authors", "a\x00b", "Null characters are not allowed."),
        ("breakdowns", "x" * 301, "A line has at most 300 characters"),
        ("data_source_type", "gossip", "Select a valid choice."),
        ("frequency", "sometimes", "Select a valid choice."),
        ("access", "stolen", "Select a valid choice."),
        ("sections", "astrology", "Select a valid choice."),
        ("agency", "999999", "Select a valid choice."),
        ("accessed_on", "13/13/2023", "Enter a valid date."),
        ("citation_author", "", "This field is required."),
        ("citation_year", "x" * 11, "at most 10 characters"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_and_keeps_what_was_typed(consultant, sign_in, field, value, sentence):
    response = sign_in(consultant).post(ADD, typed(note="kept as typed", **{field: value}) | {field: value})
    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert "kept as typed" in response.content.decode()
    assert not Source.objects.exists()


def test_right_to_left_text_and_a_title_that_grows_when_folded_are_saved(consultant, sign_in):
    sign_in(consultant).post(ADD, typed(title="ﷺ" * 500, note="\u202eهجرة"))
    assert Source.objects.get().title == "ﷺ" * 500


def test_an_agency_of_another_country_is_refused(consultant, outsider, sign_in):
    theirs = factories.agency(outsider, outsider.assignments.get().exercise)
    response = sign_in(consultant).post(ADD, typed(agency=theirs.pk))
    assert response.status_code == 200
    assert not Source.objects.exists()


def test_with_several_exercises_the_form_asks_for_which_one_first(exercise, consultant, sign_in):
    other = factories.exercise("TJK-2024", "TJK")
    factories.assign(consultant, other, Role.CONSULTANT)
    client = sign_in(consultant)

    page = client.get(ADD).content.decode()
    assert "?exercise=KGZ-2024" in page
    assert "?exercise=TJK-2024" in page
    client.post(f"{ADD}?exercise=TJK-2024", typed())
    assert Source.objects.get().exercise == other


def test_an_exercise_that_is_not_ones_to_edit_is_not_found(consultant, outsider, observer, sign_in):
    assert sign_in(consultant).get(f"{ADD}?exercise=TJK-2024").status_code == 404
    assert sign_in(consultant).post(ADD, typed(exercise="TJK-2024")).status_code == 404
    assert sign_in(observer).get(ADD).status_code == 403


def test_an_observer_reads_a_source_but_cannot_write_it(exercise, consultant, observer, sign_in):
    source = factories.source(consultant, exercise, title="To be read", languages=["ky"], sections=["immigration"])
    client = sign_in(observer)

    page = client.get(change(source)).content.decode()
    assert "To be read" in page
    assert "Kyrgyz" in page
    assert 'name="title"' not in page
    assert "Only the consultants and coordinators of KGZ-2024 change it." in page
    assert client.post(change(source), typed(title="Mine", seen_version=1)).status_code == 403
    assert client.post(reverse("admin:mapping_source_delete", args=[source.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_a_source_of_another_country_is_not_found(exercise, consultant, outsider, sign_in, page):
    source = factories.source(consultant, exercise)
    address = reverse(f"admin:mapping_source_{page}", args=[source.pk])
    assert sign_in(outsider).get(address).status_code == 404
    assert sign_in(outsider).post(address, {"post": "yes"}).status_code == 404


def test_a_stale_save_is_refused_shows_both_versions_and_keeps_what_was_typed(
    exercise, consultant, coordinator, sign_in
):
    source = factories.source(consultant, exercise, title="As it was")
    theirs = typed(title="Theirs", institution="NSC KR", access="public", sections=["emigration"], seen_version=1)
    sign_in(coordinator).post(change(source), theirs)

    client = sign_in(consultant)
    mine = typed(title="Mine", institution="NSC KR", access="public", sections=["immigration"], note="typed")
    page = client.post(change(source), {**mine, "seen_version": 1}).content.decode()
    source.refresh_from_db()
    assert source.title == "Theirs"
    assert "Two versions" in page
    for text in ("Theirs", "Mine", "Immigration", "Emigration", "typed", 'name="seen_version" value="2"'):
        assert text in page

    client.post(change(source), {**mine, "seen_version": 2})
    source.refresh_from_db()
    assert (source.title, source.version) == ("Mine", 3)


def test_an_edit_of_an_approved_source_drops_it_to_draft_and_keeps_the_approved_copy(
    exercise, consultant, reviewer, sign_in
):
    source = factories.source(consultant, exercise, title="Approved title")
    factories.submit(consultant, source)
    factories.approve(reviewer, source)

    sign_in(consultant).post(change(source), typed(title="New title", access="public", seen_version=source.version))
    source.refresh_from_db()
    assert source.status == ReviewStatus.DRAFT
    assert source.approved_content["title"] == "Approved title"


def test_a_submitted_source_is_read_only_and_says_why(exercise, consultant, sign_in):
    source = factories.submit(consultant, factories.source(consultant, exercise))
    page = sign_in(consultant).get(change(source)).content.decode()
    assert "Withdraw it first" in page
    assert 'name="title"' not in page


def test_a_source_that_is_evidence_is_not_deleted_and_the_refusal_names_the_cells(exercise, consultant, sign_in):
    source = factories.source(consultant, exercise)
    factories.assess(consultant, factories.cell(exercise), source=source)
    response = sign_in(consultant).post(
        reverse("admin:mapping_source_delete", args=[source.pk]), {"post": "yes"}, follow=True
    )
    cell = factories.cell(exercise)
    assert f'<a href="/desk/mapping/cell/{cell.pk}/change/">Immigration: Stock, 2020</a>' in response.content.decode()
    assert Source.objects.filter(pk=source.pk).exists()


def test_a_source_nothing_rests_on_is_deleted(exercise, consultant, sign_in):
    source = factories.source(consultant, exercise)
    sign_in(consultant).post(reverse("admin:mapping_source_delete", args=[source.pk]), {"post": "yes"})
    assert not Source.objects.exists()
    assert Entry.objects.filter(target_type="source", target_id=source.pk, verb="deleted").exists()
