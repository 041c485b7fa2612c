// Where things are: the arithmetic of selections, of movement, and of where a pasted block goes. Pure functions.
// A matrix holds rows of cell ids, null outside an indicator's span. A place is [row, column].

import { folded, isAmbiguous } from "./values.js";

/** Return {top, left, bottom, right} between two places. */
export function rectangle([row, column], [otherRow, otherColumn]) {
  return {
    top: Math.min(row, otherRow),
    bottom: Math.max(row, otherRow),
    left: Math.min(column, otherColumn),
    right: Math.max(column, otherColumn),
  };
}

/** Return the ids of the cells in a rectangle. */
export function idsIn(matrix, { top, left, bottom, right }) {
  return matrix.slice(top, bottom + 1).flatMap((row) => row.slice(left, right + 1)).filter((id) => id !== null);
}

/** Return the next place that has a cell, `by` rows and columns on; the same place where there is none. */
export function step(matrix, [row, column], [down, right]) {
  let [r, c] = [row + down, column + right];
  while (matrix[r]?.[c] === null) [r, c] = [r + Math.sign(down), c + Math.sign(right)];
  return matrix[r]?.[c] === undefined ? [row, column] : [r, c];
}

/** Return the place of the first or last cell of the given rows. */
export function end(matrix, rows, last) {
  const order = last ? [...rows].reverse() : rows;
  for (const row of order) {
    const filled = (id) => id !== null;
    const column = last ? matrix[row].findLastIndex(filled) : matrix[row].findIndex(filled);
    if (column !== -1) return [row, column];
  }
  return null;
}

/** Return the next (or previous) cell in reading order, or null after the last. */
export function following(matrix, [row, column], direction) {
  let [r, c] = [row, column];
  while (matrix[r]) {
    c += direction;
    if (c < 0 || c >= matrix[r].length) {
      r += direction;
      if (!matrix[r]) return null;
      c = direction > 0 ? 0 : matrix[r].length - 1;
    }
    if (matrix[r][c] !== null) return [r, c];
  }
  return null;
}

/**
 * Return where each text of a pasted block goes: {targets: [{id, value, from: [row, column] of the block}], problems: [{kind, text, id, row, column}],
 * blanks, byHeadings}. `known` is a Map of folded spelling → value, or null where it leaves a cell as it is. `grid` is {matrix, rowHeads, columnHeads}; a head is {year} or {title}. The block is placed by
 * the years or titles named in its first rows and columns, in either orientation, or else from the place `at`.
 * One text fills a whole `selection`.
 */
export function place(rows, grid, { at, selection, known }) {
  const found = { targets: [], problems: [], blanks: 0, byHeadings: false };
  const single = rows.length === 1 && rows[0].length === 1;
  if (single && selection) {
    const ids = idsIn(grid.matrix, selection);
    const read = readValue(rows[0][0], known);
    if (read.problem) found.problems.push({ kind: read.problem, text: rows[0][0], row: 1, column: 1 });
    else if (read.value !== null) found.targets = ids.map((id) => ({ id, value: read.value, from: [0, 0] }));
    return found;
  }
  const map = headings(rows, grid, at) ?? positions(at);
  found.byHeadings = map.byHeadings;
  found.problems.push(...map.problems);
  rows.forEach((texts, r) => {
    if (map.headRows.has(r)) return;
    texts.forEach((text, c) => {
      if (map.headColumns.has(c)) return;
      const read = readValue(text, known);
      if (read.value === null) found.blanks += 1;
      if (read.value === null || map.unnamed(r, c)) return;
      const [row, column] = map.to(r, c);
      const id = grid.matrix[row]?.[column] ?? null;
      const kind = id === null ? "outside" : read.problem;
      if (kind) found.problems.push({ kind, text, id, row: r + 1, column: c + 1 });
      else found.targets.push({ id, value: read.value, from: [r, c] });
    });
  });
  return found;
}

function readValue(text, known) {
  const word = folded(text);
  if (word === "") return { value: null };
  if (text.trim().startsWith("=")) return { problem: "formula" };
  if (known.has(word)) return { value: known.get(word) };
  return { problem: isAmbiguous(word) ? "ambiguous" : "unknown" };
}

function positions([row, column]) {
  return {
    byHeadings: false,
    headRows: new Set(),
    headColumns: new Set(),
    problems: [],
    unnamed: () => false,
    to: (r, c) => [row + r, column + c],
  };
}

const HEADS = 3; // of a block's first rows and columns that may be headings

