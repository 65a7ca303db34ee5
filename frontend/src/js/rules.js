// Rules are put in order by dragging; the buttons do the same by keyboard and without this.
export function orderByDragging() {
  let dragged = null;
  const row = (event) => event.target.closest?.(".rule[data-place]");
  document.addEventListener("dragstart", (event) => {
    dragged = row(event);
    dragged?.classList.add("dragged");
  });
  document.addEventListener("dragover", (event) => {
    const over = row(event);
    if (!dragged || !over) return;
    event.preventDefault();
    unmark();
    over.classList.add("over");
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    unmark();
  });
  document.addEventListener("drop", (event) => {
    const over = row(event);
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const button = over.closest("form").querySelector("[data-moves]");
    button.value = `move:${dragged.dataset.place}:${over.dataset.place}`;
    // Not requestSubmit: htmx sends along the button that was clicked.
    button.click();
  });
}

function unmark() {
  for (const row of document.querySelectorAll(".rule.over")) row.classList.remove("over");
}
