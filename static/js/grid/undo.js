// Undo and redo of one's own acts of this visit. An act is {changes: [{id, before, after}]}; a step back is an act of
// its own, and passes over cells that show something else by now.

const MOST = 200;

export class History {
  constructor(key) {
    this.key = key;
    ({ done: this.done = [], undone: this.undone = [] } = read(key));
  }

  record(changes) {
    this.done.push(changes);
    this.done.splice(0, this.done.length - MOST);
    this.undone = [];
    this.#keep();
  }

  /** Return {changes, passedOver} of the last act taken back, or null. `shows(id)` is what a cell shows now. */
  undo(shows) {
    return this.#step(this.done, this.undone, "after", "before", shows);
  }

  redo(shows) {
    return this.#step(this.undone, this.done, "before", "after", shows);
  }

  #step(from, to, now, then, shows) {
    const act = from.pop();
    if (!act) return null;
    to.push(act);
    this.#keep();
    const still = act.filter((change) => same(shows(change.id), change[now]));
    return {
      changes: still.map((change) => ({ id: change.id, values: change[then] })),
      passedOver: act.length - still.length,
    };
  }

  #keep() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify({ done: this.done, undone: this.undone }));
    } catch {
      // without storage, a reload ends the visit
    }
  }
}

function same(cell, values) {
  return cell !== undefined && Object.keys(values).every((name) => cell[name] === values[name]);
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
