// A link to a finding finds it wherever it lies, and lets go of the filter that would hide it.
const follow = () => {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!anchor) return;
  if (anchor.startsWith("f=")) {
    clear();
    for (const each of ledgers) each.show(anchor.slice(2));
  }
  const target = document.getElementById(anchor);
  if (!target) {
    if (anchor.startsWith("f=")) form.elements.matches.value = `This report holds no finding ${anchor.slice(2)}`;
    return;
  }
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const fold = target.querySelector(":scope > details.fold");
  if (fold) fold.open = true;
  document.querySelector("tr.here")?.classList.remove("here");
  if (target.matches("tr")) {
    target.classList.add("here");
    target.querySelector("button.opens[aria-expanded=false]")?.click();
  }
  target.scrollIntoView();
};
addEventListener("hashchange", follow);
