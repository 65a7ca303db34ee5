// "?" lists the keys of a page, "/" goes to its search; both only while nobody is typing.
export function listenToKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "?") document.getElementById("keys")?.togglePopover();
    else if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
    }
  });
}

function isTyping(element) {
  return Boolean(element.closest?.("input, textarea, select, [contenteditable]"));
}
