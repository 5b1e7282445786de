const cards = [...document.querySelectorAll("[data-card]")].map((element, index) => ({
  element,
  index,
  sort: element.closest("[data-sort]").dataset.sort,
  check: { severity: element.dataset.severity, area: element.dataset.area, title: element.dataset.check },
  subject: element.dataset.subject,
  workload: Number(element.dataset.workload),
  words: "",
}));
const sizes = {};
for (const { sort } of cards) sizes[sort] = (sizes[sort] ?? 0) + 1;
for (const [sort, rows] of Object.entries(data.rows)) sizes[sort] = (sizes[sort] ?? 0) + rows.length;
const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);

// Whether a finding is wanted, of its check, the number of its workload and, only if asked, its words.
const choice = () => {
  const chosen = new FormData(form);
  const severities = new Set(chosen.getAll("severity"));
  const area = chosen.get("area");
  const workload = chosen.get("workload") || "";
  const sought = chosen.get("text").toLowerCase().split(/\s+/).filter(Boolean);
  return (check, of, text) =>
    severities.has(check.severity) && (!area || check.area === area) && (workload === "" || of === Number(workload)) &&
    (!sought.length || sought.every((word) => text().includes(word)));
};

const apply = () => {
  const sorts = new Set(new FormData(form).getAll("outcome"));
  const wanted = choice();
  const found = {};
  for (const card of cards) {
    const { element, sort, check, workload } = card;
    const matches = sorts.has(sort) && wanted(check, workload, () => (card.words ||= element.textContent.toLowerCase()));
    element.hidden = !matches;
    found[sort] = (found[sort] ?? 0) + matches;
  }
  for (const each of ledgers) found[each.sort] = (found[each.sort] ?? 0) + each.filter(wanted);
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.querySelector("[data-card]:not([hidden])");
  }
  let matched = 0;
  for (const section of document.querySelectorAll("[data-sort]")) {
    const { sort } = section.dataset;
    const size = sizes[sort] ?? 0;
    const here = sorts.has(sort) ? (found[sort] ?? 0) : 0;
    section.hidden = !sorts.has(sort);
    section.querySelector(".matched").textContent = here === size ? number(size) : `${number(here)} of ${number(size)}`;
    matched += here;
  }
  form.elements.matches.value = matched === total ? `All ${number(total)} findings` : `${number(matched)} of ${number(total)} findings match`;
};

// Cards change places inside their group alone: what belongs together stays together.
const arrangeCards = () => {
  const by = form.elements.order.value;
  const key = { check: (card) => card.check.title, subject: (card) => card.subject }[by] ?? ((card) => card.index);
  const sorted = [...cards].sort((left, right) => inOrder(key(left), key(right)) || left.index - right.index);
  for (const { element } of sorted) element.parentElement.append(element);
};

const clear = () => { form.reset(); arrangeCards(); apply(); };
let waiting;
form.addEventListener("input", ({ target }) => {
  if (target.name === "order") return arrangeCards();
  clearTimeout(waiting);
  waiting = setTimeout(apply, 80);
});
form.addEventListener("submit", (event) => event.preventDefault());
form.elements.clear.addEventListener("click", clear);
form.elements.unfold.addEventListener("click", ({ currentTarget }) => {
  const open = currentTarget.textContent === "Open all";
  for (const { element } of cards) element.open = open && !element.hidden;
  currentTarget.textContent = open ? "Close all" : "Open all";
});
