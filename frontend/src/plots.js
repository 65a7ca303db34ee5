// Draws every [data-plot] with ECharts. A page that has one loads this bundle; other pages never see it.
//
//   <div data-plot="multiples" data-source="ID of a json_script" data-table="ID of a table">…boxes of fixed height…</div>
//
// Each kind's file says what data it takes. The table is what is shown without scripts, what screen readers read, and where the words of a point come from.
import { forgetGone } from "./js/plots/engine.js";
import { drawMultiples } from "./js/plots/multiples.js";

const KINDS = { multiples: drawMultiples };
const known = new WeakSet();

function prepare() {
  forgetGone();
  for (const element of document.querySelectorAll("[data-plot]")) {
    if (known.has(element)) continue;
    known.add(element);
    KINDS[element.dataset.plot](element, JSON.parse(document.getElementById(element.dataset.source).textContent));
  }
}

// Labels are measured when they are drawn, so the font must be there.
document.fonts.ready.then(() => {
  prepare();
  document.addEventListener("htmx:afterSwap", prepare);
});
