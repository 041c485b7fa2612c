"""Sources out to a flat file and back in: all or nothing, through the services, and an untouched round trip is nothing."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from mapping.audit.models import Entry
from mapping.batches import MANY_NEW
from mapping.content.exchange import FORMATS
from mapping.content.protected import OLD_CONTAINER
from mapping.countries.services import freeze
from mapping.sources.models import Source
from tests import factories

EXPORT = reverse("admin:mapping_source_export")
IMPORT = reverse("admin:mapping_source_import")
CONFIRM = reverse("admin:mapping_source_process_import")
KINDS = {kind().get_extension(): str(number) for number, kind in enumerate(FORMATS)}


@pytest.fixture
def rich(exercise, consultant):
    """A source with something in every column, and with text that a spreadsheet would compute."""
    return factories.source(
        consultant,
        exercise,
        "НСК",
        "2023",
        title='=HYPERLINK("http://evil")',
        short_name="'@already quoted",
        authors=["-Нацстатком", "Второй; автор"],
        institution="+996 312",
        agency=factories.agency(consultant, exercise),
        link="https://stat.gov.kg/?a=1",
        data_source_type="administrative_data",
        frequency="annual",
        access="on_request",
        breakdowns=["gender", "age"],
        definition_used="three months\r\nor more \n\nsee note",
        languages=["ky", "ru"],
        years_covered="2018–2022",
        sections=["immigration", "emigration"],
        accessed_on=date(2023, 10, 9),
        note="\ttab first",
    )


def exported(client, kind="xlsx", query=""):
    response = client.post(EXPORT + query, {"format": KINDS[kind], "resource": "0"})
    assert response["Content-Disposition"].startswith("attachment"), response.content.decode()
    return response.content


def table(content, kind="xlsx"):
    """The rows of a file as dicts."""
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    heading, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


def written(*rows, kind="csv"):
    """A file of these rows (dicts)."""
    heading = list(dict.fromkeys(name for row in rows for name in row))
    if kind == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, heading)
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()
    book = openpyxl.Workbook()
    book.active.append(heading)
    for row in rows:
        book.active.append([row.get(name) for name in heading])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def compare(client, content, kind="csv"):
    return client.post(IMPORT, {"import_file": SimpleUploadedFile(f"sources.{kind}", content), "resource": "0"})


def apply(client, content, kind="csv"):
    compared = compare(client, content, kind)
    form = compared.context["confirm_form"]
    return client.post(CONFIRM, form.initial, follow=True)


def problems(response):
    return {row.number: row.error.messages for row in response.context["result"].invalid_rows}


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
def test_an_untouched_round_trip_changes_nothing(rich, exercise, consultant, sign_in, kind):
    client = sign_in(consultant)
    factories.source(consultant, exercise, title="Another")
    before = Entry.objects.count()
    response = apply(client, exported(client, kind), kind)
    assert "0 new, 0 changed, 2 unchanged" in response.content.decode()
    assert Entry.objects.count() == before


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
def test_what_a_spreadsheet_would_compute_goes_out_as_text(rich, consultant, sign_in, kind):
    row = table(exported(sign_in(consultant), kind), kind)[0]
    assert row["Title or name of survey"] == '\'=HYPERLINK("http://evil")'
    assert row["Source"] == "''@already quoted"
    assert row["Institution"] == "'+996 312"
    assert row["Authors"].startswith("'-")


def test_the_columns_are_readable_and_dates_are_dates(rich, consultant, sign_in):
    row = table(exported(sign_in(consultant)))[0]
    assert list(row)[:4] == ["Exercise", "Citation key", "Version", "Review"]
    assert row["Exercise"] == "KGZ-2024"
    assert row["Data source"] == "Administrative data"
    assert row["Accessed on"] == date(2023, 10, 9)
    assert table(exported(sign_in(consultant), "csv"), "csv")[0]["Accessed on"] == "2023-10-09"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_changed_cell_is_shown_first_then_saved_through_the_service(rich, consultant, sign_in, kind):
    client = sign_in(consultant)
    row = {"Exercise": "kgz-2024", "Citation key": "НСК, 2023", "Title or name of survey": "'=New", "Note": "  "}
    content = written(row, kind=kind)

    page = compare(client, content, kind).content.decode()
    assert "0 new, 1 changed, 0 unchanged" in page
    assert "&#x27;" not in page.partition("<ins>")[2].partition("</ins>")[0]
    rich.refresh_from_db()
    assert rich.title.startswith("=HYPERLINK")

    apply(client, content, kind)
    rich.refresh_from_db()
    assert (rich.title, rich.version, rich.note) == ("=New", 2, "\ttab first")
    entry = Entry.objects.get(target_type="source", target_id=rich.pk, verb="changed")
    assert (entry.actor, list(entry.new), entry.reason) == (consultant, ["title"], f"Imported from sources.{kind}")


def test_new_rows_get_their_printed_key_or_one_made_for_them(exercise, consultant, sign_in):
    apply(
        sign_in(consultant),
        written(
            {"Exercise": "KGZ-2024", "Citation key": "IOM, 2022b", "Languages": "ky; ru", "Accessed on": "19.10.2023"},
            {
                "Exercise": "KGZ-2024",
                "Citation key": "",
                "Cited as": "UNHCR",
                "Year": "2021",
                "Title or name of survey": "A",
            },
            {
                "Exercise": "KGZ-2024",
                "Citation key": "",
                "Cited as": "UNHCR",
                "Year": "2021",
                "Title or name of survey": "B",
            },
        ),
    )
    assert sorted(Source.objects.values_list("citation_key", flat=True)) == [
        "IOM, 2022b",
        "UNHCR, 2021",
        "UNHCR, 2021a",
    ]
    source = Source.objects.get(citation_key="IOM, 2022b")
    assert (source.languages, source.accessed_on, source.citation_suffix) == (["ky", "ru"], date(2023, 10, 19), "b")


def test_words_are_taken_as_label_or_key_in_either_case_and_headings_in_either_language(exercise, consultant, sign_in):
    agency = factories.agency(consultant, exercise, aliases=["Нацстатком"])
    apply(
        sign_in(consultant),
        written(
            {
                "exercise": "KGZ-2024",
                "CITATION KEY": "A, 2020",
                "Data source": "ADMINISTRATIVE DATA",
                "frequency": "annual",
                "Publicly available": "On Request",
                "Agency": "нацстатком",
                "Sections": "Immigration; emigration",
            }
        ),
    )
    source = Source.objects.get()
    assert (source.data_source_type, source.frequency, source.access) == ("administrative_data", "annual", "on_request")
    assert (source.agency, source.sections) == (agency, ["immigration", "emigration"])


def test_all_errors_are_told_at_once_with_their_rows_and_nothing_is_written(rich, consultant, outsider, sign_in):
    client = sign_in(consultant)
    good = {"Exercise": "KGZ-2024", "Citation key": "Good, 2020", "Note": "fine"}
    response = compare(
        client,
        written(
            good,
            {"Exercise": "", "Citation key": "", "Note": " "},
            {
                "Exercise": "KGZ-2024",
                "Citation key": "Bad, 2020",
                "Link": "nothing",
                "Accessed on": "13/31/2023",
                "Frequency": "sometimes",
                "Languages": "kyrgyzish",
                "Agency": "Nobody",
                "Sections": "Astrology",
                "Title or name of survey": "x" * 501,
            },
            {"Exercise": "TJK-2024", "Citation key": "Theirs, 2020"},
            {"Exercise": "", "Citation key": "Nowhere, 2020"},
            {"Exercise": "KGZ-2024", "Citation key": "good, 2020"},
            {"Exercise": "KGZ-2024", "Citation key": "НСК, 2023", "Version": "9", "Note": "stale"},
            {"Exercise": "KGZ-2024", "Citation key": "", "Cited as": "X", "Link": "http://www.stat.gov.kg/?a=1"},
            {"Exercise": "KGZ-2024", "Citation key": "", "Note": "who?"},
        ),
    )
    told = problems(response)
    assert sorted(told) == [4, 5, 6, 7, 8, 9, 10]
    assert len(told[4]) == 7
    for number, sentence in {
        5: "“TJK-2024” is no exercise that you may change.",
        6: "which exercise it belongs to",
        7: "Row 2 is about the same one already.",
        8: "changed it since this file was exported",
        9: "seems to be entered already, as “НСК, 2023”",
        10: "cannot be blank",
    }.items():
        assert sentence in told[number][0]
    page = response.content.decode()
    assert "Nothing was imported" in page
    assert "Astrology" in page
    assert Source.objects.count() == 1


def test_two_new_rows_of_one_file_that_seem_the_same_are_told(exercise, consultant, sign_in):
    row = {
        "Exercise": "KGZ-2024",
        "Citation key": "",
        "Cited as": "UNHCR",
        "Title or name of survey": "Refugees in 2021",
    }
    told = problems(compare(sign_in(consultant), written(row, {**row, "Title or name of survey": "Refugees, in 2021"})))
    assert "the same as row 2" in told[3][0]
    client = sign_in(consultant)
    apply(client, written({**row, "Citation key": "A, 2021"}, {**row, "Citation key": "B, 2021"}))
    assert Source.objects.count() == 2


def test_the_preview_names_a_new_row_by_the_key_that_it_will_get(rich, exercise, consultant, sign_in):
    rows = [
        {"Exercise": "KGZ-2024", "Citation key": "", "Cited as": "НСК", "Year": "2023", "Note": "new"},
        {"Exercise": "KGZ-2024", "Citation key": "НСК, 2023", "Year": "2024"},
    ]
    page = compare(sign_in(consultant), written(*rows)).content.decode()
    assert "НСК, 2023a" in page
    assert "НСК, 2024" in page


def test_a_row_that_goes_wrong_after_the_comparison_leaves_nothing_written(rich, exercise, consultant, sign_in):
    client = sign_in(consultant)
    content = written(
        {"Exercise": "KGZ-2024", "Citation key": "New, 2020", "Version": ""},
        {"Exercise": "KGZ-2024", "Citation key": "НСК, 2023", "Version": "1", "Note": "mine"},
    )
    form = compare(client, content).context["confirm_form"]
    factories.submit(consultant, rich)
    response = client.post(CONFIRM, form.initial)
    assert "Withdraw it first" in response.content.decode()
    assert Source.objects.count() == 1


def test_a_frozen_exercise_takes_no_rows(exercise, consultant, coordinator, sign_in):
    freeze(actor=coordinator, exercise=exercise)
    told = problems(compare(sign_in(consultant), written({"Exercise": "KGZ-2024", "Citation key": "A, 2020"})))
    assert "is frozen" in told[2][0]


@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (b"Exercise,Nonsense\nKGZ-2024,1\n", "csv", "There is no column “Nonsense”."),
        (b"Exercise,Note\nKGZ-2024,1\n", "csv", "The column “Citation key” is missing."),
        (b"Exercise,Citation key,exercise\nKGZ-2024,1,2\n", "csv", "is there twice"),
        (b"\xff\xfe\x00 not utf-8", "csv", "The file cannot be read."),
        (b"no workbook", "xlsx", "The file cannot be read."),
        (
            OLD_CONTAINER + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "xlsx",
            "The file is protected by a password. Remove the password",
        ),
        (b"%PDF", "pdf", "This is no XLSX, CSV or ODS file."),
        (b"a" * (5 * 1024 * 1024 + 1), "csv", "The file is too large"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(exercise, consultant, sign_in, content, kind, sentence):
    response = compare(sign_in(consultant), content, kind)
    assert response.status_code == 200
    assert sentence in response.content.decode()


def test_a_file_that_excel_separated_by_semicolons_is_read(exercise, consultant, sign_in):
    apply(sign_in(consultant), "\ufeffExercise;Citation key;Note\r\nKGZ-2024;A, 2020;ң ө ү\r\n".encode())
    assert Source.objects.get().note == "ң ө ү"


@pytest.mark.parametrize(
    "forged",
    [{"import_file_name": "gone"}, {"format": "99"}, {"format": ""}, {"resource": "7"}, {"import_file_name": ""}],
)
def test_a_forged_or_outdated_confirmation_is_no_error_of_the_server(exercise, consultant, sign_in, forged):
    client = sign_in(consultant)
    form = compare(client, written({"Exercise": "KGZ-2024", "Citation key": "A, 2020"})).context["confirm_form"]
    assert client.post(CONFIRM, form.initial | forged, follow=True).status_code == 200


def test_only_who_may_edit_imports_and_only_who_may_view_exports(rich, observer, outsider, sign_in):
    nobody = factories.person("nobody")
    for address in (IMPORT, EXPORT):
        assert sign_in(nobody).get(address).status_code == 403
    assert sign_in(nobody).post(CONFIRM, {}).status_code == 403
    assert sign_in(observer).get(IMPORT).status_code == 403
    assert sign_in(observer).post(CONFIRM, {}).status_code == 403
    assert len(table(exported(sign_in(observer)))) == 1
    assert table(exported(sign_in(outsider))) == []
    assert "Import" not in sign_in(observer).get(reverse("admin:mapping_source_changelist")).content.decode()


def test_an_export_keeps_to_the_lists_filters(rich, exercise, consultant, sign_in):
    factories.source(consultant, exercise, title="Another", access="unknown")
    client = sign_in(consultant)
    assert len(table(exported(client, query="?access__exact=unknown"))) == 1
    assert len(table(exported(client, query="?exercise=KGZ-2024"))) == 2


def test_an_export_asks_no_more_of_the_database_for_more_rows(
    exercise, consultant, sign_in, django_assert_max_num_queries
):
    client = sign_in(consultant)
    for number in range(10):
        factories.source(consultant, exercise, f"A{number}", agency=None, sections=["immigration"], frequency="annual")
    with django_assert_max_num_queries(12):
        exported(client)


def statements(queries):
    """What was asked, in short and without savepoints; an INSERT that SQLite takes in several parts counts once."""
    asked = [" ".join(query["sql"].split()[:3]) for query in queries if "SAVEPOINT" not in query["sql"]]
    return [sql for sql, last in zip(asked, ["", *asked], strict=False) if sql != last or not sql.startswith("INSERT")]


def test_more_rows_ask_no_more_of_the_database(exercise, consultant, sign_in):
    client = sign_in(consultant)
    factories.agency(consultant, exercise, acronym="NSC")
    asked = []
    for count in (5, 2 * MANY_NEW, 200):
        held = [factories.source(consultant, exercise, f"Held {count} {number}") for number in range(count // 2)]
        row = {"Exercise": "KGZ-2024", "Agency": "NSC", "Sections": "Immigration", "Frequency": "annual"}
        rows = [{**row, "Citation key": source.citation_key, "Note": "seen"} for source in held]
        rows += [{**row, "Cited as": f"New {count}", "Note": str(number)} for number in range(count - len(rows))]
        with CaptureQueriesContext(connection) as compared:
            form = compare(client, written(*rows)).context["confirm_form"]
        with CaptureQueriesContext(connection) as confirmed:
            client.post(CONFIRM, form.initial)
        assert Source.objects.filter(note="seen").count() >= len(held)
        asked.append((len(statements(compared)), len(statements(confirmed))))
    assert asked[0] == asked[1]
    assert max(map(max, asked)) <= 30  # COPY, of more new ones, takes a statement more
