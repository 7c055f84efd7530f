// Lists on a phone: each row becomes a card whose cells carry their column's name. Without this script they scroll sideways.
"use strict";

for (const table of document.querySelectorAll("table.list:not(.wide)")) {
  const heads = table.tHead && table.tHead.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
  if (!heads.length || heads.some((head) => head.colSpan > 1)) continue;
  for (const body of table.tBodies) {
    for (const row of body.rows) {
      // What displays as blocks is no table any more to a screen reader, unless it says so.
      row.setAttribute("role", "row");
      [...row.cells].forEach((cell, k) => {
        cell.setAttribute("role", cell.tagName === "TH" ? "rowheader" : "cell");
        const name = row.cells.length === heads.length ? heads[k].innerText.trim() : "";
        if (k > 0 && name && !cell.dataset.label && cell.textContent.trim()) cell.dataset.label = name;
      });
    }
    body.setAttribute("role", "rowgroup");
  }
  table.tHead.setAttribute("role", "rowgroup");
  table.tHead.rows[0].setAttribute("role", "row");
  heads.forEach((head) => head.setAttribute("role", "columnheader"));
  table.setAttribute("role", "table");
  table.classList.add("cards-when-narrow");
}
