// Comfort only: a page of moving figures looks again, a link is copied by a button, and ticking a unit ticks what is below
// it on the page.
const moving = document.querySelector("[data-refresh]");
if (moving) {
  // Not while somebody types or has turned away; where the page was scrolled to is kept by the browser.
  setInterval(() => {
    const busy = document.activeElement && document.activeElement.matches("input, select");
    if (!document.hidden && !busy) location.reload();
  }, 1000 * moving.dataset.refresh);
}
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}
const boxes = [...document.querySelectorAll("input[data-path]")];
for (const box of boxes) {
  box.addEventListener("change", () => {
    for (const other of boxes) {
      if (other !== box && !other.disabled && other.dataset.path.startsWith(box.dataset.path)) other.checked = box.checked;
    }
  });
}
