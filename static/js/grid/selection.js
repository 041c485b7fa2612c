// Which cells are chosen: a rectangle between an anchor and the current cell.

import { end, following, idsIn, rectangle, step } from "./places.js";

/** Event `selection` once it changed. */
export class Selection extends EventTarget {
  constructor(view) {
    super();
    this.view = view;
    const first = end(view.matrix, [...view.matrix.keys()], false) ?? [0, 0];
    this.anchor = this.at = first;
    if (this.id !== undefined) view.focus(this.id, { take: false });
  }

  get id() {
    return this.view.matrix[this.at[0]]?.[this.at[1]];
  }

  get rectangle() {
    return rectangle(this.anchor, this.at);
  }

  get ids() {
    return idsIn(this.view.matrix, this.rectangle);
  }

  /** Go to a place; with `extend` the anchor stays, so that the selection grows. */
  go(place, { extend = false, take = true } = {}) {
    this.at = place;
    if (!extend) this.anchor = place;
    this.view.focus(this.id, { take });
    this.view.select(this.rectangle);
    this.dispatchEvent(new Event("selection"));
  }

  goTo(id, options) {
    const place = this.view.placeOf.get(id);
    if (place) this.go(place, options);
  }

  /** Select what spans the given cells. */
  span(ids) {
    const places = ids.map((id) => this.view.placeOf.get(id)).filter(Boolean);
    if (!places.length) return;
    const ends = [0, 1].map((axis) => places.map((place) => place[axis])).map((all) => [Math.min(...all), Math.max(...all)]);
    const [[top, bottom], [left, right]] = ends;
    const corners = [[[bottom, right], [top, left]], [[bottom, left], [top, right]], [[top, left], [bottom, right]], [[top, right], [bottom, left]]];
    const [anchor, at] = corners.find(([, [row, column]]) => this.view.matrix[row][column] !== null) ?? [places[0], places[0]];
    this.anchor = anchor;
    this.go(at, { extend: true });
  }

  /** Select all cells of a row, or of a column. */
  line({ row, column }) {
    const { matrix } = this.view;
    this.span(row === undefined ? matrix.map((cells) => cells[column]) : matrix[row]);
  }

  move(by, options) {
    this.go(step(this.view.matrix, this.at, by), options);
  }

  /** Go to the first or last cell of the row or, with `all`, of the grid. */
  goToEnd(last, { all, ...options }) {
    const rows = all ? [...this.view.matrix.keys()] : [this.at[0]];
    this.go(end(this.view.matrix, rows, last) ?? this.at, options);
  }

  page(direction, options) {
    const rows = Math.max(1, Math.floor(innerHeight / 2 / (this.view.byId.get(this.id).offsetHeight || 34)));
    const row = Math.min(Math.max(this.at[0] + direction * rows, 0), this.view.matrix.length - 1);
    const place = [row, this.at[1]];
    this.go(this.view.matrix[row][this.at[1]] === null ? step(this.view.matrix, place, [direction, 0]) : place, options);
  }

  /** Go to the next or previous cell in reading order; return false where there is none. */
  next(direction) {
    const place = following(this.view.matrix, this.at, direction);
    if (place) this.go(place);
    return Boolean(place);
  }

  all() {
    const { matrix } = this.view;
    this.anchor = [0, 0];
    this.at = end(matrix, [...matrix.keys()], true) ?? this.at;
    this.anchor = [0, 0];
    const rest = [matrix.length - 1, Math.max(...matrix.map((row) => row.length)) - 1];
    this.view.select(rectangle(this.anchor, rest));
    this.go(this.at, { extend: true });
  }

  single() {
    this.go(this.at);
  }
}
