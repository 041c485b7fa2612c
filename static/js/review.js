// Moves through the changes that wait and marks them by keys. Without it the page is a plain form.

import { letter } from "./grid/keys.js";
import { commentOn } from "./review_comment.js";

const list = document.getElementById("changes");
const keys = document.getElementById("review-keys");
const changes = [...list.querySelectorAll(".change")];

const typing = (target) => target.matches("textarea, select, input:not([type=radio])");

/** Give the focus to the change that lies `by` places after this one; at either end it stays. */
function move(from, by) {
  const next = changes[Math.min(Math.max(changes.indexOf(from) + by, 0), changes.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function mark(change, what) {
  const radio = change.querySelector(`input[type=radio][value=${what}]`);
  if (!radio) return false;
  radio.checked = true;
  return true;
}

const acts = {
  n: (change) => move(change, 1),
  p: (change) => move(change, -1),
  c: commentOn,
  a: (change) => mark(change, "approve") && move(change, 1),
  l: (change) => mark(change, "leave") && move(change, 1),
  r: (change) => mark(change, "return") && change.querySelector(".why input").focus(),
};

function open(change) {
  const behind = change.querySelector("details");
  if (behind) behind.open = !behind.open;
}

list.addEventListener("keydown", (event) => {
  const change = event.target.closest(".change");
  if (!change || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape" || event.key === "Enter") {
      event.preventDefault(); // Enter in a reason must not decide on everything
      change.focus();
    }
    return;
  }
  const act = acts[letter(event)];
  if (act) act(change);
  else if (event.key === "?") keys.showModal();
  else if (event.key === "Enter" && event.target === change) open(change);
  else return;
  event.preventDefault();
});

list.addEventListener("input", (event) => {
  if (event.target.matches(".why input") && event.target.value) mark(event.target.closest(".change"), "return");
});

for (const button of document.querySelectorAll("[data-do=keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
}
keys.querySelector("[data-do=close-keys]").addEventListener("click", () => keys.close());
if (!location.hash && !document.querySelector(".errbox")) changes[0]?.focus({ preventScroll: true });
list.dataset.ready = "";
