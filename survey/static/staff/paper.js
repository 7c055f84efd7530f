// Typing paper forms by keyboard: digits answer and jump on, Enter stores and opens the next form.
// Without this script the page is a plain form that does the same with the mouse.
"use strict";

(() => {
  let form, items, at, blankAsked;

  const say = (text, trouble) => {
    const line = document.getElementById("said");
    line.textContent = text;
    line.classList.toggle("trouble", Boolean(trouble));
  };

  const shown = () => items.filter((item) => !item.hidden);

  const answers = (code) =>
    [...form.querySelectorAll(`[name="q_${code}"]:checked`)].map((input) => input.value);

  // Items under a condition that is not met are not asked; what stood there is not sent.
  const skip = () => {
    for (const item of items) {
      if (!item.dataset.asks) continue;
      const expected = item.dataset.values.split(" ");
      const asker = items.find((other) => other.dataset.item === item.dataset.asks);
      const asked = !(asker && asker.hidden) && answers(item.dataset.asks).some((value) => expected.includes(value));
      item.hidden = !asked;
      for (const field of item.querySelectorAll("input, textarea")) field.disabled = !asked;
    }
  };

  const focusOf = (item) => item.querySelector("textarea, input:checked") || item.querySelector("input");

  const go = (item) => {
    for (const other of items) other.classList.remove("current", "refused");
    at = item;
    if (!item) {
      form.querySelector(".store .btn").focus();
      return;
    }
    item.classList.add("current");
    focusOf(item).focus({ preventScroll: true });
    item.scrollIntoView({ block: "center", behavior: "instant" });
  };

  const step = (distance) => {
    const list = shown();
    const place = list.indexOf(at);
    if (place < 0) go(distance < 0 ? list[list.length - 1] : null);
    else if (place + distance >= list.length) go(null);
    else go(list[Math.max(place + distance, 0)]);
  };

  const keep = () => {
    const typed = [...new FormData(form)].filter(([name]) => name.startsWith("q_"));
    try {
      sessionStorage.setItem(form.dataset.draft, JSON.stringify(typed));
    } catch { /* private windows may keep nothing: comfort only */ }
  };

  const forget = (key) => {
    try {
      sessionStorage.removeItem(key);
    } catch { /* as above */ }
  };

  const restore = () => {
    let typed;
    try {
      typed = JSON.parse(sessionStorage.getItem(form.dataset.draft));
    } catch { /* as above */ }
    if (!typed) return;
    for (const input of form.querySelectorAll("[name^='q_']")) {
      const given = typed.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.tagName === "TEXTAREA") input.value = given[0] ?? input.value;
      else if (given.length || input.type === "checkbox") input.checked = given.includes(input.value);
    }
    say(form.dataset.restored);
  };

  const changed = () => {
    blankAsked = false;
    skip();
    keep();
  };

  const mark = (value) => {
    const input = at && [...at.querySelectorAll("input")].find((choice) => choice.value === value);
    if (!input) {
      if (at) at.classList.add("refused");
      say(form.dataset.noChoice.replace("{}", value), true);
      return;
    }
    say("");
    input.checked = at.dataset.kind === "several" ? !input.checked : true;
    changed();
    if (at.dataset.kind === "several") go(at);
    else step(1);
  };

  const isBlank = () =>
    [...new FormData(form)].every(([name, value]) => !name.startsWith("q_") || !value.trim());

  const store = async () => {
    const blank = form.elements.namedItem("blank");
    if (isBlank() && !blank.checked) {
      if (!blankAsked) {
        blankAsked = true;
        say(form.dataset.blank, true);
        return;
      }
      blank.checked = true;
    }
    const button = form.querySelector(".store .btn");
    if (button.disabled) return;
    const body = new FormData(form);
    const key = form.dataset.draft;
    button.disabled = true;
    say(form.dataset.storing);
    let answer, text;
    try {
      answer = await fetch(form.action, { method: "POST", body });
      text = await answer.text();
      if (answer.status >= 500) throw new Error(answer.statusText);
    } catch {
      button.disabled = false;
      say(form.dataset.offline, true);
      return;
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    const main = page.querySelector("main");
    if (answer.redirected && !page.querySelector("form input[type=password]")) forget(key);
    if (!page.getElementById("typing")) {
      window.location.assign(answer.url);
      return;
    }
    document.querySelector("main").replaceWith(main);
    document.title = page.title;
    window.history.replaceState(null, "", answer.url);
    begin();
  };

  const onText = (event) => {
    const field = event.target;
    if (event.key === "Enter" && !event.shiftKey) store();
    else if (event.key === "Backspace" && !field.value) step(-1);
    else if (event.key === "Tab") step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };

  const KEYS = {
    Enter: store,
    Backspace: () => step(-1),
    ArrowUp: () => step(-1),
    ArrowLeft: () => step(-1),
    ArrowDown: () => step(1),
    ArrowRight: () => step(1),
    " ": () => (at && at.dataset.kind === "several" ? step(1) : mark("")),
    ".": () => (at && at.dataset.kind === "several" ? step(1) : mark("")),
    "*": () => mark("m"),
    m: () => mark("m"),
    M: () => mark("m"),
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (!event.target.closest(".item, .store") && event.target !== document.body) return;
    if (event.target.tagName === "TEXTAREA") return onText(event);
    if (event.target.closest(".store") && event.target.type === "checkbox" && event.key !== "Enter") return;
    if (event.key === "Tab" && at) {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    } else if (/^[0-9]$/.test(event.key) && at) {
      event.preventDefault();
      mark(event.key);
    } else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  };

  const begin = () => {
    form = document.getElementById("typing");
    items = [...form.querySelectorAll(".item")];
    blankAsked = false;
    restore();
    skip();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      store();
    });
    form.addEventListener("input", changed);
    form.addEventListener("focusin", (event) => {
      const item = event.target.closest(".item");
      if (item && item !== at) {
        for (const other of items) other.classList.remove("current", "refused");
        item.classList.add("current");
      }
      at = item;
    });
    go(shown()[0]);
  };

  document.addEventListener("keydown", onKey);
  begin();
})();
