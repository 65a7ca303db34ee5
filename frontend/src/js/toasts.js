// What was done is said once, lower left, for six seconds; the time stands still while somebody reads it.
const SHOWN_FOR_MS = 6000;

export function showToasts() {
  for (const toast of document.querySelectorAll(".toast[role=status]")) dismissLater(toast);
}

function dismissLater(toast) {
  let timer = null;
  const start = () => (timer = setTimeout(() => toast.remove(), SHOWN_FOR_MS));
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, start);
  const close = toast.querySelector("button[data-close]");
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
  start();
}
