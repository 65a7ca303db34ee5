// Menus are <details>; one is open at a time, and a click elsewhere or Escape closes it.
export function closeMenus() {
  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.menu");
    for (const menu of openMenus()) {
      if (menu !== inside) menu.open = false;
      else if (event.target.closest("[data-closes]")) leave(menu);
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      leave(menu);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      walk(menu, event);
    }
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
}

function openMenus() {
  return document.querySelectorAll("details.menu[open]");
}

function leave(menu) {
  menu.open = false;
  menu.querySelector("summary").focus({ preventScroll: true });
}

function walk(menu, event) {
  const entries = [...menu.querySelectorAll("summary, .menu-list a, .menu-list button, .menu-list input")];
  const here = entries.indexOf(event.target);
  if (here < 0 || event.target.matches("input")) return;
  event.preventDefault();
  const step = event.key === "ArrowDown" ? 1 : -1;
  entries[(here + step + entries.length) % entries.length].focus();
}
