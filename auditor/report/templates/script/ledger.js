// A ledger shows one page of those of its rows that match; its rows lie in the island, not in the document.
const RANKS = ["critical", "high", "medium", "low", "info"];
const KEYS = {
  severity: (row) => RANKS.indexOf(data.checks[row[1]][2]),
  check: (row) => data.checks[row[1]][1],
  subject: (row) => data.subjects[row[2]][0],
  message: (row) => row[3],
};

// The words of a fact, which many rows share.
const factTexts = [];
const factWords = (number) => {
  if (factTexts[number] === undefined) {
    const [path, value, note] = data.facts[number];
    factTexts[number] = [data.texts[path], value, data.texts[note]].join("\n");
  }
  return factTexts[number];
};

// The words of a row, made once: what people search for is not only what a row shows.
const words = new Map();
const textOf = (row) => {
  let text = words.get(row);
  if (text === undefined) {
    const { id, title, severity, area } = checkOf(row);
    const { name, kind, workload, id: path } = subjectOf(row);
    const facts = (row[4] || []).map(factWords);
    text = [id, title, severity, area, name, kind, path, data.workloads[workload], row[3], row[0], row[7] || "", ...facts].join("\n").toLowerCase();
    words.set(row, text);
  }
  return text;
};

const ledger = (element) => {
  const rows = data.rows[element.dataset.ledger];
  const body = element.querySelector("tbody");
  const pages = make("p", "", "pages");
  const earlier = make("button", "Earlier");
  const later = make("button", "Later");
  const where = make("span");
  let matching = rows;
  let order = null;
  let page = 0;
  let whole = false;
  let stale = true;
  const fold = element.closest("details.fold");
  element.querySelector(".more")?.remove();
  earlier.type = later.type = "button";
  pages.append(earlier, later, where);
  element.append(pages);

  const toggle = (press, row) => {
    const line = press.closest("tr");
    const open = press.getAttribute("aria-expanded") === "true";
    press.setAttribute("aria-expanded", String(!open));
    if (open) return line.nextElementSibling.remove();
    const cell = make("td");
    cell.colSpan = 4;
    cell.append(detail(row));
    line.after(filled(make("tr", "", "opened"), cell));
  };
  const line = (row) => {
    const { title, severity } = checkOf(row);
    const { name, kind, workload } = subjectOf(row);
    const press = make("button", title, "opens");
    const cells = [make("td"), make("td"), make("td", `${name} `), make("td", row[3])];
    const element = make("tr");
    element.id = `f=${row[0]}`;
    press.type = "button";
    press.setAttribute("aria-expanded", "false");
    press.addEventListener("click", () => toggle(press, row));
    cells[0].append(severityMark(severity));
    cells[1].append(press);
    cells[2].append(make("span", [kind, data.workloads[workload]].filter(Boolean).join(", "), "quiet"));
    element.append(...cells);
    return element;
  };
  // What lies in a closed fold is drawn when the fold opens.
  const draw = () => {
    stale = Boolean(fold) && !fold.open && !whole;
    if (stale) return;
    const start = whole ? 0 : page * data.page;
    const end = whole ? matching.length : Math.min(start + data.page, matching.length);
    body.replaceChildren(...matching.slice(start, end).map(line));
    where.textContent = matching.length ? `${number(start + 1)} to ${number(end)} of ${number(matching.length)}` : "No row matches";
    earlier.disabled = page === 0;
    later.disabled = end >= matching.length;
    pages.hidden = rows.length <= data.page && matching.length > 0;
  };
  const arrange = () => {
    if (!order) return;
    const { key, way } = order;
    matching = matching.map((row) => [key(row), row]).sort(([left], [right]) => way * inOrder(left, right)).map(([, row]) => row);
  };
  const turn = (step) => { page += step; draw(); };
  earlier.addEventListener("click", () => turn(-1));
  later.addEventListener("click", () => turn(1));
  sortable([...element.querySelectorAll("thead th")], (head, way) => {
    order = { key: KEYS[head.dataset.by], way };
    page = 0;
    arrange();
    draw();
  });
  fold?.addEventListener("toggle", () => { if (stale) draw(); });
  return {
    sort: element.dataset.ledger,
    filter(wanted) {
      matching = rows.filter((row) => wanted(checkOf(row), data.subjects[row[2]][2], () => textOf(row)));
      page = 0;
      arrange();
      draw();
      return matching.length;
    },
    show(id) {
      const index = matching.findIndex((row) => row[0] === id);
      if (index < 0) return;
      page = Math.floor(index / data.page);
      if (fold) fold.open = true;
      draw();
    },
    // All rows at once, for paper; and back again.
    unroll(all) {
      whole = all;
      draw();
    },
  };
};
// Before somebody types: a slice of the words at a time, whenever the browser has nothing to do.
const prepare = (rows) => {
  if (!rows.length || !self.requestIdleCallback) return;
  requestIdleCallback((idle) => {
    let done = 0;
    while (done < rows.length && idle.timeRemaining() > 2) for (const row of rows.slice(done, (done += 100))) textOf(row);
    prepare(rows.slice(done));
  });
};
prepare(Object.values(data.rows).flat());

const ledgers = [...document.querySelectorAll("[data-ledger]")].map(ledger);
