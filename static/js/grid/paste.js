// Pastes a block: at once where all of it is understood, else after a look at what is not.

import { parse } from "./clipboard.js";
import { place } from "./places.js";
import { element } from "./view.js";

const HEADINGS = 3; // rows and columns of headings a block may have besides the grid's own extent
const LISTED = 50;

export class Paste {
  /** `apply(targets)` sets values as one act; `whyNot(id)` says why a cell cannot be changed. */
  constructor(dialog, { view, selection, words, known, apply, whyNot, say }) {
    Object.assign(this, { dialog, view, selection, words, known, apply, whyNot, say });
    if (!dialog) return; // who only reads pastes nothing
    this.ask = dialog.querySelector("[data-part=ask]");
    this.text = dialog.querySelector("textarea");
    this.preview = dialog.querySelector("[data-part=preview]");
    this.button = dialog.querySelector("[data-do=apply-paste]");
    this.text.addEventListener("input", () => this.#show(this.read(this.text.value)));
    this.button.addEventListener("click", () => this.#take());
    dialog.querySelector("[data-do=cancel-paste]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => selection.go(selection.at, { extend: true }));
  }

  /** Take text of the clipboard. */
  take(text) {
    if (!this.dialog) return;
    const read = this.read(text);
    if (read.problems.length || read.more || !read.targets.length) this.#open(read, { asking: false });
    else this.apply(read.targets);
  }

  /** Ask for a block where no clipboard can be read. */
  open() {
    this.text.value = "";
    this.#open({ targets: [], problems: [], blanks: 0, more: 0 }, { asking: true });
    this.text.focus();
  }

  /** Return where the texts go: {targets, problems, blanks, byHeadings, more}. */
  read(text) {
    const { matrix, rowHeads, columnHeads } = this.view;
    const extent = Math.max(matrix.length, matrix[0].length) + HEADINGS;
    const { rows, more } = parse(text, extent, extent);
    while (rows.length && rows.at(-1).every((field) => !field.trim())) rows.pop();
    if (!rows.length) return { targets: [], problems: [], blanks: 0, more };
    const { rectangle } = this.selection;
    const found = place(rows, { matrix, rowHeads, columnHeads }, {
      at: [rectangle.top, rectangle.left],
      selection: rectangle,
      known: this.known,
    });
    const readOnly = found.targets.filter(({ id }) => this.whyNot(id));
    found.targets = found.targets.filter(({ id }) => !this.whyNot(id));
    found.problems.push(...readOnly.map(({ id }) => ({ kind: "read_only", title: this.view.title(id) })));
    return { ...found, more };
  }

  #open(read, { asking }) {
    this.ask.hidden = !asking;
    this.#show(read);
    this.dialog.showModal();
    if (!asking) this.preview.focus();
  }

  #show(read) {
    this.read_ = read;
    const { targets, problems, blanks, more } = read;
    const say = (name, values) => this.words.say(name, values);
    this.button.hidden = !targets.length;
    this.button.textContent = say("paste_apply", { count: targets.length });
    this.preview.replaceChildren();
    if (this.ask.hidden || this.text.value) {
      const told = [
        targets.length ? say("paste_good", { count: targets.length }) : say("paste_nothing"),
        targets.length && say(read.byHeadings ? "paste_by_headings" : "paste_by_position"),
        blanks && say("paste_left", { count: blanks }),
        more && say("paste_rows_left", { count: more }),
      ];
      this.preview.append(element("p", "", told.filter(Boolean).join(" ")));
    }
    if (!problems.length) return;
    const list = element("ul", "problems");
    for (const problem of problems.slice(0, LISTED)) list.append(element("li", "", this.#problem(problem)));
    if (problems.length > LISTED) list.append(element("li", "", say("more", { count: problems.length - LISTED })));
    this.preview.append(element("p", "error", say("paste_problems", { count: problems.length })), list);
  }

  #problem({ kind, text, title, row, column }) {
    const names = { formula: "paste_formula", unknown: "paste_unknown", header: "paste_header", year: "paste_year", outside: "paste_outside", read_only: "paste_read_only" };
    const where = title ?? this.words.say("paste_place", { row, column });
    return `${where}: ${this.words.say(names[kind], { text: text?.slice(0, 60) })}`;
  }

  #take() {
    const { targets } = this.read_;
    this.dialog.close();
    this.apply(targets);
  }
}
