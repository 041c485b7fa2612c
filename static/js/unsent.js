// Tells on every page which changes of a section still wait in this browser, and leads to the page that sends them.

const PAUSE = 1_000; // milliseconds: what another window is just sending is gone by then
const strip = document.getElementById("unsent");
const place = `grid:${strip.dataset.person}:`;

/** Return {address: {title, count}} of the sections with changes that wait, but for the one shown here. */
function waiting() {
  const found = {};
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(place))) {
    const { address, title, edits = [] } = read(key);
    if (!address?.startsWith("/") || address === location.pathname) continue;
    found[address] ??= { title, count: 0 };
    found[address].count += edits.length;
  }
  return found;
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {}; // not ours
  }
}

function draw() {
  const links = Object.entries(waiting()).map(([address, { title, count }]) => {
    const link = document.createElement("a");
    Object.assign(link, { href: address, className: "btn small", textContent: `${title} (${count})` });
    return link;
  });
  strip.querySelector(".actions").replaceChildren(...links);
  strip.hidden = !links.length;
}

let later;
function look() {
  clearTimeout(later);
  later = setTimeout(draw, PAUSE);
}

try {
  if (Object.keys(localStorage).length) draw();
  addEventListener("storage", look);
} catch {
  // a browser that keeps nothing has nothing to tell
}
