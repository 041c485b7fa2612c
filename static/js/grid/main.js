// Turns the section's table into a grid whose cells save themselves. Without it the page is a plain form.

import { format } from "./clipboard.js";
import { findBy } from "./find.js";
import { listen } from "./keys.js";
import { Cells, TEXTS } from "./model.js";
import { Line, STUCK } from "./net.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { Paste } from "./paste.js";
import { Queue } from "./queue.js";
import { Selection } from "./selection.js";
import { Status } from "./status.js";
import { History } from "./undo.js";
import { spellings } from "./values.js";
import { View, element } from "./view.js";
import { Words } from "./words.js";

const table = document.getElementById("grid");
const part = (name) => document.getElementById(`grid-${name}`);
const data = JSON.parse(part("data").textContent);
const words = new Words(data.words, document.documentElement.lang || "en");
const place = [data.person, data.exercise, data.section].join(":");
const queue = new Queue(place, `${data.exercise}, ${document.querySelector("h1").textContent}`);
const cells = new Cells(data, queue);
const view = new View(table, cells, words);
const selection = new Selection(view);
const history = new History(`grid:${place}:undo`);
const line = new Line(cells, queue, data, document.querySelector("#grid-form [name=csrfmiddlewaretoken]").value);
const status = new Status(part("status"), { line, queue, cells, words, title: (id) => view.title(id) });
const READ_OUT = 15_000; // milliseconds within which a screen reader has read out a sentence
const SETTLED = 500; // milliseconds after which a selection that grows is told
const ASSESSMENT = ["value", "partial_reason", "partial_note"];

/** Say a sentence to who listens. It is added, not put over the last one, which may not have been read out yet. */
function tell(sentence) {
  const said = element("p", "", sentence);
  part("says").append(said);
  setTimeout(() => said.remove(), READ_OUT);
}

/** Say a sentence to who listens and to who sees. */
function announce(sentence) {
  tell(sentence);
  status.said(sentence);
}
const say = (name, values) => announce(words.say(name, values));

function whyNot(id) {
  const why = cells.whyNotEdit(id);
  return why === "submitted" ? words.say("submitted") : why;
}

/** Queue changes [{id, values}] as one act, and send them. Return those that change anything. */
function change(changes, { undoable = true } = {}) {
  const act = crypto.randomUUID();
  const real = changes.filter(({ id, values }) => {
    const shown = cells.shown(id);
    return !whyNot(id) && Object.keys(values).some((name) => values[name] !== shown[name]);
  });
  const before = real.map(({ id }) => cells.shown(id));
  for (const { id, values } of real) queue.put(id, cells.saved.get(id).version, values, act);
  const ids = real.map(({ id }) => id);
  if (undoable) {
    const told = real.map(({ id, values }, n) => {
      const names = [...ASSESSMENT, ...TEXTS.filter((name) => name in values && before[n][name] !== undefined)];
      return { id, before: pick(before[n], names), after: pick(cells.shown(id), names) };
    });
    const done = told.filter((one) => Object.keys(one.after).some((name) => one.before[name] !== one.after[name]));
    if (done.length) history.record(done);
  }
  if (ids.length) {
    queue.keep();
    cells.savedLast.clear();
    cells.changed(ids);
    line.send();
  }
  return real;
}

const pick = (cell, names) => Object.fromEntries(names.map((name) => [name, cell[name]]));

function setValue(value, ids = selection.ids) {
  const free = ids.filter((id) => !whyNot(id));
  if (!free.length) return announce(whyNot(ids[0]));
  change(free.map((id) => ({ id, values: { value } })));
  if (ids.length === 1) return tell(`${view.title(ids[0])}: ${words.value(value)}`); // the status bar shows it anyway
  const told = words.say("set", { count: free.length, value: words.value(value) });
  const stay = ids.length - free.length;
  announce(stay ? `${told} ${words.say("read_only_cells", { count: stay })}` : told);
}

function stepBack(step, name, nothing) {
  const taken = history[step]((id) => cells.saved.has(id) && cells.shown(id));
  if (!taken) return say(step === "undo" && document.querySelector(".strip.done") ? "undo_above" : nothing);
  const done = change(taken.changes, { undoable: false });
  if (done.length) selection.span(done.map(({ id }) => id));
  const told = words.say(name, { count: done.length });
  announce(taken.passedOver ? `${told} ${words.say("undo_passed_over", { count: taken.passedOver })}` : told);
}

