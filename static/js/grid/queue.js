// Edits that are not saved yet. They outlive the window: each page keeps its own in this browser's storage, and takes
// over those of pages of the same person and section that are gone (a page that is there holds a lock).

export class Queue extends Map {
  /**
   * An edit is {id, version (seen), values, act} and, once answered badly, `refused` or `conflict`. `title` is what
   * other pages call the section, while they tell that something of it waits (static/js/unsent.js).
   */
  constructor(place, title) {
    super();
    this.title = title;
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
      const kept = { address: location.pathname, title: this.title, edits: [...this.values()] };
      if (this.size) localStorage.setItem(this.key, JSON.stringify(kept));
      else localStorage.removeItem(this.key);
      this.persisted = true;
    } catch {
      this.persisted = false; // no storage here, or it is full: the window warns before it closes
    }
  }

  /** Take over the edits of each page that is gone, or once it goes; `taken(ids)` hears of their cells. */
  adopt(exists, taken) {
    for (const key of this.#others()) {
      onceFree(key, () => {
        const edits = read(key).filter((edit) => exists(edit.id) && !this.has(edit.id));
        for (const edit of edits) this.set(edit.id, edit);
        this.keep();
        localStorage.removeItem(key);
        if (edits.length) taken(edits.map((edit) => edit.id));
      });
    }
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
    return JSON.parse(localStorage.getItem(key))?.edits ?? [];
  } catch {
    return []; // not ours
  }
}

function onceFree(key, act) {
  if (navigator.locks) navigator.locks.request(key, act);
  else act();
}
