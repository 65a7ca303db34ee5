// A page that looks for news by itself: only while it is seen, not paused, and nobody reads in its table.
let paused = false;

export function lookLive() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pauses]");
    if (!button) return;
    paused = !paused;
    showState(button);
    if (!paused) look();
  });
  document.addEventListener("htmx:afterSwap", revealPause);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  revealPause();
  schedule();
}

function schedule() {
  const live = document.querySelector("[data-live]");
  setTimeout(() => {
    look();
    schedule();
  }, Number(live?.dataset.live ?? 5000));
}

function look() {
  const live = document.querySelector("[data-live]");
  if (!live || paused || document.hidden || isRead()) return;
  live.dispatchEvent(new CustomEvent("look"));
}

// Rows must not slip away under a pointer, a focus, or from where somebody has scrolled to.
function isRead() {
  const stream = document.getElementById("stream");
  if (!stream) return false;
  return stream.matches(":hover") || stream.contains(document.activeElement) || stream.getBoundingClientRect().top < -200;
}

function revealPause() {
  const button = document.querySelector("[data-pauses]");
  if (!button) return;
  button.hidden = false;
  showState(button);
}

function showState(button) {
  button.setAttribute("aria-pressed", String(paused));
  button.querySelector("span").textContent = paused ? button.dataset.off : button.dataset.on;
}
