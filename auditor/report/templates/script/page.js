function addCopy(caption) {
  const button = make("button", "Copy");
  button.type = "button";
  button.addEventListener("click", async () => {
    const text = caption.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      getSelection().selectAllChildren(text);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  caption.append(button);
}
for (const caption of document.querySelectorAll(".command figcaption")) addCopy(caption);

// Arrows walk from finding to finding while one of them has the focus.
document.getElementById("main").addEventListener("keydown", (event) => {
  const summary = event.target.closest("[data-card] > summary");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!summary || !step || event.ctrlKey || event.metaKey || event.altKey) return;
  const shown = [...document.querySelectorAll("[data-card]:not([hidden]) > summary")];
  const next = shown[shown.indexOf(summary) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// Paper shows everything, whatever the filter hides on the screen.
let before = null;
addEventListener("beforeprint", () => {
  before = [...form.querySelectorAll("input, select")].map((field) => [field, field.value, field.checked]);
  clear();
  for (const each of ledgers) each.unroll(true);
  for (const fold of document.querySelectorAll("details")) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const each of ledgers) each.unroll(false);
  for (const [field, value, checked] of before ?? []) {
    field.value = value;
    if (field.type === "checkbox") field.checked = checked;
  }
  arrangeCards();
  apply();
});

form.hidden = false;
apply();
follow();
