"""A comparison as plain data: what is kept, printed and shown."""

from mapping.workbook.comparison import NEW, digest, no_counts
from mapping.workbook.layout import NOT_ASSESSED

CONTRACT = {
    "conflicts": ("sheet", "cell", "field", "base", "database", "file"),
    "errors": ("sheet", "cell", "message"),
}

_NOTHING = {"", NOT_ASSESSED}


def as_report(comparison, known):
    """Return a comparison as JSON can hold it, each place with the name of its row."""
    titles = _Titles(known)
    return {
        "counts": comparison.counts,
        "overwrites": comparison.overwrites,
        "changes": [
            {"sheet": row.sheet, "record": row.record, "title": titles.of(row.record), "is_new": row.is_new}
            | {"about": row.about}
            | {"fields": [(name, cell, _said(old), _said(new)) for name, cell, old, new in row.fields]}
            for row in comparison.changes
        ],
        "conflicts": [
            {**_places(one), "field": one.field, "base": _said(one.base), "database": _said(one.database)}
            | {"file": _said(one.file), "record": one.record, "title": titles.of(one.record)}
            | {"key": one.key, "choice": one.choice}
            | {
                "has_base": one.has_base,
                "reasons": list(one.reasons),
                "mark": one.mark,
                "rivals": [list(rival) for rival in one.rivals],
            }
            for one in comparison.conflicts
        ],
        "resemblances": [
            {**_places(one), "record": one.record, "title": one.told, "key": one.key}
            | {"alike": [(held.name, held.citation_key, held.values["title"]) for held in one.alike]}
            | {"choice": f"source:{one.choice}" if one.choice else NEW}
            for one in comparison.resemblances
        ],
        "errors": [_told(one, titles) for one in comparison.errors],
        "warnings": [_told(one, titles) for one in comparison.warnings],
        "ignored": [_told(one, titles) for one in comparison.ignored],
    }


def joint_report(parts, **places):
    """Return the report of several exercises: `parts` is [(comparison, known)].

    `places` is {"errors", "ignored", "warnings": what is about none of them}.
    """
    whole = unusable_report("")
    for name, told in places.items():
        whole[name] = [_told(place, _NO_TITLES) for place in told]
        if name in whole["counts"]:
            whole["counts"][name] = len(told)
    whole["overwrites"] = joint_overwrites(parts)
    for comparison, known in parts:
        report, code = as_report(comparison, known), known.exercise.code
        for name, count in report["counts"].items():
            whole["counts"][name] += count
        for name in ("changes", "conflicts", "resemblances", "errors", "warnings", "ignored"):
            whole[name] += [_of_exercise(one, code) for one in report[name]]
    return whole


def joint_overwrites(parts):
    """Return what stands for all that several comparisons overwrite without a base, or ""."""
    told = [text for found, known in parts if found.overwrites for text in (known.exercise.code, found.overwrites)]
    return digest(told) if told else ""


def _of_exercise(one, code):
    """Say whose row it is: rows of two exercises share their names."""
    told = {**one, "title": f"{code}: {one['title']}" if one["title"] else code}
    return told | {name: f"{code}|{one[name]}" for name in ("record", "about", "key") if one.get(name)}


def choices_of(code, choices):
    """Return those of the choices {conflict key: side} that are about one exercise, by the keys it knows."""
    return {key.removeprefix(f"{code}|"): side for key, side in choices.items() if key.startswith(f"{code}|")}


def unusable_report(sentence):
    """Return the report of a file that cannot be compared: one error, nothing counted."""
    return {
        "counts": no_counts(),
        "overwrites": "",
        "changes": [],
        "conflicts": [],
        "resemblances": [],
        "errors": [{"sheet": "", "cell": "", "message": str(sentence)}],
        "warnings": [],
        "ignored": [],
    }


def fields_of(row):
    """Yield what a changed row of a report tells of each of its fields; the report says but once what they share."""
    for name, cell, old, new in row["fields"]:
        yield {"sheet": row["sheet"], "cell": cell, "field": name, "old": old, "new": new}


def sides_of(conflict):
    """Yield a conflict of a report once for each place of the file that says something else."""
    yield conflict
    for sheet, cell, text in conflict["rivals"]:
        yield {**conflict, "sheet": sheet, "cell": cell, "file": text}


def contract(report):
    """Return of a report what others script against."""
    places = {**report, "conflicts": [side for one in report["conflicts"] for side in sides_of(one)]}
    told = {name: [{key: one[key] for key in keys} for one in places[name]] for name, keys in CONTRACT.items()}
    changes = [change for row in report["changes"] for change in fields_of(row)]
    return {"counts": report["counts"], "changes": changes, **told}


def _places(one):
    return {"sheet": one.sheet, "cell": one.cell}


def _told(one, titles):
    return {**_places(one), "message": str(one.message), "title": titles.of(one.record), "record": one.record}


def _said(plain):
    """Return null for what says nothing: a cell not assessed, an empty field."""
    return None if plain in _NOTHING else plain


class _Titles:
    """The names of rows as people know them, by what a comparison calls them."""

    def __init__(self, known):
        indicators = {
            (section.key, indicator.key): indicator.title
            for section in known.sections
            for indicator in section.indicators
        }
        self._titles = {}
        for cell in known.cells.values():
            self._titles[cell.name] = f"{indicators[cell.key[:2]]}, {cell.key[2]}"
        for source in known.sources.values():
            self._titles[source.name] = source.citation_key
        for claim in known.claims.values():
            basis = claim.values["source"] or claim.values["statement"]
            self._titles[claim.name] = f"{indicators[claim.cell[:2]]}, {claim.cell[2]}" + (
                f": {basis}" if basis else ""
            )

    def of(self, record):
        return self._titles.get(record, "")


class _NoTitles:
    def of(self, record):
        return ""


_NO_TITLES = _NoTitles()
