// What keys and the pointer do in the grid. Letters and digits act only while a cell has the focus.

const VALUES = {
  1: "available", 2: "partially_available", 3: "not_available", 0: "", 9: "not_applicable",
  "-": "not_applicable", "–": "not_applicable", Delete: "", Backspace: "",
};
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Return the Latin letter of a key, also where the keyboard writes another script. */
export function letter(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return /^Key[A-Z]$/.test(event.code) ? event.code[3].toLowerCase() : "";
}

export function listen(table, selection, acts) {
  table.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("c") || event.altKey || event.isComposing) return;
    const handled = event.ctrlKey || event.metaKey ? withControl(event, selection, acts) : plain(event, selection, acts);
    if (handled) event.preventDefault();
  });
  table.addEventListener("focusin", (event) => {
    const id = event.target.classList.contains("c") ? Number(event.target.id.slice(2)) : selection.id;
    if (id !== selection.id) selection.goTo(id, { take: false }); // focused by a screen reader, say
  });
  document.addEventListener("keydown", (event) => {
    const act = { "?": acts.keys, "/": acts.find }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || document.activeElement !== document.body) return;
    event.preventDefault();
    act();
  });
  listenToPointer(table, selection, acts);
}

function plain(event, selection, acts) {
  const extend = event.shiftKey;
  const { key } = event;
  if (key in ARROWS) selection.move(ARROWS[key], { extend });
  else if (key === "Tab") return selection.next(extend ? -1 : 1);
  else if (key === "Home" || key === "End") selection.goToEnd(key === "End", { extend });
  else if (key === "PageUp" || key === "PageDown") selection.page(key === "PageUp" ? -1 : 1, { extend });
  else if (key in VALUES) return event.repeat || acts.set(VALUES[key]) || true; // a key held down sets once
  else if (key === "Enter") acts.details();
  else if (key === "Escape") acts.leave();
  else if (key === " " && extend) selection.line({ row: selection.at[0] });
  else if (key === " ") acts.choose();
  else if (key === "?") acts.keys();
  else if (key === "/" || (event.code === "Slash" && !extend)) acts.find();
  else return false;
  return true;
}

function withControl(event, selection, acts) {
  const extend = event.shiftKey;
  const { key } = event;
  if (key === "Home" || key === "End") selection.goToEnd(key === "End", { all: true, extend });
  else if (key in ARROWS) jump(selection, ARROWS[key], extend);
  else if (key === " ") selection.line({ column: selection.at[1] });
  else if (letter(event) === "a") selection.all();
  else if (letter(event) === "z") acts[extend ? "redo" : "undo"]();
  else if (letter(event) === "y") acts.redo();
  else if (letter(event) === "d") acts.fill("down");
  else if (letter(event) === "r" && selection.ids.length > 1) acts.fill("right");
  else return false; // copy and paste come as events of the clipboard
  return true;
}

function jump(selection, [down, right], extend) {
  const { matrix } = selection.view;
  const [row, column] = selection.at;
  const target = [down ? (down > 0 ? matrix.length - 1 : 0) : row, right ? (right > 0 ? matrix[row].length - 1 : 0) : column];
  if (matrix[target[0]][target[1]] !== null) selection.go(target, { extend });
}

/** Select the row or column whose heading was clicked. */
function selectLine(event, selection) {
  const head = event.target.closest?.("th[data-year], th[data-indicator]");
  if (!head) return;
  const { view } = selection;
  const [row, column] = [view.rowHeads, view.columnHeads].map((heads) => heads.findIndex(({ th }) => th === head));
  selection.line(row === -1 ? { column } : { row });
}

function listenToPointer(table, selection, acts) {
  let dragging = false;
  const cellOf = (event) => event.target.closest?.(".c[id]");
  const idOf = (td) => Number(td.id.slice(2));
  table.addEventListener("pointerdown", (event) => {
    const td = cellOf(event);
    if (!td || event.button !== 0 || event.target.closest("input, a")) return;
    dragging = event.pointerType === "mouse";
    if (dragging) event.preventDefault(); // no text is selected meanwhile
    if (dragging) selection.goTo(idOf(td), { extend: event.shiftKey });
  });
  table.addEventListener("pointerover", (event) => {
    const td = dragging && event.buttons & 1 && cellOf(event);
    if (td && idOf(td) !== selection.id) selection.goTo(idOf(td), { extend: true });
  });
  addEventListener("pointerup", () => (dragging = false));
  table.addEventListener("click", (event) => {
    const td = cellOf(event);
    if (!td) selectLine(event, selection);
    if (!td || event.target.closest("input, a")) return;
    const again = document.activeElement === td;
    if (event.pointerType !== "mouse") selection.goTo(idOf(td));
    if (event.pointerType !== "mouse" && (again || matchMedia("(max-width: 767px)").matches)) acts.details({ take: false });
  });
  table.addEventListener("dblclick", (event) => cellOf(event) && acts.details());
}
