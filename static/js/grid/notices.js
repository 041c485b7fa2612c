// What needs the person: conflicts with both versions, refusals with their sentence, cells that are gone. Stays until
// it is decided.

import { element, symbol, valueMark } from "./view.js";

const SHOWN = 3;

/** Return edits that were refused, in a list for each reason. */
function alike(refused) {
  const byReason = new Map();
  for (const edit of refused) byReason.set(edit.refused, [...(byReason.get(edit.refused) ?? []), edit]);
  return [...byReason.values()];
}

export class Notices {
  /** `acts`: keepTheirs(ids), useMine(ids), tryAgain(ids), discard(ids), show(id), back() to the cells. */
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
      ...this.#allConflicts(conflicts),
      ...alike(refused).map((edits) => this.#refused(edits)),
      ...this.gone.map((edit) => this.#gone(edit)),
      ...(this.cells.whyNot && edits.some((edit) => !edit.refused) ? [this.#strip("i-pause", this.cells.whyNot)] : []),
    ];
    const held = this.root.contains(document.activeElement);
    this.root.replaceChildren(...strips);
    this.root.hidden = !strips.length;
    if (!held) return;
    if (strips.length) this.root.querySelector("button")?.focus();
    else this.acts.back();
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

  /** Show edits that were refused for the same reason. */
  #refused(edits) {
    const [{ id, refused: why }] = edits;
    const one = edits.length === 1;
    const sentence = one ? this.words.say("was_refused", { cell: this.title(id), why }) : this.words.say("were_refused", { count: edits.length, why });
    const strip = this.#strip("i-warning", sentence);
    if (!one) strip.append(element("p", "", this.words.some(edits.map((edit) => this.title(edit.id)))));
    strip.append(this.#buttons(edits.map((edit) => edit.id), ["try_again", "tryAgain"], ["discard", "discard"], ["show", "show"]));
    return strip;
  }

  #gone({ id, values }) {
    const value = values.value === undefined ? Object.values(values).join(" ") : this.words.value(values.value);
    return this.#strip("i-warning", this.words.say("gone", { cell: this.title(id), value }));
  }

  #allConflicts(edits) {
    if (edits.length <= 1) return [];
    const strip = element("div", "strip", element("p", "", this.words.say("all_conflicts", { count: edits.length })));
    strip.append(this.#buttons(edits.map((edit) => edit.id), ["keep_all_theirs", "keepTheirs"], ["use_all_mine", "useMine"]));
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
