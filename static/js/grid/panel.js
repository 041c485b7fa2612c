// The panel beside the grid: one cell in full, as the server draws it. What is typed in it is queued like all else.
// Where the server does not answer, the page draws what can be set all the same.

const PATIENCE = 8_000; // milliseconds for the details
const FOLLOW = 150; // milliseconds after which the panel follows the current cell
const VALUES = { 1: "available", 2: "partially_available", 3: "not_available", 0: "", 9: "not_applicable" };
const SAID = ".talk textarea";
const TEXT = "textarea, input:not([type=radio])";

export class Panel {
  /**
   * `change(id, values)` queues what was typed; `back()` returns to the cell; `selected()` counts the chosen cells, and
   * `giveReason(values)` gives them all one.
   */
  constructor(root, { address, cells, title, say, change, back, mark, selected, giveReason }) {
    Object.assign(this, { root, address, cells, title, say, change, back, mark, selected, giveReason });
    this.id = null;
    this.alone = false; // drawn by the page, because the details could not be loaded
    this.drafts = new Map(); // of comments that are not sent yet
    root.addEventListener("input", (event) => {
      if (event.target.matches(SAID)) this.drafts.set(this.#draft(event.target), event.target.value);
    });
    root.addEventListener("change", (event) => this.#typed(event.target));
    root.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-do]")));
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("submit", (event) => event.target.dataset.cell && event.preventDefault());
    addEventListener("pagehide", () => this.#flush());
  }

  get isOpen() {
    return this.id !== null;
  }

  /** Show a cell; `take` moves the focus into the panel. */
  async open(id, { take = true } = {}) {
    this.#flush();
    this.id = id;
    this.mark(id);
    const html = await this.#load(id);
    if (this.id !== id) return; // the person went on meanwhile
    const drawn = html ?? this.#drawAlone(id);
    if (drawn === null) {
      this.say("panel_failed");
      if (this.root.hidden) this.close({ back: false });
      return;
    }
    this.alone = html === null;
    const held = take ? null : this.#held();
    this.root.innerHTML = drawn;
    this.root.hidden = false;
    this.root.parentElement.classList.add("split");
    for (const field of this.root.querySelectorAll(SAID)) field.value = this.drafts.get(this.#draft(field)) ?? field.value;
    if (!this.alone) this.#learn();
    this.sync();
    this.mark(id);
    if (take) this.#first().focus();
    else if (held) this.root.querySelector(held)?.focus();
  }

  #draft(field) {
    return `${this.id}:${field.id}`;
  }

  /** Follow the current cell while the panel is open. */
  follow(id) {
    clearTimeout(this.following);
    if (this.isOpen && id !== this.id) this.following = setTimeout(() => this.open(id, { take: false }), FOLLOW);
  }

  /** Load the cell again, unless somebody is typing in it. */
  refresh(ids) {
    if (this.isOpen && ids.includes(this.id) && !this.root.querySelector(`:is(${TEXT}):focus`)) {
      this.open(this.id, { take: false });
    }
  }

  /** Load what could not be loaded, now that the server answers. */
  complete() {
    if (this.alone) this.refresh([this.id]);
  }

  /** Show what the cell has by now, but in the field that somebody types in. */
  sync() {
    const form = this.#form;
    if (!form) return;
    const cell = this.cells.shown(this.id);
    for (const field of form.querySelectorAll("[name]")) {
      if (field.type === "radio") field.checked = field.value === cell[field.name];
      else if (field !== document.activeElement && cell[field.name] !== undefined) field.value = cell[field.name];
    }
    form.querySelector("[data-part=reason]").hidden = cell.value !== "partially_available";
    this.offerForAll();
  }

  /** While several cells are selected, offer to give all of them the reason that this one has. */
  offerForAll() {
    const button = this.#form?.querySelector("[data-do=reason-for-all]");
    if (button) button.hidden = this.selected() < 2 || !this.cells.shown(this.id).partial_reason;
  }

  /** The form of the open cell; null where it cannot be changed, or while another is still shown. */
  get #form() {
    return this.isOpen ? this.root.querySelector(`form[data-cell="${this.id}"]`) : null;
  }

  /** Let the cells know the texts that the server just told. */
  #learn() {
    const told = [...(this.#form?.querySelectorAll("textarea[name]") ?? [])].map((field) => [field.name, field.value]);
    this.cells.learn(this.id, Object.fromEntries(told));
  }

  close({ back = true } = {}) {
    clearTimeout(this.following);
    this.#flush();
    this.id = null;
    this.alone = false;
    this.mark(null);
    this.root.hidden = true;
    this.root.parentElement.classList.remove("split");
    if (back) this.back();
  }

  async #load(id) {
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = await fetch(this.address.replace("/0/", `/${id}/`), { redirect: "manual", signal });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  /** Return the panel without what only the server knows; null where the cell cannot be changed. */
  #drawAlone(id) {
    const template = document.getElementById("grid-panel-alone");
    if (!template || this.cells.whyNotEdit(id)) return null;
    const drawn = document.createElement("div");
    drawn.append(template.content.cloneNode(true));
    drawn.querySelector("#panel-title").textContent = this.title(id);
    drawn.querySelector("form").dataset.cell = id;
    const unread = this.cells.shown(id).note === undefined;
    drawn.querySelector("[data-part=unread]").hidden = !unread;
    if (unread) drawn.querySelector("[data-part=note]").remove();
    return drawn.innerHTML;
  }

  /** Return what the focus goes to: the reason where it is missing, else the heading. */
  #first() {
    const reason = this.root.querySelector("select[name=partial_reason]");
    const missing = reason && !reason.value && this.cells.lacksReason(this.id);
    return missing ? reason : this.root.querySelector("#panel-title");
  }

  #held() {
    const active = this.root.contains(document.activeElement) ? document.activeElement : null;
    if (!active) return null;
    if (active.type === "radio") return "input[name=value]:checked";
    return active.name ? `[name="${active.name}"]` : "#panel-title";
  }

  #typed(field) {
    if (!field.form?.dataset.cell || !field.name) return;
    this.change(Number(field.form.dataset.cell), { [field.name]: field.value.trim() });
  }

  /** Queue what stands in a field that was not left yet. */
  #flush() {
    const field = this.root.querySelector(`:is(${TEXT}):focus`);
    if (field && field.value !== field.defaultValue) this.#typed(field);
  }

  #pressed(button) {
    if (button?.dataset.do === "close-panel") this.close();
    if (button?.dataset.do === "reason-for-all") {
      const { partial_reason, partial_note } = this.cells.shown(this.id);
      this.giveReason({ partial_reason, partial_note });
    }
    if (button?.dataset.do === "accept") this.change(this.id, { value: button.dataset.value });
  }

  #key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key in VALUES && !event.ctrlKey && !event.target.matches(`${TEXT}, select`) && this.root.querySelector("form[data-cell]")) {
      event.preventDefault();
      if (!event.repeat) this.change(this.id, { value: VALUES[event.key] });
    }
  }
}
