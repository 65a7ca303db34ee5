// The days of a trend that the server has drawn; the words come from its own table.
import { findPoints } from "./js/plots/finder.js";

const known = new WeakSet();

function prepare() {
  for (const plot of document.querySelectorAll("[data-trend]")) if (!known.has(plot)) watch(plot);
}

function watch(plot) {
  known.add(plot);
  const table = plot.parentElement.querySelector("table");
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const days = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent));
  findPoints(plot.querySelector(".plot-area"), {
    label: plot.dataset.name,
    count: days.length,
    words: (i) => ({ title: days[i][0], lines: days[i].slice(1).map((value, n) => [heads[n + 1], value]) }),
    choose: (i) => plot.querySelectorAll(".column").forEach((bar, n) => bar.classList.toggle("chosen", n === i)),
  });
}

prepare();
document.addEventListener("htmx:afterSwap", prepare);
