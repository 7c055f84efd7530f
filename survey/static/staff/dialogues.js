// The meeting: keys lead on, notes are stored while they are typed, a new question is stored by Ctrl+Enter.
// Without this script every button and link does the same.
"use strict";

(() => {
  const typing = (target) => target.closest("textarea, input, select, [contenteditable]");

  // Arrow keys and the keys of a presenter lead to the step before and after.
  const keys = { ArrowRight: "next", PageDown: "next", ArrowLeft: "prev", PageUp: "prev" };
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
    const link = keys[event.key] && document.querySelector(`.room-foot [rel="${keys[event.key]}"]`);
    if (!link) return;
    event.preventDefault();
    link.click();
  });

  for (const form of document.querySelectorAll("[data-type-in]")) {
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.ctrlKey) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  }

  const form = document.querySelector("[data-notes]");
  if (form) keepNotes(form);
  if (document.body.dataset.attendance) countPeople(document.body.dataset.attendance);

  // What is typed is kept on the device at once and sent after a pause; it is forgotten here only when it is stored.
  function keepNotes(form) {
    const text = form.querySelector("textarea");
    const seen = form.querySelector("[name=seen]");
    const said = form.querySelector("[data-said]");
    const key = form.dataset.notes;
    const PAUSE = 1200, AGAIN = 5000;
    let timer, sending = false, stored = text.value, blocked = false;

    const say = (what, trouble) => {
      said.textContent = what;
      said.classList.toggle("trouble", Boolean(trouble));
    };
    const remember = () => {
      try {
        localStorage.setItem(key, JSON.stringify({ text: text.value, seen: seen.value }));
      } catch { /* private windows may keep nothing: the pause is short */ }
    };
    const forget = () => {
      try {
        localStorage.removeItem(key);
      } catch { /* nothing was kept */ }
    };

    const conflict = (answer) => {
      blocked = true;
      seen.value = answer.seen;
      say(form.dataset.conflict, true);
      const kept = document.createElement("pre");
      kept.className = "kept";
      kept.textContent = answer.kept;
      said.after(kept);
    };

    const send = async () => {
      clearTimeout(timer);
      if (sending || blocked || text.value === stored) return;
      sending = true;
      const value = text.value;
      say(form.dataset.saving);
      try {
        const answer = await fetch(form.action, {
          method: "POST",
          body: new URLSearchParams(new FormData(form)),
          headers: { Accept: "application/json" },
          redirect: "error",
          keepalive: true,
        });
        if (answer.status === 409) conflict(await answer.json());
        else if (!answer.ok) throw new Error(String(answer.status));
        else {
          seen.value = (await answer.json()).seen;
          stored = value;
          if (text.value === value) {
            forget();
            say(form.dataset.saved);
          } else remember();
        }
      } catch {
        say(form.dataset.failed, true);
        timer = setTimeout(send, AGAIN);
      }
      sending = false;
      if (!blocked && text.value !== stored && stored === value) timer = setTimeout(send, PAUSE);
    };

    text.addEventListener("input", () => {
      remember();
      clearTimeout(timer);
      if (!blocked) timer = setTimeout(send, PAUSE);
    });
    form.addEventListener("submit", () => {
      clearTimeout(timer);
      blocked = true; // the form itself stores it; what was kept here goes when the page it leads to shows it
    });
    // What leads on waits until the notes are stored; where they cannot be, the device has them.
    document.addEventListener("click", async (event) => {
      const link = event.target.closest("a[href]");
      if (!link || blocked || text.value === stored || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      await send();
      if (text.value === stored) location.href = link.href;
    });
    window.addEventListener("beforeunload", (event) => {
      if (text.value !== stored && !blocked) {
        send();
        event.preventDefault();
      }
    });

    // What a closed lid or a lost network left behind.
    let left = null;
    try {
      left = JSON.parse(localStorage.getItem(key) || "null");
    } catch { /* unreadable: as if nothing was left */ }
    if (left && left.text === text.value) forget();
    else if (left && !form.querySelector(".is-invalid")) {
      text.value = left.text;
      seen.value = left.seen;
      send();
    }
  }

  // How many are here, and how many questions wait, every few seconds.
  function countPeople(address) {
    const present = document.querySelector("[data-present]");
    const waiting = document.querySelector("[data-waiting]");
    setInterval(async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const counted = await answer.json();
        present.textContent = counted.present;
        if (waiting) waiting.textContent = counted.waiting;
      } catch { /* the next round tries again */ }
    }, 5000);
  }
})();
