// Edits that are not saved yet. They outlive the window: each page keeps its own in this browser's storage, and takes
// over those of pages of the same person and section that are gone (a page that is there holds a lock).

export class Queue extends Map {
  /** An edit is {id, version (seen), values, act} and, once answered badly, `refused` or `conflict`. */
  constructor(place) {
    super();
    this.place = `grid:${place}:`;
    this.key = this.place + crypto.randomUUID();
    this.persisted = true;
    this.held = navigator.locks?.request(this.key, () => new Promise(() => {}));
    this.held?.catch(() => {});
  }

  /** Add values to the edit of a cell. A refused edit that is changed is new; a conflict waits for its decision. */
  put(id, version, values, act) {
    const edit = this.get(id) ?? { id, version, values: {} };
    delete edit.refused;
    Object.assign(edit, { act, values: { ...edit.values, ...values } });
    this.set(id, edit);
  }

  /** Return the edits that can be sent now. */
  get sendable() {
    return [...this.values()].filter((edit) => !edit.refused && !edit.conflict);
  }

  /** Write what is left into the browser's storage. */
  keep() {
    try {
      if (this.size) localStorage.setItem(this.key, JSON.stringify([...this.values()]));
      else localStorage.removeItem(this.key);
      this.persisted = true;
    } catch {
      this.persisted = false; // no storage here, or it is full: the window warns before it closes
    }
  }

  /** Take over the edits of pages that are gone; return their cells' ids. `exists` tells which cells there are. */
  async adopt(exists) {
    const found = [];
    for (const key of this.#others()) {
      await unlessHeld(key, () => {
        for (const edit of read(key)) {
          if (!exists(edit.id) || this.has(edit.id)) continue;
          this.set(edit.id, edit);
          found.push(edit.id);
        }
        this.keep();
        localStorage.removeItem(key);
      });
    }
    return found;
  }

  #others() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.place) && key !== this.key);
    } catch {
      return [];
    }
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return []; // not ours
  }
}

function unlessHeld(key, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(key, { ifAvailable: true }, (lock) => (lock ? act() : undefined));
}
