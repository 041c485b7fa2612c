// Comments on a row of the review without leaving it: what was marked and typed there stays. Without this script the
// row's link leads to its comments, in a window of their own.

const dialog = document.getElementById("review-say");

/** Ask for a comment on a change. */
export function commentOn(change) {
  const link = change.querySelector(".say a");
  if (!dialog || !link) return;
  const form = dialog.querySelector("form");
  form.action = link.href;
  part("row").textContent = change.querySelector("h2 a").textContent;
  part("problem").textContent = "";
  dialog.change = change;
  dialog.showModal();
}

const part = (name) => dialog.querySelector(`[data-part=${name}]`);

/** Return what stands against a comment that was sent, or "" if it is kept. */
async function send(form) {
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  } catch {
    return part("problem").dataset.lost;
  }
  if (answer.redirected) return answer.url === form.action ? "" : part("problem").dataset.signedOut;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const told = [...page.querySelectorAll(".messagelist li")].map((message) => message.textContent.trim());
  return told.join(" ") || page.querySelector("h1")?.textContent || String(answer.status);
}

function showKept(change, text) {
  const said = document.createElement("p");
  said.className = "by";
  said.textContent = `${part("kept").textContent} ${text}`;
  change.querySelector(".say").before(said);
}

dialog?.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  const problem = await send(form);
  button.disabled = false;
  part("problem").textContent = problem;
  if (problem) return;
  showKept(dialog.change, form.elements.text.value);
  form.reset();
  dialog.close();
});

dialog?.querySelector("[data-do=close]").addEventListener("click", () => dialog.close());
dialog?.addEventListener("close", () => dialog.change?.focus());
