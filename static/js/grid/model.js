// The cells: as they are saved, and as they are shown with what was typed over it.

const NOTHING = {
  value: "", partial_reason: "", partial_note: "", status: "draft", return_reason: "", access: "", contradicted: false,
  claims: 0, noted: false,
};
export const TEXTS = ["resolution", "note"]; // known once the panel showed them; of a note the grid knows if there is one
const HAS_DATA = ["available", "partially_available"];

function texts(cell = {}) {
  return Object.fromEntries(TEXTS.filter((name) => cell[name] !== undefined).map((name) => [name, cell[name]]));
}

/** Return a cell with all that was left out because it is empty. */
function whole(told) {
  return { ...NOTHING, ...(!told.noted && { note: "" }), ...told };
}

/** What changes tell of: event `cells` with `detail.ids`. */
export class Cells extends EventTarget {
  constructor(data, queue) {
    super();
    this.queue = queue;
    this.saved = new Map();
    for (const [id, version, kind] of data.cells) this.saved.set(id, whole({ ...data.kinds[kind], id, version }));
    this.whyNot = data.why_not;
    this.savedLast = new Set(); // marked as saved until something else is
    this.slow = new Set(); // being saved for longer than a moment
    this.stuck = false; // nothing is sent at the moment: no line, or signed out
    this.theirs = new Set(); // changed by somebody else and not visited since
  }

  /** Return a cell as it is shown. */
  shown(id) {
    const saved = this.saved.get(id);
    const edit = this.queue.get(id);
    if (!edit) return saved;
    const cell = { ...saved, ...edit.values };
    if (cell.value !== "partially_available") cell.partial_reason = cell.partial_note = "";
    if (!HAS_DATA.includes(cell.value)) cell.access = "";
    if (cell.status === "approved") cell.status = "draft";
    return cell;
  }

  /** Return how saving stands: "conflict", "refused", "saving", "saved" or "". */
  state(id) {
    const edit = this.queue.get(id);
    if (edit?.conflict) return "conflict";
    if (edit?.refused) return "refused";
    if (edit && (this.stuck || this.slow.has(id))) return "saving";
    return !edit && this.savedLast.has(id) ? "saved" : "";
  }

  /** Return why a cell cannot be changed: "" where it can, "submitted", or the sentence of the whole section. */
  whyNotEdit(id) {
    return this.whyNot || (this.saved.get(id).status === "submitted" ? "submitted" : "");
  }

  lacksReason(id) {
    const cell = this.shown(id);
    return cell.value === "partially_available" && !cell.partial_reason;
  }

  /** Take the texts of a cell, as the panel shows them. */
  learn(id, texts) {
    Object.assign(this.saved.get(id), texts);
  }

  /** Take a cell as the server tells it, after values were `sent` or not; return whether anything is new. */
  receive(cell, sent) {
    const known = this.saved.get(cell.id);
    if (!known || cell.version < known.version) return false;
    const others = cell.version > known.version + (sent ? 1 : 0); // who may have changed its texts too
    const { who, when, by, talk, ...told } = whole({ ...(others ? {} : texts(known)), ...texts(sent), ...cell });
    if (Object.keys(told).every((name) => told[name] === known[name])) return false;
    this.saved.set(cell.id, told);
    return true;
  }

  /** Say that cells look different now. */
  changed(ids) {
    this.dispatchEvent(new CustomEvent("cells", { detail: { ids: [...ids] } }));
  }
}
