// Colours and fonts as the styles say, resolved for the theme that is shown now.
export function readTokens(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const tokens = {
    channel: colour("--channel"),
    surface: colour("--surface"),
    text: colour("--text"),
    faint: colour("--faint"),
    grid: colour("--grid"),
    edge: colour("--edge"),
    font: getComputedStyle(document.body).fontFamily,
  };
  probe.remove();
  return tokens;
}

// 42 % of a colour over the surface: what is not finished yet.
export function pale(colour, surface) {
  const [one, other] = [colour, surface].map((text) => text.match(/[\d.]+/g).map(Number));
  return `rgb(${[0, 1, 2].map((i) => Math.round(one[i] * 0.42 + other[i] * 0.58)).join(", ")})`;
}

export function onThemeChange(redraw) {
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
