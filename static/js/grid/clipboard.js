// Tab-separated text, as Excel, LibreOffice and Google Sheets put cells on the clipboard.

const LONGEST = 300; // letters of one cell that are read; a value or a title is shorter

/**
 * Return {rows, more}: at most `maxRows` rows of at most `maxColumns` texts, and how many lines are left unread.
 * A field in quotes may hold tabs, line ends and doubled quotes. Only what is wanted is read, whatever the size.
 */
export function parse(text, maxRows, maxColumns) {
  const rows = [];
  let at = 0;
  while (at < text.length && rows.length < maxRows) {
    const row = [];
    let ended = false;
    while (!ended) {
      const field = readField(text, at);
      if (row.length < maxColumns) row.push(field.text.slice(0, LONGEST));
      ended = text[field.end] !== "\t";
      at = field.end + 1;
    }
    if (text[at - 1] === "\r" && text[at] === "\n") at += 1;
    rows.push(row);
  }
  return { rows, more: linesFrom(text, at) };
}

function readField(text, start) {
  if (text[start] === '"') {
    let close = start;
    do close = text.indexOf('"', close + 1);
    while (close !== -1 && text[close + 1] === '"' && (close += 1));
    const after = text[close + 1];
    if (close !== -1 && (after === undefined || after === "\t" || after === "\n" || after === "\r")) {
      return { text: text.slice(start + 1, close).replaceAll('""', '"'), end: close + 1 };
    } // a lone quote is a letter like any other
  }
  let end = start;
  while (end < text.length && text[end] !== "\t" && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { text: text.slice(start, end), end };
}

function linesFrom(text, at) {
  let lines = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    lines += 1;
    if (end === -1) break;
    at = end + 1;
  }
  return lines;
}

/** Return rows of texts as tab-separated text; what would be taken for a border is quoted. */
export function format(rows) {
  const field = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join("\t")).join("\r\n");
}
