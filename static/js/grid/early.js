// Before the page is drawn: says that scripts run. Should the grid's script not arrive, the plain form comes back.
document.documentElement.classList.add("js");
window.addEventListener(
  "error",
  (event) => {
    if (event.target.tagName !== "SCRIPT") return;
    document.documentElement.classList.remove("js");
    for (const held of document.querySelectorAll("#grid-form noscript")) held.outerHTML = held.textContent;
  },
  true,
);
