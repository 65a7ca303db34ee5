// The days of a trend one by one: with the pointer, a finger or the arrow keys; the words come from its own table.
const tables = new WeakMap();

function prepare() {
  for (const plot of document.querySelectorAll("[data-trend]")) if (!tables.has(plot)) watch(plot);
}

function watch(plot) {
  const table = plot.parentElement.querySelector("table");
  tables.set(plot, table);
  const days = [...table.tBodies[0].rows];
  const finder = make("div", "day-finder");
  const tip = make("div", "tip numbers");
  tip.hidden = true;
  finder.tabIndex = 0;
  finder.setAttribute("role", "slider");
  finder.setAttribute("aria-label", plot.dataset.name);
  finder.setAttribute("aria-valuemin", 1);
  finder.setAttribute("aria-valuemax", days.length);
  plot.querySelector(".plot-area").append(finder, tip);
  let at = days.length - 1;
  name(finder, days[at], at);

  const choose = (i) => {
    at = Math.min(days.length - 1, Math.max(0, i));
    name(finder, days[at], at);
    show(plot, tip, table, days, at);
  };
  const leave = () => {
    tip.hidden = true;
    for (const bar of plot.querySelectorAll(".chosen")) bar.classList.remove("chosen");
  };
  finder.addEventListener("pointermove", (event) => {
    const box = finder.getBoundingClientRect();
    choose(Math.floor(((event.clientX - box.left) / box.width) * days.length));
  });
  finder.addEventListener("pointerleave", leave);
  finder.addEventListener("focus", () => finder.matches(":focus-visible") && choose(at));
  finder.addEventListener("blur", leave);
  finder.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 };
    if (event.key === "Escape") leave();
    else if (event.key === "Home") choose(0);
    else if (event.key === "End") choose(days.length - 1);
    else if (event.key in steps) choose(at + steps[event.key]);
    else return;
    event.preventDefault();
  });
}

function name(finder, row, i) {
  finder.setAttribute("aria-valuenow", i + 1);
  finder.setAttribute("aria-valuetext", [...row.cells].map((cell) => cell.textContent).join(", "));
}

function show(plot, tip, table, days, i) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const [day, ...values] = [...days[i].cells].map((cell) => cell.textContent);
  const list = make("dl");
  values.forEach((value, n) => list.append(make("dt", "", heads[n + 1]), make("dd", "", value)));
  tip.replaceChildren(make("b", "", day), list);
  tip.hidden = false;
  const width = plot.querySelector(".plot-area").clientWidth;
  const middle = ((i + 0.5) / days.length) * width;
  const left = middle + 14 + tip.offsetWidth <= width ? middle + 14 : middle - 14 - tip.offsetWidth;
  tip.style.left = `${Math.max(0, left)}px`;
  plot.querySelectorAll(".column").forEach((bar, n) => bar.classList.toggle("chosen", n === i));
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

prepare();
document.addEventListener("htmx:afterSwap", prepare);
