// When a filter swaps the report: the switches keep their side, the focus stays on the filter, the title follows.
const chosen = new Map();
let focused = null;

export function keepPlace() {
  document.addEventListener("change", (event) => {
    if (event.target.matches(".segmented input[type=radio]")) chosen.set(event.target.name, event.target.id);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig?.elt.hasAttribute("data-polls") && isBusy()) event.detail.shouldSwap = false;
    focused = document.activeElement?.closest("details.menu")?.querySelector("summary")?.id ?? null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of chosen.values()) {
      const radio = document.getElementById(id);
      if (radio) radio.checked = true;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  });
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => showTrouble(event.detail.elt));
  }
}

// What comes in by itself waits while a menu is open, a day is being looked at or words are marked.
function isBusy() {
  const looking = document.querySelector("details.menu[open], .tip:not([hidden])");
  return Boolean(looking) || !document.getSelection().isCollapsed;
}

// The page behind the link says what is wrong better than a broken swap would.
function showTrouble(element) {
  const link = element.closest("a[href]");
  if (link) location.assign(link.href);
}
