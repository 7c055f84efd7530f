// A button that copies the link, where the browser lets a page write to the clipboard (HTTPS and localhost).
const button = document.getElementById("copy");
const link = document.getElementById("link");

link.addEventListener("focus", () => link.select());
if (navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    button.textContent = button.dataset.done;
  });
}
