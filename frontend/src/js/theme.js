// Light, dark or system without a round trip; the cookie tells the server, so that the next page starts right.
const A_YEAR = 365 * 24 * 3600;

export function chooseTheme() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=theme]");
    if (!button) return;
    event.preventDefault();
    const theme = button.value;
    document.documentElement.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    const age = theme === "system" ? 0 : A_YEAR;
    document.cookie = `theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
    for (const other of document.querySelectorAll("button[name=theme]")) {
      other.setAttribute("aria-pressed", String(other.value === theme));
    }
  });
}
