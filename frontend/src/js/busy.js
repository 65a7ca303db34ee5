// A form that was sent says so on its button and is not sent twice.
export function nameBusyButtons() {
  for (const form of document.querySelectorAll("form[data-busy]")) {
    form.addEventListener("submit", () => {
      const button = form.querySelector("[type=submit]");
      button.textContent = form.dataset.busy;
      button.setAttribute("aria-disabled", "true");
      form.addEventListener("submit", (again) => again.preventDefault());
    });
  }
  // Back brings the page as it was left; start anew so that the button can be used again.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
}
