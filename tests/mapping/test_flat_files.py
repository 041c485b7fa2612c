"""What flat files of sources, cells and claims have in common: a preview in pages, and exports of what was chosen."""

import re

import pytest

from mapping.content import preview
from mapping.sources.models import Source
from tests import factories
from tests.mapping.flat import KINDS, RESOURCES, address, compare, exported, table, written

STOCK = {"Exercise": "KGZ-2024", "Section": "Immigration", "Indicator": "Stock"}
EVERY_FILE = [(what, kind) for what in RESOURCES for kind in KINDS]


@pytest.fixture
def two(exercise, outsider, consultant):
    """Two sources, two cells with a claim each, in Kyrgyzstan; one of each in Tajikistan."""
    for year, author in ((2020, "НСК"), (2021, "IOM")):
        source = factories.source(consultant, exercise, author, sections=["immigration"])
        factories.assess(consultant, factories.cell(exercise, year=year), source=source)
    tajik = factories.exercise("TJK-2024", "TJK")
    factories.assess(outsider, factories.cell(tajik), source=factories.source(outsider, tajik))
    return exercise


def rows_of(what, count):
    """New or changed rows of one kind."""
    if what == "source":
        return [{"Exercise": "KGZ-2024", "Citation key": f"A{number}, 2020"} for number in range(count)]
    said = {"cell": {"Value": "no"}, "claim": {"Statement": "a report that says so", "Value": "no"}}[what]
    return [{**STOCK, "Year": str(2018 + number), **said} for number in range(count)]


def keys(content, kind):
    """What a file is about: the citation keys or years of its rows."""
    return [str(row.get("Citation key") or int(row["Year"])) for row in table(content, kind)]


@pytest.mark.parametrize(("what", "kind"), EVERY_FILE)
def test_a_preview_comes_in_pages_each_of_which_can_be_confirmed(
    exercise, consultant, sign_in, monkeypatch, what, kind
):
    monkeypatch.setattr(preview, "ROWS_PER_PAGE", 2)
    client = sign_in(consultant)
    first = compare(client, what, written(rows_of(what, 5), kind), kind).content.decode()
    assert "Rows 1 to 2 of 5" in first
    assert len(re.findall(r'<tr class="(?:new|update)">', first)) == 2
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = client.get(following)
    assert "Rows 3 to 4 of 5" in second.content.decode()
    last = client.get(following.replace("p=2", "p=3"))
    assert "Rows 5 to 5 of 5" in last.content.decode()
    answer = client.post(address(what, "process_import"), last.context["confirm_form"].initial, follow=True)
    changed = "0 new, 5 changed" if what == "cell" else "5 new, 0 changed"
    assert changed in answer.content.decode()


@pytest.mark.parametrize("what", RESOURCES)
def test_five_thousand_errors_are_told_in_pages_and_none_is_left_out(exercise, consultant, sign_in, what):
    known_by = "Citation key" if what == "source" else "Year"
    bad = {**rows_of(what, 1)[0], "Exercise": "XXX"}
    client = sign_in(consultant)
    page = compare(client, what, written([{**bad, known_by: str(number)} for number in range(5000)]))
    assert "5000 rows have errors" in page.content.decode()
    assert len(re.findall(r'<th scope="row">\d+</th>', page.content.decode())) == preview.ROWS_PER_PAGE
    following = re.search(r'rel="next" href="([^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    last = client.get(following.replace("p=2", "p=50")).content.decode()
    assert '<th scope="row">5001</th>' in last
    assert "no exercise that you may change" in last
    assert "Confirm import" not in last


def test_a_preview_is_its_owners_and_for_an_hour(exercise, consultant, coordinator, observer, sign_in, monkeypatch):
    monkeypatch.setattr(preview, "ROWS_PER_PAGE", 2)
    page = compare(sign_in(consultant), "source", written(rows_of("source", 3))).content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert sign_in(consultant).get(following).status_code == 200
    assert sign_in(observer).get(following).status_code == 403
    gone = sign_in(coordinator).get(following, follow=True).content.decode()
    assert "The comparison is no longer kept. Choose the file again." in gone
    assert "no longer kept" in sign_in(consultant).get(f"{address('source', 'import')}?preview=%00ы", follow=True).text


@pytest.mark.parametrize(("what", "kind"), EVERY_FILE)
def test_the_rows_selected_in_the_list_are_exported(two, consultant, sign_in, what, kind):
    client = sign_in(consultant)
    chosen = Source.objects.get(citation_key__startswith="IOM") if what == "source" else factories.cell(two, year=2021)
    marked = {"action": "export_selected", "_selected_action": [chosen.pk]}
    page = client.post(address(what, "changelist"), marked)
    assert "Only the 1 row you selected is exported." in page.content.decode()
    items = re.findall(r'name="export_items" value="(\d+)"', page.content.decode())
    content = exported(client, what, kind, export_items=items)
    assert keys(content, kind) == ["IOM, 2023" if what == "source" else "2021"]


@pytest.mark.parametrize(("what", "kind"), EVERY_FILE)
def test_what_the_lists_filters_leave_is_exported(two, consultant, reviewer, sign_in, what, kind):
    client = sign_in(consultant)
    query = "?q=IOM" if what == "source" else "?q=2021&value__exact=available"
    assert keys(exported(client, what, kind, query), kind) == ["IOM, 2023" if what == "source" else "2021"]
    assert f"export/{query}".replace("&", "&amp;") in client.get(address(what, "changelist") + query).content.decode()
    everything = {"action": "export_selected", "_selected_action": ["1"], "select_across": "1"}
    assert client.post(address(what, "changelist") + query, everything).url == address(what, "export") + query


@pytest.mark.parametrize("what", RESOURCES)
def test_rows_of_others_are_not_exported_by_naming_them(two, consultant, sign_in, what):
    rows = Source.objects.all() if what == "source" else factories.Cell.objects.filter(year=2020)
    items = [str(row.pk) for row in rows.filter(exercise__code="TJK-2024")]
    assert items
    assert table(exported(sign_in(consultant), what, export_items=items)) == []
    page = sign_in(consultant).post(address(what, "export"), {"format": "1", "export_items": ["x", "9" * 30]})
    assert page.status_code == 200


def test_a_file_of_claims_is_recognised_by_its_headings(two, consultant, sign_in):
    client = sign_in(consultant)
    for what, name in (("claim", "Id"), ("cell", "Why partially")):
        page = compare(client, "cell", exported(client, what))
        assert page.context["confirm_form"].initial["resource"] == str(RESOURCES[what][1]), name
    page = compare(client, "cell", written([{"Exercise": "KGZ-2024", "Statement": "x", "Nonsense": "1"}]))
    told = page.content.decode()
    assert "There is no column “Nonsense”." in told
    assert "The column “Year” is missing." in told


def test_the_export_page_offers_cells_or_their_claims(two, observer, sign_in):
    page = sign_in(observer).get(address("cell", "export")).content.decode()
    assert re.search(r'<option value="1"[^>]*>Claims of the cells</option>', page)
    page = sign_in(observer).get(address("source", "export")).content.decode()
    assert '<input type="hidden" name="resource"' in page
