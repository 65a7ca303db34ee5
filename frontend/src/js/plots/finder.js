// The points of a plot one by one: with the pointer, a finger or the arrow keys. What is said comes from the page's own
// words: `words(i)` gives {title, lines: [[name, value], …]}, `choose(i)` marks a point (−1: none), `follow(i)` opens it.
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 };

export function findPoints(area, { label, count, words, choose = () => {}, follow = null }) {
  const finder = make("div", "day-finder");
  const tip = make("div", "tip numbers");
  tip.hidden = true;
  finder.tabIndex = 0;
  finder.setAttribute("role", "slider");
  finder.setAttribute("aria-label", label);
  finder.setAttribute("aria-valuemin", 1);
  finder.setAttribute("aria-valuemax", count);
  area.append(finder, tip);
  let at = count - 1;
  say(finder, words(at), at);

  const show = (i) => {
    at = Math.min(count - 1, Math.max(0, i));
    say(finder, words(at), at);
    open(area, tip, words(at), at, count);
    choose(at);
  };
  const leave = () => {
    tip.hidden = true;
    choose(-1);
  };
  const pointed = (event) => {
    const box = finder.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * count);
  };
  finder.addEventListener("pointermove", (event) => show(pointed(event)));
  finder.addEventListener("pointerleave", leave);
  finder.addEventListener("focus", () => finder.matches(":focus-visible") && show(at));
  finder.addEventListener("blur", leave);
  finder.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(count - 1);
    else if (event.key === "Enter" && follow) follow(at);
    else if (event.key in STEPS) show(at + STEPS[event.key]);
    else return;
    event.preventDefault();
  });
  if (follow) {
    finder.classList.add("leads-on");
    finder.addEventListener("click", (event) => follow(Math.min(count - 1, Math.max(0, pointed(event)))));
  }
}

function say(finder, { title, lines }, i) {
  finder.setAttribute("aria-valuenow", i + 1);
  finder.setAttribute("aria-valuetext", [title, ...lines.map(([name, value]) => `${name} ${value}`)].join(", "));
}

function open(area, tip, { title, lines }, i, count) {
  const list = make("dl");
  for (const [name, value] of lines) list.append(make("dt", "", name), make("dd", "", value));
  tip.replaceChildren(make("b", "", title), list);
  tip.hidden = false;
  const width = area.clientWidth;
  const middle = ((i + 0.5) / count) * width;
  const right = middle + 14 + tip.offsetWidth <= width;
  // Beside the point where there is room for it, else over the plot, never off the screen.
  const left = right ? middle + 14 : Math.max(0, middle - 14 - tip.offsetWidth);
  const most = document.documentElement.clientWidth - 8 - area.getBoundingClientRect().left - tip.offsetWidth;
  tip.style.left = `${Math.min(left, most)}px`;
}

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
