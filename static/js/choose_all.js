// A box at the head of a list ticks all boxes of one name; without scripts it is not there.
for (const head of document.querySelectorAll("[data-chooses]")) {
  head.hidden = false;
  head.addEventListener("change", () => {
    for (const box of document.getElementsByName(head.dataset.chooses)) box.checked = head.checked;
  });
}
