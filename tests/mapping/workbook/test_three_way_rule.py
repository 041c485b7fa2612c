"""Random edits to file and database: each cell, and each field of a source, follows the three-way rule."""

from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.workbook.compare import compare
from mapping.workbook.known import Held, SectionPart
from mapping.workbook.layout import FIELDS, NOT_ASSESSED
from mapping.workbook.said import FileContent, Said
from mapping.workbook.stamps import Stamp, Stamps

YEARS = range(2018, 2024)
STATES = [
    *((value, "") for value in ("available", "not_available", "not_applicable", "partially_available", NOT_ASSESSED)),
    ("partially_available", "provisional"),
    ("partially_available", "survey_or_estimate"),
]
TEXTS = st.sampled_from(["", "a", "b", "c"])
SOURCE_FIELDS = ("title", "note", "institution")


def known_of(cells, source):
    part = SectionPart(
        "immigration", "Immigration", "Immigration", "", (), [SimpleNamespace(key="stock", title="Stock")]
    )
    return SimpleNamespace(
        sections=[part], sections_by_key={"immigration": part}, cells=cells, sources={1: source}, claims={},
        new_row_refusal="",
    )  # fmt: skip


def cell_values(state):
    return dict.fromkeys(FIELDS["cell"], "") | {"value": state[0], "partial_reason": state[1]}


def source_values(texts):
    return dict.fromkeys(FIELDS["source"], "") | dict(zip(SOURCE_FIELDS, texts, strict=True))


def rule(base, now, file):
    """Return "take", "keep" or "conflict"; `file` None or blank says nothing."""
    if not file or file in (base, now):
        return "keep"
    return "take" if now == base else "conflict"


STATE = st.sampled_from(STATES)
SIDES = st.tuples(STATE, STATE, st.none() | STATE)


@settings(max_examples=300, deadline=None)
@given(
    cells=st.lists(SIDES, min_size=len(YEARS), max_size=len(YEARS)),
    source=st.tuples(*[st.tuples(TEXTS, TEXTS, TEXTS)] * len(SOURCE_FIELDS)),
    otherwise=st.sampled_from(["", "keep", "take"]),
)
def test_the_three_way_rule_holds_for_each_cell_and_field(cells, source, otherwise):
    keys = [("immigration", "stock", year) for year in YEARS]
    held, file = {}, FileContent(stamps=Stamps())
    for number, (key, (base, now, said)) in enumerate(zip(keys, cells, strict=True), start=1):
        held[key] = Held("cell", key, number, 1, cell_values(now))
        file.stamps.rows["cell", key] = Stamp(1, cell_values(base))
        row = Said("cell", "Immigration", f"B{number}", key)
        if said:
            row.values = {"value": said[0], "partial_reason": said[1]}
        file.cells.append(row)
    bases, nows, texts = zip(*source, strict=True)
    here = Held("source", (1,), 1, 1, source_values(nows), citation_key="A, 2020")
    file.stamps.rows["source", (1,)] = Stamp(1, source_values(bases))
    told = {name: text for name, text in zip(SOURCE_FIELDS, texts, strict=True) if text}
    file.sources.append(Said("source", "Immigration", "A20", (1,), told, citation_key="A, 2020"))

    found = compare(file, known_of(held, here), otherwise=otherwise)

    edits = {edit.held.key: edit.values for kind in ("cell", "source") for edit in found.edits[kind]}
    conflicts = {conflict.key for conflict in found.conflicts}
    for key, (base, now, said) in zip(keys, cells, strict=True):
        whole = _with_reason(base, now, said)
        verdict = rule(base, now, whole)
        assert (f"cell:{'/'.join(map(str, key))}:value" in conflicts) == (verdict == "conflict")
        assert (key in edits) == (verdict == "take" or (verdict == "conflict" and otherwise == "take"))
        if key in edits:
            assert (edits[key]["value"], edits[key]["partial_reason"]) == whole
    for name, (base, now, said) in zip(SOURCE_FIELDS, source, strict=True):
        verdict = rule(base, now, said)
        assert (f"source:1:{name}" in conflicts) == (verdict == "conflict")
        taken = verdict == "take" or (verdict == "conflict" and otherwise == "take")
        assert edits.get((1,), {}).get(name) == (said if taken else None)
    assert found.errors == []
    assert found.can_apply == (not conflicts or bool(otherwise))


@settings(max_examples=300, deadline=None)
@given(
    base=TEXTS, now=TEXTS, said=st.lists(TEXTS, min_size=2, max_size=3), otherwise=st.sampled_from(["", "keep", "take"])
)
def test_what_several_sheets_say_of_one_source_is_never_chosen_between_by_itself(base, now, said, otherwise):
    file = FileContent(stamps=Stamps())
    here = Held("source", (1,), 1, 1, source_values((now, "", "")), citation_key="A, 2020")
    file.stamps.rows["source", (1,)] = Stamp(1, source_values((base, "", "")))
    for number, text in enumerate(said):
        told = {"title": text} if text else {}
        file.sources.append(Said("source", f"Sheet {number}", "A20", (1,), told, citation_key="A, 2020"))

    found = compare(file, known_of({}, here), otherwise=otherwise)

    edits = {edit.held.key: edit.values for edit in found.edits["source"]}
    new = dict.fromkeys(text for text in said if text not in {"", base, now})
    disputed = len(new) > 1 or (len(new) == 1 and now != base)
    assert [one.key for one in found.conflicts] == (["source:1:title"] if disputed else [])
    if disputed:
        assert {text for _sheet, _cell, text in found.conflicts[0].sides_of_file.values()} == set(new)
    taken = len(new) == 1 and (not disputed or otherwise == "take")
    assert edits.get((1,)) == ({"title": next(iter(new))} if taken else None)
    assert found.errors == []
    assert found.can_apply == (not disputed or otherwise == "keep" or (otherwise == "take" and len(new) == 1))


def _with_reason(base, now, said):
    """A partial whose reason the file does not tell has the reason that is known."""
    if said and said[0] == "partially_available" and not said[1]:
        return said[0], next((side[1] for side in (base, now) if side[0] == said[0]), "")
    return said
