// A button beside each password that shows what was typed; without this script the field is as the browser makes it.
const { show, hide } = document.getElementById("password-toggle").dataset;

for (const field of document.querySelectorAll("input[type=password]")) {
  const group = document.createElement("div");
  group.className = "input-group";
  field.replaceWith(group);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-secondary";
  button.textContent = show;
  button.setAttribute("aria-controls", field.id);
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    button.textContent = hidden ? hide : show;
    button.setAttribute("aria-pressed", String(hidden));
  });
  group.append(field, button);
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
