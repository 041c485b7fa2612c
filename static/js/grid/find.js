// Finds an indicator by words of its title.

import { folded } from "./values.js";

export function findBy(form, view, selection, words, say) {
  const input = form.querySelector("input");
  const inRows = view.rowHeads[0]?.title !== undefined;
  const heads = inRows ? view.rowHeads : view.columnHeads;
  let found = [];
  let number = 0;
  form.hidden = false;

  const place = (at) => (inRows ? [at, selection.at[1]] : [selection.at[0], at]);
  const mark = (at) => {
    for (const head of heads) head.th.classList.remove("found");
    if (at === undefined) return;
    heads[at].th.classList.add("found");
    heads[at].th.scrollIntoView({ block: "center", inline: "nearest" });
  };
  const show = () => {
    mark(found[number]);
    if (!input.value.trim()) return;
    if (found.length) say("found", { number: number + 1, count: found.length, title: heads[found[number]].title });
    else say("not_found");
  };
  input.addEventListener("input", () => {
    const wanted = folded(input.value).split(" ");
    found = heads.flatMap((head, at) => (input.value.trim() && wanted.every((word) => folded(head.title).includes(word)) ? [at] : []));
    number = 0;
    show();
  });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) {
      event.preventDefault();
      number = (number + by + found.length) % found.length;
      show();
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = "";
      found = [];
      mark();
      selection.go(selection.at, { take: true });
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!found.length) return;
    const [row, column] = place(found[number]);
    mark();
    selection.go(view.matrix[row][column] === null ? [row, view.matrix[row].findLastIndex((id) => id !== null)] : [row, column]);
  });
  return () => {
    input.focus();
    input.select();
  };
}