/** Fill the selection from its first row or column. */
function fill(direction) {
  const { top, left, bottom, right } = selection.rectangle;
  const down = direction === "down" || (!direction && bottom > top);
  const changes = [];
  for (let r = top; r <= bottom; r += 1) {
    for (let c = left; c <= right; c += 1) {
      const from = view.matrix[down ? top : r][down ? c : left];
      const id = view.matrix[r][c];
      if (from !== null && id !== null && from !== id) changes.push({ id, values: pick(cells.shown(from), ASSESSMENT) });
    }
  }
  say("pasted", { count: change(changes).length });
}

let copiedLast = { text: null, block: [] };

function copied() {
  const { top, left, bottom, right } = selection.rectangle;
  const block = view.matrix.slice(top, bottom + 1).map((row) =>
    row.slice(left, right + 1).map((id) => (id === null ? { value: null } : pick(cells.shown(id), ASSESSMENT))),
  );
  const texts = block.map((row) => row.map(({ value }) => (value === null ? "" : words.value(value))));
  copiedLast = { text: format(texts), block };
  say("copied", { count: selection.ids.length });
  return copiedLast.text;
}

/** Set what a pasted text says; copied from this page, its cells bring their reasons along. */
function applyPaste(targets, text) {
  const own = text === copiedLast.text;
  const done = change(targets.map(({ id, value, from: [row, column] }) => ({ id, values: own ? copiedLast.block[row][column] : { value } })));
  say(done.length ? "pasted" : "paste_no_change", { count: done.length });
}

/** Give all partial cells of the selection the same reason. */
function giveReason(values) {
  const partial = selection.ids.filter((id) => cells.shown(id).value === "partially_available");
  change(partial.map((id) => ({ id, values })));
  say("reason_given", { count: partial.length });
}

const panel = new Panel(part("panel"), {
  address: data.panel,
  cells,
  title: (id) => view.title(id),
  say,
  change: (id, values) => ("value" in values ? setValue(values.value, [id]) : change([{ id, values }])),
  back: () => selection.go(selection.at, { extend: true }),
  mark: (id) => view.mark(id),
  selected: () => selection.ids.length,
  giveReason,
});

const paste = new Paste(part("paste"), {
  view,
  selection,
  words,
  known: spellings(words.words.values),
  apply: applyPaste,
  whyNot,
  say,
});

const notices = new Notices(part("notices"), {
  cells,
  queue,
  words,
  title: (id) => view.title(id),
  acts: {
    keepTheirs: (ids) => decide(ids, (id) => queue.delete(id)),
    discard: (ids) => decide(ids, (id) => queue.delete(id)),
    useMine: (ids) => decide(ids, (id) => {
      const edit = queue.get(id);
      edit.version = cells.saved.get(id).version;
      delete edit.conflict;
    }),
    tryAgain: (ids) => decide(ids, (id) => delete queue.get(id).refused),
    show: (id) => selection.goTo(id),
    back: () => selection.go(selection.at, { extend: true }),
  },
});

function decide(ids, act) {
  ids.forEach(act);
  queue.keep();
  cells.changed(ids);
  notices.draw();
  line.send();
}

/** Offer only what can be done: who reads, or whose exercise is frozen, sets nothing. */
function showAccess() {
  document.body.classList.toggle("readonly", Boolean(cells.whyNot));
}

/** Go to the next partial without a reason and ask for it. */
function nextReason() {
  const order = view.matrix.flat().filter((id) => id !== null);
  const from = order.indexOf(selection.id);
  const next = [...order.slice(from + 1), ...order.slice(0, from + 1)].find((id) => cells.lacksReason(id));
  if (next === undefined) return;
  selection.goTo(next);
  panel.open(next);
}

function chooseForReview() {
  for (const id of selection.ids) view.byId.get(id).querySelector(".choose")?.click();
}

const acts = {
  set: setValue,
  undo: () => stepBack("undo", "undone", "undo_nothing"),
  redo: () => stepBack("redo", "redone", "redo_nothing"),
  fill,
  details: (options) => panel.open(selection.id, options),
  choose: chooseForReview,
  keys: () => part("keys").showModal(),
  find: findBy(part("find"), view, selection, words, say),
  leave() {
    if (panel.isOpen) return panel.close();
    if (selection.ids.length > 1) return selection.single();
    part("status").focus();
    say("left");
  },
};

