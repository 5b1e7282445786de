(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("rows").textContent);
  const form = document.getElementById("filter");
  const cards = [...document.querySelectorAll("[data-card]")].map((element) => ({
    element,
    sort: element.closest("[data-sort]").dataset.sort,
    severity: element.dataset.severity,
    text: element.textContent.toLowerCase(),
  }));
  const number = (value) => value.toLocaleString("en");
  const make = (tag, text = "", name = "") => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = name;
    return element;
  };

  const severityMark = (severity) => {
    const mark = make("span", severity[0].toUpperCase() + severity.slice(1), `severity severity-${severity}`);
    const namespace = "http://www.w3.org/2000/svg";
    const icon = document.createElementNS(namespace, "svg");
    const use = document.createElementNS(namespace, "use");
    icon.setAttribute("class", "icon");
    icon.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${severity}`);
    icon.append(use);
    mark.prepend(icon);
    return mark;
  };

  // A ledger shows one page of those of its rows that match; its rows lie in the island, not in the document.
  const ledger = (element) => {
    const rows = data.rows[element.dataset.ledger];
    const body = element.querySelector("tbody");
    const pages = make("p", "", "pages");
    const earlier = make("button", "Earlier");
    const later = make("button", "Later");
    const where = make("span");
    let matching = rows;
    let page = 0;
    element.querySelector(".more")?.remove();
    earlier.type = later.type = "button";
    pages.append(earlier, later, where);
    element.append(pages);

    const severityOf = (row) => data.checks[row[1]][2];
    const textOf = (row) => [...data.checks[row[1]], ...data.subjects[row[2]], row[3], row[0]].join("\n").toLowerCase();
    const draw = () => {
      const start = page * data.page;
      body.replaceChildren(...matching.slice(start, start + data.page).map(([id, check, subject, message]) => {
        const [, title, severity] = data.checks[check];
        const [name, kind, workload] = data.subjects[subject];
        const row = make("tr");
        const cells = [make("td"), make("td", title), make("td", `${name} `), make("td", message)];
        row.id = `f-${id}`;
        cells[0].append(severityMark(severity));
        cells[2].append(make("span", [kind.replaceAll("_", " "), workload].filter(Boolean).join(", "), "quiet"));
        row.append(...cells);
        return row;
      }));
      const end = Math.min(start + data.page, matching.length);
      where.textContent = matching.length ? `${number(start + 1)} to ${number(end)} of ${number(matching.length)}` : "No row matches";
      earlier.disabled = page === 0;
      later.disabled = end >= matching.length;
      pages.hidden = rows.length <= data.page && matching.length > 0;
    };
    const turn = (step) => { page += step; draw(); };
    earlier.addEventListener("click", () => turn(-1));
    later.addEventListener("click", () => turn(1));
    draw();
    return {
      sort: element.dataset.ledger,
      filter(wanted) {
        matching = rows.filter((row) => wanted(severityOf(row), () => textOf(row)));
        page = 0;
        draw();
        return matching.length;
      },
      show(id) {
        const index = matching.findIndex((row) => row[0] === id);
        if (index < 0) return;
        page = Math.floor(index / data.page);
        draw();
      },
    };
  };
  const ledgers = [...document.querySelectorAll("[data-ledger]")].map(ledger);
  const sizes = {};
  for (const { sort } of cards) sizes[sort] = (sizes[sort] ?? 0) + 1;
  for (const [sort, rows] of Object.entries(data.rows)) sizes[sort] = (sizes[sort] ?? 0) + rows.length;
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);

  const apply = () => {
    const chosen = new FormData(form);
    const severities = new Set(chosen.getAll("severity"));
    const sorts = new Set(chosen.getAll("outcome"));
    const words = chosen.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = (severity, text) => severities.has(severity) && (!words.length || words.every((word) => text().includes(word)));
    const found = {};
    for (const { element, sort, severity, text } of cards) {
      const matches = sorts.has(sort) && wanted(severity, () => text);
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

  const follow = () => {
    const anchor = decodeURIComponent(location.hash.slice(1));
    if (!anchor) return;
    if (anchor.startsWith("f-")) {
      form.reset();
      apply();
      for (const each of ledgers) each.show(anchor.slice(2));
    }
    const target = document.getElementById(anchor);
    if (!target) return;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const fold = target.querySelector(":scope > details.fold");
    if (fold) fold.open = true;
    document.querySelector("tr.here")?.classList.remove("here");
    if (target.matches("tr")) target.classList.add("here");
    target.scrollIntoView();
  };

  const copy = async (code, button) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  };
  for (const caption of document.querySelectorAll(".command figcaption")) {
    const button = make("button", "Copy");
    button.type = "button";
    button.addEventListener("click", () => copy(caption.parentElement.querySelector("code"), button));
    caption.append(button);
  }

  form.elements.unfold.addEventListener("click", ({ currentTarget }) => {
    const open = currentTarget.textContent === "Open all";
    for (const { element } of cards) element.open = open && !element.hidden;
    currentTarget.textContent = open ? "Close all" : "Open all";
  });
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
  form.elements.clear.addEventListener("click", () => { form.reset(); apply(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
  form.hidden = false;
  apply();
  follow();
})();
