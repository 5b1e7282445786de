// Columns that sort on a press: a button in the head, and aria-sort to say what it did.
const inOrder = (left, right) =>
  typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right), "en", { numeric: true });

const sortable = (heads, sorted) => {
  for (const head of heads) {
    const press = make("button", "", "sort");
    press.type = "button";
    press.append(...head.childNodes);
    head.append(press);
    press.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sorted(head, down ? -1 : 1);
    });
  }
};

// What a cell counts as: what it says it does, or the number that it holds, or its text; what it lacks comes last.
const worth = (cell) => {
  const told = cell.dataset.order ?? cell.textContent.trim();
  const plain = told.replaceAll(",", "");
  return plain !== "" && !Number.isNaN(Number(plain)) ? Number(plain) : told;
};

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells].filter((cell) => cell.tagName === "TH");
  if (body.rows.length < 2) continue;
  sortable(heads, (head, way) => {
    const rows = [...body.rows].map((row) => [worth(row.cells[head.cellIndex]), row]);
    const empty = (value) => value === "" || value === "-";
    rows.sort(([left], [right]) => empty(left) - empty(right) || way * inOrder(left, right));
    body.append(...rows.map(([, row]) => row));
  });
}
