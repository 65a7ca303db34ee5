// A form that was sent says so on its button, at the same width, and is not sent twice.
export function nameBusyButtons() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-busy]");
    if (!form) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    const button = event.submitter ?? form.querySelector("[type=submit]");
    button.style.minWidth = `${button.offsetWidth}px`;
    button.setAttribute("aria-busy", "true");
    button.setAttribute("aria-disabled", "true");
    (button.querySelector("span") ?? button).textContent = form.dataset.busy;
  });
  // Back brings the page as it was left; start anew so that the button can be used again.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}
