"""Compare what a file says of claims: each rests on a source, here or in the file, or on a statement."""

from django.utils.translation import gettext as _

from mapping.availability.models import Claim
from mapping.workbook.comparison import Edit
from mapping.workbook.layout import KIND_OF
from mapping.workbook.matching import rests_on
from mapping.workbook.plain import from_model
from mapping.workbook.said import Place

_DEFAULTS = {
    name: from_model(Claim._meta.get_field(name).get_default(), kind)
    for name, kind in KIND_OF["claim"].items()
    if name in Claim.CONTENT_FIELDS and Claim._meta.get_field(name).has_default()
}  # of fields that a row leaves out


class Claims:
    """Compares the rows of claims; `index` finds the source that a row cites, once the sources were compared."""

    def __init__(self, merging, index):
        self._merging, self._index = merging, index
        self._file, self._known, self._found, self._named = merging.file, merging.known, merging.found, merging.named

    def compare(self):
        existing = {}  # {cell: [(values, id or None)]}
        for held in self._known.claims.values():
            existing.setdefault(held.cell, []).append((held.values, held.pk))
        new = []
        for said in self._file.claims:
            self._resolve_source(said)
            if said.key is None:
                new.append(said)
            elif (held := self._known.claims.get(said.key[0])) is None:
                self._merging.gone(said)
            else:
                self._known_claim(said, held, existing[held.cell])
        for said in new:  # at last: which ids stand in the file is known by now
            self._new_claim(said, existing)

    def _known_claim(self, said, held, siblings):
        if held.pk in self._named["claim"]:
            self._merging.error(said, "id", _("Two rows carry this id. Empty the id of the copy."))
            return
        self._named["claim"].add(held.pk)
        if said.cell and any(told not in {"", known} for told, known in zip(said.cell, held.cell, strict=True)):
            self._merging.error(
                said, "id",
                _("The id belongs to a claim of another cell. Put the ids back to their rows, or empty the id of a new claim."),
            )  # fmt: skip
        elif self._tells_of_another(said, held, siblings):
            self._merging.error(
                said, "id",
                _("The id belongs to the claim of “%(held)s”, the row tells of another claim of this cell. Put the ids back to their rows, or empty the id of a new claim.")
                % {"held": held.values["source"] or held.values["statement"]},
            )  # fmt: skip
        edits = self._merging.merge(said, held, self._file.stamps.of("claim", held.key))
        self._check_subgroup(said, held.cell[0], edits.get("subgroup", ""))
        self._merging.settle(said, held, edits, refusal=held.refusal)

    def _tells_of_another(self, said, held, siblings):
        """Say whether a row rests on what another claim of the cell rests on, and its own rests on something else."""
        stamp = self._file.stamps.of("claim", held.key)
        own = [held.values, *([stamp.values] if stamp else [])]
        return not any(rests_on(said.values, values) for values in own) and any(
            rests_on(said.values, values) for values, _id in siblings
        )

    def _new_claim(self, said, existing):
        cell = self._known.cells.get(said.cell) if said.cell else None
        if said.cell is not None and cell is None:
            missing = not said.cell or "" in said.cell
            self._merging.error(
                said, "year",
                _("A new claim needs section, indicator and year.")
                if missing
                else _("This indicator has no cell for %(year)s.") % {"year": said.cell[2]},
            )  # fmt: skip
        if not said.values.get("value") and not said.tells("value"):
            self._merging.error(said, "value", _("A new claim needs a value."))
        if not (said.values.get("source") or said.values.get("statement_kind")) and said.sound:
            self._merging.error(said, "source", _("A new claim needs a source or a statement."))
        if cell is None:
            return
        self._check_subgroup(said, cell.key[0], said.values.get("subgroup", ""))
        siblings = existing.setdefault(cell.key, [])
        if said.sound and self._is_here(said, siblings):
            self._found.counts["unchanged"] += 1
            return
        self._warn_of_sibling(said, siblings)
        siblings.append((said.values, None))
        self._merging.new(said, said.values, refusal=cell.refusal, about=cell.name)
        if said.sound:
            self._found.edits["claim"].append(Edit(None, said, said.values))

    def _is_here(self, said, siblings):
        """Say whether a claim of the cell says all that a row without an id says: of this very file, nothing else."""
        for other, pk in siblings:
            if pk is None and said.values == other:
                return True  # a row doubled
            if pk and said.values.items() <= other.items() and said.values.get("subgroup", "") == other["subgroup"]:
                self._named["claim"].add(pk)
                if any(text not in {"", said.values.get(name), _DEFAULTS.get(name)} for name, text in other.items()):
                    told = _(
                        "A claim here says this and more: the row was passed over. To change that one, write its id %(id)d."
                    )
                    self._found.ignored.append(Place(*said.at("value"), told % {"id": pk}, said.name))
                return True
        return False

    def _warn_of_sibling(self, said, siblings):
        """Tell where a new claim stands beside one that rests on the same, and that no row of the file has the id of."""
        for other, pk in siblings:
            if pk and pk not in self._named["claim"] and rests_on(said.values, other):
                told = _(
                    "It is entered as a new claim, beside one that rests on the same. To change that one, write its id %(id)d."
                )
                self._merging.warn(said, "source" if said.tells("source") else "statement", told % {"id": pk})
                self._named["claim"].add(pk)
                return

    def _resolve_source(self, said):
        """Write the source as it is cited here; a claim rests on a source or a statement."""
        cited = said.values.get("source")
        if not cited:
            return
        if said.values.get("statement_kind"):
            self._merging.error(
                said, "statement_kind", _("A claim rests on a source or on a statement: empty one of the two.")
            )
        meant = self._index.cited(cited)
        if meant is None:
            self._merging.error(
                said, "source",
                _("No source is cited as “%(key)s”. Write its citation key, or enter it on the sheet of its section.")
                % {"key": cited},
            )  # fmt: skip
        elif meant.held is not None:
            said.values["source"] = meant.held.citation_key

    def _check_subgroup(self, said, section, subgroup):
        if subgroup and subgroup not in self._known.sections_by_key[section].subgroups:
            self._merging.error(said, "subgroup", _("This section does not tell this subgroup apart."))
