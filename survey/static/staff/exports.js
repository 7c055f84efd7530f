// The half-months on offer are those of the wave: another wave asks the page again. What is for single responses opens
// when they are chosen.
const form = document.getElementById("export");
if (form) {
  form.elements.wave.addEventListener("change", () => {
    for (const name of ["first", "last"]) {
      if (form.elements[name]) form.elements[name].value = "";
    }
    form.submit();
  });
  const options = document.getElementById("row-options");
  form.addEventListener("change", (event) => {
    if (event.target.name === "what" && options) options.open = event.target.value === "rows";
  });
}
