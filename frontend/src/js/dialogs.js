// A dialog's form takes the focus when it opens. Not by autofocus: what a filter swaps in would ask for it at once.
export function focusForms() {
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.newState === "open" && event.target.matches(".dialog")) event.target.querySelector("[data-first]")?.focus();
    },
    true,
  );
}
