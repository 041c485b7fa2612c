// Draws the cells: what each shows, its state, the selection. Draws them as mapping/desk/grid_html.py does.

const REVIEW = { submitted: "m-sub", approved: "m-app", returned: "m-ret" };
const STATES = {
  saving: ["i-clock", "m-save"], saved: ["i-saved", "m-app"], refused: ["i-warning", "m-ref"], conflict: ["i-conflict", "m-conf"],
};

export function symbol(name, className = "") {
  const mark = `<svg class="i" aria-hidden="true"><use href="#${name}"/></svg>`;
  return className ? `<span class="${className}">${mark}</span>` : mark;
}

/** Return an element with a class, holding texts and elements. */
export function element(tag, className, ...inside) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...inside);
  return made;
}

/** Return a value as symbol and word. */
export function valueMark(words, value) {
  const key = value || "not_assessed";
  const mark = element("span", `val v-${key}`);
  mark.innerHTML = symbol(`v-${key}`);
  mark.append(element("span", "w", words.value(value)));
  return mark;
}

export class View {
  constructor(table, cells, words) {
    Object.assign(this, { table, cells, words });
    this.selected = new Map(); // id → classes of the selection
    this.open = null;
    this.readShape();
    table.classList.remove("plain");
    table.setAttribute("role", "grid");
    table.setAttribute("aria-multiselectable", "true");
    for (const box of table.querySelectorAll(".choose")) box.tabIndex = -1;
    this.paint(this.byId.keys());
  }

  /** Read the table: the matrix of cell ids, the elements by id, and what heads rows and columns. */
  readShape() {
    const rows = [...this.table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.classList.contains("grp"));
    this.byId = new Map();
    this.placeOf = new Map();
    this.hits = new Set([...this.table.querySelectorAll(".c.hit")].map((td) => Number(td.id.slice(2))));
    this.matrix = rows.map((row, r) =>
      [...row.querySelectorAll(".c")].map((td, c) => {
        const id = td.id ? Number(td.id.slice(2)) : null;
        if (id !== null) {
          this.byId.set(id, td);
          this.placeOf.set(id, [r, c]);
        }
        return id;
      }),
    );
    const head = (th) => (th.dataset.year ? { year: Number(th.dataset.year), th } : { title: th.textContent, th });
    this.rowHeads = rows.map((row) => head(row.querySelector("th")));
    this.columnHeads = [...this.table.tHead.rows].at(-1).querySelectorAll("[data-year], [data-indicator]");
    this.columnHeads = [...this.columnHeads].map(head);
  }

  /** Return a cell's title: its indicator's, and its year. */
  title(id) {
    const place = this.placeOf.get(id);
    if (!place) return "";
    const heads = [this.rowHeads[place[0]], this.columnHeads[place[1]]];
    const find = (name) => heads.find((head) => head[name] !== undefined)[name];
    return `${find("title")}, ${find("year")}`;
  }

  paint(ids) {
    for (const id of ids) {
      const td = this.byId.get(id);
      if (!td) continue; // of another year than those on the page
      const cell = this.cells.shown(id);
      const state = this.cells.state(id);
      td.className = this.#classes(id, cell, state);
      td.firstElementChild.innerHTML = this.#inside(cell, state);
      td.setAttribute("aria-label", this.words.name(this.title(id), cell, state, this.hits.has(id)));
      td.tabIndex = id === this.current ? 0 : -1;
      td.ariaReadOnly = this.cells.whyNotEdit(id) ? "true" : null;
    }
  }

  /** Tell anew how much is assessed of the groups that hold these cells. */
  count(ids) {
    const groups = new Set([...ids].map((id) => this.byId.get(id)?.closest("tbody")));
    for (const group of groups) {
      const told = group?.querySelector(".assessed");
      if (!told) continue; // as Table 1 no group heads its cells
      const shown = [...group.querySelectorAll(".c[id]")].map((td) => this.cells.shown(Number(td.id.slice(2))).value);
      const values = shown.filter((value) => value !== "not_applicable");
      told.firstChild.data = this.words.say("assessed", { assessed: values.filter(Boolean).length, total: values.length });
    }
  }

  #classes(id, cell, state) {
    const open = id === this.open ? " open" : "";
    const theirs = this.cells.theirs.has(id) ? " s-theirs" : "";
    const mark = state === "conflict" ? " conflict" : state ? ` s-${state}` : theirs;
    const hit = this.hits.has(id) ? " hit" : "";
    return `c c-${cell.value || "not_assessed"}${hit}${mark}${open}${this.selected.get(id) ?? ""}`;
  }

  #inside(cell, state) {
    const key = cell.value || "not_assessed";
    const lacking = cell.value === "partially_available" && !cell.partial_reason;
    const marks = [
      lacking ? `<span class="tag">${this.words.words.reason_tag}</span>` : "",
      state ? symbol(...STATES[state]) : "",
      cell.contradicted ? symbol("i-contradicted", "m-con") : "",
      cell.access === "on_request" || cell.access === "not_shared" ? symbol(`a-${cell.access}`) : "",
      REVIEW[cell.status] ? symbol(`r-${cell.status}`, REVIEW[cell.status]) : "",
      cell.comments ? `<span class="m-com">${symbol("i-comment")}${cell.comments}</span>` : "",
    ];
    const word = this.words.value(cell.value, { short: true });
    return `<span class="val v-${key}">${symbol(`v-${key}`)}<span class="w">${word}</span></span><span class="mk">${marks.join("")}</span>`;
  }

  /** Show the cells of a rectangle as selected; one cell alone is only the current one. */
  select({ top, left, bottom, right }) {
    const before = this.selected;
    this.selected = new Map();
    const many = top !== bottom || left !== right;
    for (let r = top; r <= bottom; r += 1) {
      for (let c = left; c <= right; c += 1) {
        const edges = [r === top && "sel-t", r === bottom && "sel-b", c === left && "sel-l", c === right && "sel-r"];
        if (this.matrix[r][c] !== null) {
          this.selected.set(this.matrix[r][c], many ? ` sel ${edges.filter(Boolean).join(" ")}` : "");
        }
      }
    }
    for (const id of before.keys()) if (!this.selected.has(id)) this.byId.get(id).removeAttribute("aria-selected");
    for (const id of this.selected.keys()) this.byId.get(id).setAttribute("aria-selected", "true");
    const differ = (id) => before.get(id) !== this.selected.get(id);
    for (const id of new Set([...before.keys(), ...this.selected.keys()])) if (differ(id)) this.#reclass(id);
  }

  #reclass(id) {
    this.byId.get(id).className = this.#classes(id, this.cells.shown(id), this.cells.state(id));
  }

  /** Make a cell the one that Tab leads to, and the focused one. */
  focus(id, { take = true } = {}) {
    const before = this.byId.get(this.current);
    if (before) before.tabIndex = -1;
    this.current = id;
    const td = this.byId.get(id);
    td.tabIndex = 0;
    if (!take) return;
    td.focus({ preventScroll: true }); // of itself a browser would put it into the middle
    td.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  mark(id) {
    const before = this.open;
    this.open = id;
    for (const one of [before, id]) if (this.byId.has(one)) this.#reclass(one);
    this.byId.get(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}
