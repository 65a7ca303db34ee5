// The eye in a password field: shows what was typed, and hides it again before it is sent.
export function showPassword() {
  for (const button of document.querySelectorAll("[data-shows]")) {
    const field = document.getElementById(button.dataset.shows);
    button.hidden = false;
    button.addEventListener("click", () => {
      show(button, field, field.type === "password");
      field.focus();
    });
    field.form.addEventListener("submit", () => show(button, field, false));
  }
}

function show(button, field, visible) {
  field.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
}
