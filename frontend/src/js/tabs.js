// On a phone the tabs scroll sideways: the one that is open is brought into sight, without moving the page.
export function showOpenTab() {
  bring();
  document.addEventListener("htmx:afterSwap", bring);
}

function bring() {
  for (const tab of document.querySelectorAll(".tabs a[aria-current]")) {
    const tabs = tab.parentElement;
    tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
  }
}
