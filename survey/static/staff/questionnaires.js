// Comfort for who writes questionnaires: shortcuts, dragging, fields that a kind of question has no use for put away.
// Nothing here is needed: every step is a button of the page.
(d => {
const all = (selector, of) => [].slice.call((of || d).querySelectorAll(selector))

// Ctrl+S saves the form of the page.
d.addEventListener("keydown", e => {
  const form = d.querySelector("form.saves")
  if (form && (e.ctrlKey || e.metaKey) && e.key.toLowerCase() == "s") {
    e.preventDefault()
    form.requestSubmit(form.querySelector(".savebar .btn-primary"))
  }
})

// The fields of a question follow its kind; choosing the question of a condition brings its answers.
const question = d.querySelector("form.question")
if (question) {
  const kind = question.elements.kind, scale = question.elements.scale
  const show = () => {
    const text = kind.value == "short_text" || kind.value == "long_text"
    all(".for-choices").forEach(part => part.hidden = text)
    all(".for-texts").forEach(part => part.hidden = !text)
    all(".for-ratings").forEach(part => part.hidden = kind.value != "rating")
    all(".choices").forEach(part => part.hidden = !!scale.value)
  }
  kind.addEventListener("change", show)
  scale.addEventListener("change", show)
  show()
  if (d.querySelector("button[name=answers]")) {
    question.elements.asked_when.addEventListener("change", () => {
      question.action = location.pathname + "#condition"
      question.requestSubmit(question.elements.answers)
    })
  }
}

// The structure of a draft: Alt and the arrow keys move what has the focus, Ctrl+Z undoes, a handle drags.
const place = d.getElementById("place")
if (!place) return
all(".keyboard").forEach(hint => hint.hidden = false)
const part = node => node.closest && (node.closest("[data-question]") || node.closest("[data-section]"))
d.addEventListener("keydown", e => {
  if (e.altKey && (e.key == "ArrowUp" || e.key == "ArrowDown")) {
    const of = part(e.target), step = e.key == "ArrowUp" ? "up" : "down"
    const button = of && of.querySelector('form[data-step="' + step + '"] button:not([disabled])')
    if (button) e.preventDefault(), button.click()
  }
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() == "z" && !/^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) {
    const undo = d.querySelector("#undo button:not([disabled])")
    if (undo) e.preventDefault(), undo.click()
  }
})
// After a step the focus stands where it was; going to the part itself, the browser takes the focus away first.
const target = location.hash && d.getElementById(location.hash.slice(1))
const link = target && target.querySelector("a")
if (link) addEventListener("load", () => setTimeout(() => link.focus({ preventScroll: true })))

let dragged
const clear = () => all(".drop-before, .drop-into").forEach(node => node.classList.remove("drop-before", "drop-into"))
all("[data-question]").forEach(row => {
  if (row.closest("[data-locked]") || !row.querySelector(".steps")) return
  const handle = d.createElement("span")
  handle.className = "handle"
  handle.textContent = "⠿"
  handle.setAttribute("aria-hidden", "true")
  handle.draggable = true
  row.querySelector(".words").prepend(handle)
  handle.addEventListener("dragstart", e => {
    dragged = row
    row.classList.add("dragged")
    e.dataTransfer.effectAllowed = "move"
    e.dataTransfer.setData("text/plain", row.dataset.question)
  })
  handle.addEventListener("dragend", () => { row.classList.remove("dragged"); dragged = null; clear() })
})
all("[data-section]:not([data-locked])").forEach(section => {
  section.addEventListener("dragover", e => {
    if (!dragged) return
    e.preventDefault()
    clear()
    const row = e.target.closest("[data-question]")
    row && row != dragged ? row.classList.add("drop-before") : section.classList.add("drop-into")
  })
  section.addEventListener("drop", e => {
    if (!dragged) return
    e.preventDefault()
    const row = e.target.closest("[data-question]"), rows = all("[data-question]", section).filter(other => other != dragged)
    if (row == dragged) return
    place.elements.element.value = dragged.dataset.question
    place.elements.section.value = section.dataset.section
    place.elements.at.value = row ? rows.indexOf(row) : rows.length
    place.submit()
  })
})
})(document)
