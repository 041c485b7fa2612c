// The bar below the grid: what is selected, what lacks a reason, what others did, and whether all is saved.

import { element } from "./view.js";

/** Write a sentence where another one stood. The text node stays: a new one has the styles of a large grid judged anew. */
function write(part, sentence) {
  if (part.firstChild) part.firstChild.data = sentence;
  else part.textContent = sentence;
}

export class Status {
  constructor(root, { line, queue, cells, words, title }) {
    Object.assign(this, { root, line, queue, cells, words, title });
    this.parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    root.hidden = false;
  }

  /** Show how many cells are selected or, of one alone, its value in words. */
  selection(ids) {
    const told = ids.length > 1 ? this.words.say("selected", { count: ids.length }) : this.#inWords(ids[0]);
    write(this.parts.selection, told);
  }

  #inWords(id) {
    if (id === undefined) return "";
    const { value, partial_reason: reason } = this.cells.shown(id);
    const why = this.words.words.reasons[reason];
    return `${this.title(id)}: ${this.words.value(value)}${why ? ` (${why})` : ""}`;
  }

  get selected() {
    return this.parts.selection.textContent;
  }

  get savingTold() {
    return this.parts.saving.textContent;
  }

  /** Show what a key or button did, or why it did nothing. */
  said(sentence) {
    write(this.parts.said, sentence);
  }

  others(sentence) {
    write(this.parts.others, sentence);
  }

  /** Say how many partials lack a reason; the button leads to the next of them. */
  reasons(count) {
    this.parts.reasons.hidden = !count;
    this.parts.reasons.textContent = this.words.say("reasons_missing", { count });
  }

  saving() {
    const count = this.queue.sendable.length;
    const edits = [...this.queue.values()];
    const told = [...this.#waiting(count)];
    for (const [name, of] of [["refused_changes", "refused"], ["conflicts", "conflict"]]) {
      const found = edits.filter((edit) => edit[of]).length;
      if (found) told.push(element("span", "m-ref", this.words.say(name, { count: found })));
    }
    const mayChange = !this.cells.whyNot; // who only reads has saved nothing
    if (!told.length && mayChange) told.push(element("span", "m-ok", this.words.say("all_saved")));
    const looks = told.map((part) => part.outerHTML).join("");
    if (looks !== this.parts.saving.innerHTML) this.parts.saving.replaceChildren(...told);
  }

  #waiting(count) {
    const { state } = this.line;
    if (state === "signed_out") return [this.#signIn(count)];
    if (!count) return [];
    if (state === "no_connection" || state === "no_answer") {
      const kept = this.words.say(this.queue.persisted ? "kept" : "not_kept");
      return [element("span", "m-ref", this.words.say(state, { count })), element("span", "", kept)];
    }
    return [element("span", "m-save", this.words.say("saving_changes", { count }))];
  }

  #signIn(count) {
    const link = element("a", "", count ? this.words.say("sign_in", { count }) : this.words.say("session_ended"));
    Object.assign(link, { href: this.line.signIn, target: "_blank", rel: "noopener" });
    return element("span", "m-ref", link);
  }
}
