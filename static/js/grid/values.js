// The spellings of values that spreadsheets hold, in English and Russian, as words, symbols or the grid's own keys.
// What means one thing to one person and another to the next is listed as ambiguous: a paste asks.

const SPELLINGS = {
  available: "available, fully available, full, yes, y, 1, a, +, ●, ⬤, ✓, ✔, ☑, ✅, доступно, доступны, доступна, доступен, имеется, имеются, есть, да, полностью",
  partially_available: "partially available, partially, partial, partly, partly available, in part, p, 2, ±, ~, ◐, ◑, частично доступно, частично доступны, частично, частично имеется, частично имеются, неполностью, неполные",
  not_available: "not available, unavailable, none, no, n, no data, 3, ✕, ✖, ✗, ✘, ×, ❌, недоступно, недоступны, не доступно, не доступны, нет, нет данных, отсутствует, отсутствуют, не имеется",
  not_applicable: "not applicable, 9, не применимо, неприменимо, не применяется, н/п, нп",
  "": "not assessed, unassessed, ◌, ○, не оценено, не оценены, не оценивалось, не оценена",
};
const AMBIGUOUS = "0, n/a, n.a, n a, na, -, --, –, —, ?, ..., н/д, нд, x, х".split(", ");

/** Return text without what spellings differ in: case, width of letters, spaces, a full stop at its end. */
export function folded(text) {
  return text.normalize("NFKC").toLowerCase().replaceAll("ё", "е").replace(/[\s\u00a0]+/g, " ").trim().replace(/\.$/, "");
}

/** Tell whether a folded spelling may mean several values. */
export function isAmbiguous(spelling) {
  return AMBIGUOUS.includes(spelling);
}

/** Return a Map of folded spelling → value; `labels` are the words of the page's own language. */
export function spellings(labels = {}) {
  const known = new Map();
  for (const [value, words] of Object.entries(SPELLINGS)) {
    for (const word of words.split(", ")) known.set(folded(word), value);
  }
  for (const [value, word] of Object.entries(labels)) known.set(folded(word), value === "not_assessed" ? "" : value);
  return known;
}
