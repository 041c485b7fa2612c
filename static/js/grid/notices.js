// What needs the person: conflicts with both versions, refusals with their sentence, cells that are gone. Stays until
// it is decided.

import { element, symbol, valueMark } from "./view.js";

const SHOWN = 3;

export class Notices {
  /** `acts`: keepTheirs(ids), useMine(ids), tryAgain(ids), discard(ids), show(id). */
  constructor(root, { cells, queue, words, title, acts }) {
    Object.assign(this, { root, cells, queue, words, title, acts });
    this.gone = [];
  }

  tellGone(edit) {
    this.gone.push(edit);
    this.draw();
  }

  draw() {
    const edits = [...this.queue.values()];
    const conflicts = edits.filter((edit) => edit.conflict);
    const refused = edits.filter((edit) => edit.refused);
    const strips = [
      ...conflicts.slice(0, SHOWN).map((edit) => this.#conflict(edit)),
      ...this.#rest(conflicts, ["keep_all_theirs", "keepTheirs"], ["use_all_mine", "useMine"]),
      ...refused.slice(0, SHOWN).map((edit) => this.#refused(edit)),
      ...this.#rest(refused, ["try_again", "tryAgain"], ["discard", "discard"]),
      ...this.gone.map((edit) => this.#gone(edit)),
      ...(this.cells.whyNot && edits.length ? [this.#strip("i-pause", this.cells.whyNot)] : []),
    ];
    const held = this.root.contains(document.activeElement);
    this.root.replaceChildren(...strips);
    this.root.hidden = !strips.length;
    if (held) (this.root.querySelector("button") ?? document.getElementById("grid-status")).focus();
  }

  #conflict(edit) {
    const { id, values, conflict } = edit;
    const strip = this.#strip("i-conflict", this.words.say("changed_meanwhile", { cell: this.title(id) }));
    const mine = values.value === undefined ? element("span", "", Object.values(values).join(" ")) : this.#version(this.cells.shown(id));
    const sides = element("div", "vs");
    sides.append(
      element("p", "", element("span", "lab", this.words.say("yours")), " ", mine),
      element("p", "", element("span", "lab", this.words.say("theirs", conflict)), " ", this.#version(conflict)),
    );
    strip.append(sides, this.#buttons([id], ["keep_theirs", "keepTheirs"], ["use_mine", "useMine"], ["show", "show"]));
    return strip;
  }

  #refused({ id, refused }) {
    const strip = this.#strip("i-warning", this.words.say("was_refused", { cell: this.title(id), why: refused }));
    strip.append(this.#buttons([id], ["try_again", "tryAgain"], ["discard", "discard"], ["show", "show"]));
    return strip;
  }

  #gone({ id, values }) {
    const value = values.value === undefined ? Object.values(values).join(" ") : this.words.value(values.value);
    return this.#strip("i-warning", this.words.say("gone", { cell: this.title(id), value }));
  }

  #rest(edits, ...buttons) {
    if (edits.length <= 1) return [];
    const strip = element("div", "strip");
    if (edits.length > SHOWN) strip.append(element("p", "", this.words.say("more", { count: edits.length - SHOWN })));
    strip.append(this.#buttons(edits.map((edit) => edit.id), ...buttons));
    return [strip];
  }

  #strip(icon, sentence) {
    const head = element("p", "");
    head.innerHTML = symbol(icon);
    head.append(element("b", "", sentence));
    return element("div", "strip err", head);
  }

  #version(cell) {
    const reason = this.words.words.reasons[cell.partial_reason];
    return element("span", "", valueMark(this.words, cell.value), reason ? ` ${reason}` : "");
  }

  #buttons(ids, ...named) {
    const all = element("div", "actions");
    for (const [name, act] of named) {
      const button = element("button", "btn small", this.words.say(name));
      button.type = "button";
      button.addEventListener("click", () => this.acts[act](act === "show" ? ids[0] : ids));
      all.append(button);
    }
    return all;
  }
}