const buttons = {
  value: (button) => setValue(button.dataset.value),
  undo: acts.undo,
  redo: acts.redo,
  fill: () => fill(),
  copy: () => navigator.clipboard.writeText(copied()),
  paste: () => paste.open(),
  details: () => acts.details(),
  all: () => selection.all(),
  keys: acts.keys,
  "next-reason": nextReason,
};

// --- Wiring ------------------------------------------------------------------

listen(table, selection, acts);

for (const bar of [part("tools"), part("status")]) {
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) buttons[button.dataset.do]?.(button);
  });
}

const inGrid = () => document.activeElement?.classList.contains("c") && table.contains(document.activeElement);
document.addEventListener("copy", (event) => {
  if (!inGrid()) return;
  event.clipboardData.setData("text/plain", copied());
  event.preventDefault();
});
document.addEventListener("paste", (event) => {
  if (!inGrid()) return;
  event.preventDefault();
  paste.take(event.clipboardData.getData("text/plain"));
});

let settling;
selection.addEventListener("selection", () => {
  status.selection(selection.ids);
  clearTimeout(settling);
  if (selection.ids.length > 1) settling = setTimeout(() => tell(status.selected), SETTLED);
  status.said("");
  panel.follow(selection.id);
  panel.offerForAll();
  if (cells.theirs.delete(selection.id)) view.paint([selection.id]);
  const claims = part("claims"); // only for who may enter them
  if (claims) claims.search = selection.ids.length <= 400 ? `?cells=${selection.ids.join(",")}` : ""; // an address has an end
});

cells.addEventListener("cells", ({ detail: { ids } }) => {
  view.paint(ids);
  view.count(ids);
  panel.sync();
  status.selection(selection.ids);
  status.saving();
  status.reasons(data.why_not ? 0 : view.matrix.flat().filter((id) => id !== null && cells.lacksReason(id)).length);
});

let stuck = ""; // how the line was, since all was last saved: only then is it news that all is
line.addEventListener("state", () => {
  status.saving();
  if (!STUCK.includes(line.state) || line.state === stuck) return;
  stuck = line.state;
  tell(status.savingTold);
});
line.addEventListener("saved", ({ detail: { ids } }) => {
  panel.refresh(ids);
  if (queue.size || !stuck) return;
  stuck = "";
  tell(words.say("all_saved"));
});
line.addEventListener("refused", () => {
  notices.draw();
  announce([...part("notices").querySelectorAll("b")].map((sentence) => sentence.textContent).join(" "));
});
line.addEventListener("access", () => {
  showAccess();
  notices.draw();
  if (cells.whyNot) announce(cells.whyNot);
});
line.addEventListener("answered", () => panel.complete());
line.addEventListener("gone", ({ detail: { edit } }) => notices.tellGone(edit));
line.addEventListener("others", ({ detail: { cells: told } }) => {
  const [{ id, who, talk, value = "" }] = told;
  const sentence = told.length === 1
    ? words.say(talk ? "talked" : "changed_one", { who, cell: view.title(id), value: words.value(value) })
    : words.say("changed_many", { who: [...new Set(told.map((cell) => cell.who))].join(", "), count: told.length });
  status.others(sentence);
  tell(sentence);
  panel.refresh(told.map((cell) => cell.id));
});

addEventListener("beforeunload", (event) => {
  if (queue.size && !queue.persisted) event.preventDefault();
});

part("form").addEventListener("submit", (event) => event.preventDefault());
part("tools").hidden = false;
if (matchMedia("(max-width: 767px)").matches) part("marks").open = false; // the cells come first there
document.getElementById("to-grid").addEventListener("click", (event) => {
  event.preventDefault();
  selection.go(selection.at, { extend: true });
});
showAccess();
cells.changed([]);
line.start();
queue.adopt(
  (id) => cells.saved.has(id),
  (ids) => {
    say("adopted", { count: ids.length });
    cells.changed(ids);
    notices.draw();
    line.send();
  },
);

// What other scripts of the page may use: the chosen cells, and a look at what they changed.
table.grid = { selection: () => selection.ids, refresh: () => line.poll() };
table.dataset.ready = "";
