// "Copy link" and "Copy" of a sample; the button itself says that it worked.
const SAID_FOR_MS = 2000;

export function copyOnClick() {
  if (!navigator.clipboard) return;
  revealButtons(document);
  document.addEventListener("htmx:afterSwap", () => revealButtons(document));
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = button.dataset.copy && document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source ? source.textContent : location.href);
    say(button, button.dataset.copied);
  });
}

function revealButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

function say(button, words) {
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = words;
  setTimeout(() => (label.textContent = before), SAID_FOR_MS);
}