/** Return how the block's own headings place it, or null where it has none. What they do not name starts at `at`. */
function headings(rows, grid, at) {
  const width = Math.max(...rows.map((row) => row.length));
  const columns = [...Array(width).keys()].map((c) => rows.map((row) => row[c] ?? ""));
  const heads = { rows: index(grid.rowHeads), columns: index(grid.columnHeads) };
  const top = bestLine(rows, heads);
  const left = bestLine(columns, heads);
  if (!top && !left) return null;
  if (top && left && top.axis === left.axis) weaker(top, left, rows.length).axis = null;
  const byTop = top?.axis ? top : null;
  const byLeft = left?.axis ? left : null;
  return placed(rows, columns, grid, at, byTop ?? unread(rows, byLeft), byLeft ?? unread(columns, byTop));
}

/** Return which of two lines that name the same kind of thing is no heading after all; one row alone has none above. */
function weaker(top, left, height) {
  if (height === 1) return top;
  if (top.count !== left.count) return top.count > left.count ? left : top;
  return top.axis === "rows" ? top : left; // rows are named at the left
}

/** Return the line before the first that `across` names, if it holds headings that nobody understands, else null. */
function unread(lines, across) {
  if (!across) return null;
  const first = across.places.findIndex((place) => place !== null);
  const at = lines.slice(0, first).findLastIndex((line) => line.some((text, n) => n > across.at && folded(text) !== ""));
  if (at === -1) return null;
  return { at, axis: across.axis === "rows" ? "columns" : "rows", count: 0, places: lines[at].map(() => null) };
}

/** Return the line, among the first ones, that names most of the grid's years or titles: {at, axis, count, places}. */
function bestLine(lines, heads) {
  let best = null;
  lines.slice(0, HEADS).forEach((line, at) => {
    for (const axis of ["rows", "columns"]) {
      const places = line.map((text) => heads[axis].get(folded(text)) ?? heads[axis].get(yearIn(text)) ?? null);
      const count = places.filter((found) => found !== null).length;
      if (count > (best?.count ?? 0)) best = { at, axis, count, places };
    }
  });
  return best;
}

/** Return the year that a heading such as “2018 г.”, “2018.0” or “2018*” means, or "". */
function yearIn(text) {
  return /^\s*((?:19|20)\d\d)(?:[.,]0+)?\D{0,6}$/.exec(text)?.[1] ?? "";
}

function index(heads) {
  return new Map(heads.map((head, at) => [folded(String(head.year ?? head.title)), at]));
}

function placed(rows, columns, grid, [atRow, atColumn], top, left) {
  const headRows = new Set(top ? [...Array(top.at + 1).keys()] : []);
  const headColumns = new Set(left ? [...Array(left.at + 1).keys()] : []);
  const turned = top?.axis === "rows" || left?.axis === "columns"; // the block lies across the grid as it is seen
  const firstRow = rows.findIndex((_row, r) => !headRows.has(r));
  const firstColumn = columns.findIndex((_column, c) => !headColumns.has(c));
  const alongTop = (c) => (top ? top.places[c] : (turned ? atRow : atColumn) + c - firstColumn);
  const alongLeft = (r) => (left ? left.places[r] : (turned ? atColumn : atRow) + r - firstRow);
  const problems = [];
  const strange = (line, places, skip, tell) =>
    line.forEach((text, at) => {
      if (skip.has(at) || places[at] !== null || folded(text) === "") return;
      if (tell.values(at).some((value) => folded(value) !== "")) problems.push({ kind: tell.kind, text, ...tell.place(at) });
    });
  const kindOf = (head) => (head.axis === "rows" ? grid.rowHeads : grid.columnHeads)[0].year ? "year" : "header";
  if (top) {
    strange(rows[top.at], top.places, headColumns, {
      kind: kindOf(top),
      values: (c) => columns[c].filter((_text, r) => !headRows.has(r)),
      place: (c) => ({ row: top.at + 1, column: c + 1 }),
    });
  }
  if (left) {
    strange(columns[left.at], left.places, headRows, {
      kind: kindOf(left),
      values: (r) => rows[r].filter((_text, c) => !headColumns.has(c)),
      place: (r) => ({ row: r + 1, column: left.at + 1 }),
    });
  }
  return {
    byHeadings: true,
    headRows,
    headColumns,
    problems,
    unnamed: (r, c) => alongTop(c) === null || alongLeft(r) === null || alongTop(c) === undefined,
    to: (r, c) => (turned ? [alongTop(c), alongLeft(r)] : [alongLeft(r), alongTop(c)]),
  };
}
