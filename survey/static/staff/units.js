// Units are offered while one is typed into a field that asks for one; it can be typed whole as well.
"use strict";

for (const input of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("datalist");
  list.id = `${input.id}-offered`;
  input.after(list);
  input.setAttribute("list", list.id);
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    if (!input.value.trim()) return;
    waiting = setTimeout(async () => {
      const answer = await fetch(`/staff/don-vi/-/goi-y?q=${encodeURIComponent(input.value)}`);
      if (!answer.ok) return;
      list.replaceChildren(...(await answer.json()).map(({ code, name }) => new Option(name, code)));
    }, 200);
  });
}
