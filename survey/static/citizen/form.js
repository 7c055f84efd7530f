// What a browser with JavaScript adds to the form: nothing here is needed to answer and send.
(d => {
const f = d.forms[0], t = f.dataset, k = t.k && "ballot " + t.k, g = d.getElementById.bind(d)
const cards = [].slice.call(f.querySelectorAll("[id^=q_]"))
const fields = (n, more) => [].slice.call(f.querySelectorAll('[name="' + n + '"]' + (more || "")))
const told = c => fields(c.id).some(i => i.type == "radio" || i.type == "checkbox" ? i.checked : i.value.trim())
const keep = value => { try { value && k ? localStorage.setItem(k, value) : localStorage.removeItem(k) } catch (e) {} }

// A question with a condition is shown when the answer it depends on is given.
const show = () => {
  cards.forEach(c => {
    const on = c.dataset.q
    if (on) c.hidden = g(on).hidden || !fields(on, ":checked").some(i => c.dataset.v.split(" ").indexOf(i.value) >= 0)
  })
  const asked = cards.filter(c => !c.hidden), p = g("p")
  p.firstChild.max = asked.length
  p.firstChild.value = asked.filter(told).length
  p.lastChild.textContent = p.firstChild.value + "/" + asked.length
  p.hidden = false
}

// Answers not sent yet stay on this phone for a day, with the ballot's number: if they did arrive and only the thanks
// were lost, sending them again does not count twice.
let number
f.addEventListener("input", () => {
  show()
  keep(JSON.stringify([Date.now(), number || f.token.value, [].concat.apply([], cards.map(c => fields(c.id)
    .filter(i => i.type == "radio" || i.type == "checkbox" ? i.checked : i.value).map(i => [c.id, i.value])))]))
})
f.addEventListener("change", show)
let kept
try { kept = JSON.parse(localStorage.getItem(k)) } catch (e) {}
if (kept && Date.now() - kept[0] > 864e5) keep(), kept = 0
if (kept && !g("e")) {
  number = kept[1]
  kept[2].forEach(a => fields(a[0]).forEach(i => {
    if (i.type == "radio" || i.type == "checkbox") i.checked = i.checked || i.value == a[1]
    else i.value = i.value || a[1]
  }))
  g("k").hidden = !cards.some(told)
  g("k").querySelector("button").onclick = () => { keep(); number = 0; f.reset(); g("k").hidden = true; show() }
}
show()

// Two taps send one ballot; after a while without an answer one may try again (the ballot's number stays the same).
const b = f.querySelector(".s"), words = b.textContent
let sent
const ready = () => { sent = 0; b.textContent = words; b.removeAttribute("aria-disabled") }
f.addEventListener("submit", e => {
  if (sent) return e.preventDefault()
  sent = 1
  if (number) f.token.value = number
  b.textContent = t.s
  b.setAttribute("aria-disabled", "true")
  setTimeout(ready, 2e4)
})
addEventListener("pageshow", () => {
  ready()
  show() // going back, a browser may bring the answers back after this script ran
})

// Reading aloud, where the browser has a voice for this language.
const s = window.speechSynthesis, l = d.documentElement.lang
if (s && window.SpeechSynthesisUtterance) {
  const voice = () => s.getVoices().filter(v => v.lang.slice(0, 2) == l)[0]
  const buttons = cards.map(c => {
    const v = d.createElement("button"), legend = c.querySelector("legend,label")
    v.type = "button"
    v.className = "v"
    v.innerHTML = '<svg viewBox="0 0 24 24"><path d="M4 9v6h4l5 4V5L8 9zM16.5 9.5q2.5 2.5 0 5M19 7q5 5 0 10"/></svg>'
    v.appendChild(d.createTextNode(t.l))
    v.setAttribute("aria-label", t.l + " " + parseInt(legend.textContent))
    v.onclick = () => {
      const labels = [].map.call(c.querySelectorAll("label span"), x => x.textContent)
      const u = new SpeechSynthesisUtterance([legend.textContent].concat(labels).join(". "))
      u.lang = l
      u.voice = voice() || null
      s.cancel()
      s.speak(u)
    }
    c.insertBefore(v, c.firstChild)
    return v
  })
  const fit = () => buttons.forEach(v => v.hidden = s.getVoices().length && !voice())
  s.onvoiceschanged = fit
  fit()
}
})(document)
