// Comfort for the tree of places: branches unfold in place, arrow keys walk it. Without it branches are links.
"use strict";

const tree = document.getElementById("tree");

async function unfold(link) {
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) { location.href = link.href; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(link.id)?.closest("li");
  if (!fresh) { location.href = link.href; return; }
  link.closest("li").replaceWith(document.adoptNode(fresh));
  history.replaceState(null, "", link.href);
  document.getElementById(link.id).focus();
}

function fold(link) {
  const folded = link.closest("li").querySelector(":scope > .branches");
  const closing = link.getAttribute("aria-expanded") === "true";
  folded.hidden = closing;
  link.setAttribute("aria-expanded", String(!closing));
  link.firstElementChild.textContent = closing ? "▸" : "▾";
}

function toggle(link) {
  if (link.closest("li").querySelector(":scope > .branches")) fold(link);
  else unfold(link);
}

tree?.addEventListener("click", (event) => {
  const link = event.target.closest("a.toggle");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  toggle(link);
});

tree?.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...tree.querySelectorAll("a.name")].filter((link) => link.offsetParent);
  const item = event.target.closest("li");
  const own = item?.querySelector(":scope > a.name");
  const at = links.indexOf(own);
  if (at < 0) return;
  const button = item.querySelector(":scope > a.toggle");
  const expanded = button?.getAttribute("aria-expanded") === "true";
  const above = item.parentElement.closest("li")?.querySelector(":scope > a.name");
  const steps = {
    ArrowDown: () => links[at + 1]?.focus(),
    ArrowUp: () => links[at - 1]?.focus(),
    Home: () => links[0].focus(),
    End: () => links.at(-1).focus(),
    ArrowRight: () => (button && !expanded ? toggle(button) : links[at + 1]?.focus()),
    ArrowLeft: () => (expanded ? toggle(button) : above?.focus()),
  };
  if (!(event.key in steps)) return;
  event.preventDefault();
  steps[event.key]();
});
