// Pastes a block: at once where all of it is understood, else after a look at what is not.

import { parse } from "./clipboard.js";
import { place } from "./places.js";
import { folded } from "./values.js";
import { element } from "./view.js";

const HEADINGS = 3; // rows and columns of headings a block may have besides the grid's own extent
const LISTED = 50;
const TEXT_SHOWN = 60;
// What cannot be used, the most useful first; of `each`, every text is told.
const KINDS = [
  { kind: "unknown", each: true }, { kind: "formula", each: true }, { kind: "header", each: true }, { kind: "year", each: true },
  { kind: "read_only" }, { kind: "outside" },
];
const MEANINGS = ["available", "partially_available", "not_available", "not_applicable", ""];
const LEAVE = "leave";

export class Paste {
  /** `apply(targets, text)` sets what a text says as one act; `whyNot(id)` says why a cell cannot be changed. */
  constructor(dialog, { view, selection, words, known, apply, whyNot, say }) {
    Object.assign(this, { dialog, view, selection, words, known, apply, whyNot, say });
    if (!dialog) return; // who only reads pastes nothing
    this.ask = dialog.querySelector("[data-part=ask]");
    this.text = dialog.querySelector("textarea");
    this.preview = dialog.querySelector("[data-part=preview]");
    this.questions = dialog.querySelector("[data-part=questions]");
    this.button = dialog.querySelector("[data-do=apply-paste]");
    this.text.addEventListener("input", () => this.#look(this.text.value));
    this.questions.addEventListener("change", (event) => this.#answer(event.target));
    this.button.addEventListener("click", () => this.#take());
    dialog.querySelector("[data-do=cancel-paste]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => selection.go(selection.at, { extend: true }));
  }

  /** Take text of the clipboard. */
  take(text) {
    if (!this.dialog) return;
    const read = this.#look(text);
    if (read.problems.length || read.more || !read.targets.length) this.#open({ asking: false });
    else this.apply(read.targets, text);
  }

  /** Ask for a block where no clipboard can be read. */
  open() {
    this.text.value = "";
    this.#look("");
    this.#open({ asking: true });
    this.text.focus();
  }

  /** Return where the texts go: {targets, problems, blanks, byHeadings, more}. `meanings`: spelling → value. */
  read(text, meanings = new Map()) {
    const { matrix, rowHeads, columnHeads } = this.view;
    const extent = Math.max(matrix.length, matrix[0].length) + HEADINGS;
    const { rows, more } = parse(text, extent, extent);
    while (rows.length && rows.at(-1).every((field) => !field.trim())) rows.pop();
    if (!rows.length) return { targets: [], problems: [], blanks: 0, more };
    const { rectangle } = this.selection;
    const found = place(rows, { matrix, rowHeads, columnHeads }, {
      at: [rectangle.top, rectangle.left],
      selection: rectangle,
      known: new Map([...this.known, ...meanings]),
    });
    const readOnly = found.targets.filter(({ id }) => this.whyNot(id));
    found.targets = found.targets.filter(({ id }) => !this.whyNot(id));
    found.problems.push(...readOnly.map(({ id }) => ({ kind: "read_only", id })));
    return { ...found, more };
  }

  /** Read a block anew, and ask what its ambiguous spellings mean. */
  #look(text) {
    this.block = text;
    this.meanings = new Map();
    this.found = this.read(text);
    this.#show();
    this.#question();
    return this.found;
  }

  #open({ asking }) {
    this.ask.hidden = !asking;
    this.dialog.showModal();
    if (!asking) (this.questions.querySelector("select") ?? this.preview).focus();
  }

  #show() {
    const { targets, problems, blanks, more, byHeadings } = this.found;
    const say = (name, values) => this.words.say(name, values);
    this.button.hidden = !targets.length;
    this.button.textContent = say("paste_apply", { count: targets.length });
    this.preview.replaceChildren();
    if (!this.block) return;
    const waiting = problems.filter(({ kind }) => kind === "ambiguous").length;
    const told = [
      targets.length ? say("paste_good", { count: targets.length }) : !waiting && say("paste_nothing"),
      waiting && say("paste_waiting", { count: waiting }),
      targets.length && say(byHeadings ? "paste_by_headings" : "paste_by_position"),
      blanks && say("paste_left", { count: blanks }),
      more && say("paste_rows_left", { count: more }),
    ];
    this.preview.append(element("p", "", told.filter(Boolean).join(" ")));
    const lines = KINDS.flatMap((kind) => this.#lines(kind));
    if (!lines.length) return;
    const list = element("ul", "problems", ...lines.slice(0, LISTED).map((line) => element("li", "", line)));
    if (lines.length > LISTED) list.append(element("li", "", say("more", { count: lines.length - LISTED })));
    this.preview.append(element("p", "error", say("paste_problems", { count: problems.length - waiting })), list);
  }

  /** Return a line for all problems of a kind or, of `each`, for every text among them. */
  #lines({ kind, each }) {
    const alike = group(this.found.problems.filter((problem) => problem.kind === kind), ({ text }) => (each ? text : ""));
    return [...alike].map(([text, problems]) => {
      const sentence = this.words.say(`paste_${kind}`, { text: text.slice(0, TEXT_SHOWN), count: problems.length });
      return `${sentence}: ${this.words.some(problems.map((problem) => this.#where(problem)))}`;
    });
  }

  #where({ id, row, column }) {
    return id ? this.view.title(id) : this.words.say("paste_place", { row, column });
  }

  #question() {
    const ambiguous = group(this.found.problems.filter(({ kind }) => kind === "ambiguous"), ({ text }) => folded(text));
    this.questions.replaceChildren(...[...ambiguous].map(([spelling, problems]) => this.#meaning(spelling, problems)));
  }

  /** Return a question: what a spelling means in these cells. */
  #meaning(spelling, problems) {
    const [{ text }] = problems;
    const sentence = this.words.say("paste_ambiguous", { text: text.trim(), count: problems.length });
    const select = element("select", "", new Option(this.words.say("paste_meaning"), "", true));
    select.firstChild.disabled = true;
    for (const value of MEANINGS) select.append(new Option(this.words.value(value), value || "not_assessed"));
    select.append(new Option(this.words.say("paste_leave"), LEAVE));
    select.dataset.spelling = spelling;
    const label = element("label", "", sentence, " ", select);
    return element("p", "field", label);
  }

  #answer(select) {
    const value = { not_assessed: "", [LEAVE]: null }[select.value];
    this.meanings.set(select.dataset.spelling, value === undefined ? select.value : value);
    this.found = this.read(this.block, this.meanings);
    this.#show();
  }

  #take() {
    const { targets } = this.found;
    this.dialog.close();
    this.apply(targets, this.block);
  }
}

/** Return a Map of key → the items that have it. */
function group(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
