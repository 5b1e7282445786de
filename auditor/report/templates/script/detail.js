// What a row tells when it is opened: the same as a card of the document.
const code = (text) => make("code", text);
const label = (text) => make("p", text, "label");
const filled = (element, ...parts) => { element.append(...parts); return element; };
const part = (title, ...parts) => filled(make("div"), label(title), ...parts);
const columns = (...parts) => filled(make("div", "", "columns"), ...parts.filter(Boolean));

// A sentence in which `words between backticks` stand in the code face.
const prose = (text) => {
  const pieces = text.split(/`([^`]+)`/);
  return filled(make("p"), ...pieces.map((piece, index) => (index % 2 ? code(piece) : piece)));
};

const link = (url) => {
  if (!url.startsWith("https://")) return make("span", url);
  const anchor = make("a", url.slice("https://".length));
  anchor.href = url;
  anchor.rel = "noreferrer";
  return anchor;
};

const command = (title, text) => {
  const figure = make("figure", "", "command");
  const caption = make("figcaption", title);
  figure.append(caption, filled(make("pre"), code(text)));
  addCopy(caption);
  return figure;
};

const expected = ({ passes, applies, parameters }) => {
  const told = part("Expected", filled(make("pre", "", "rule"), code(passes)));
  if (parameters.length) {
    const where = make("p", "where ", "quiet terms");
    parameters.forEach(([name, setting], index) => where.append(index ? ", " : "", code(name), " is ", code(setting)));
    told.append(where);
  }
  if (applies) told.append(filled(make("p", "asked only when ", "quiet terms"), code(applies)));
  return told;
};

const seen = (facts = []) => {
  if (!facts.length) return part("Seen", make("p", "No fact could be quoted.", "quiet"));
  const body = make("tbody");
  for (const [path, value, note, source] of facts.map((each) => data.facts[each])) {
    const head = filled(make("th"), code(data.texts[path]));
    const cell = filled(make("td"), code(value));
    head.scope = "row";
    if (note) cell.append(" ", make("span", data.texts[note], "quiet"));
    if (source) cell.append(" ", filled(make("span", "", "quiet"), link(data.texts[source])));
    body.append(filled(make("tr"), head, cell));
  }
  return part("Seen", filled(make("table", "", "facts"), make("caption", "What was seen"), body));
};

const evidence = (numbers = []) => {
  if (!numbers.length) return part("Evidence", make("p", "No request is recorded behind it.", "quiet"));
  const list = make("ul", "", "readings");
  for (const [request, told, ids, hash, masked] of numbers.map((each) => data.readings[each])) {
    const item = filled(make("li"), code(request), make("span", told, "quiet"));
    for (const [name, value] of ids) item.append(filled(make("span", `${name} `, "quiet"), code(value)));
    if (hash) item.append(filled(make("span", "sha256 ", "quiet"), code(hash), masked ? " (secrets masked)" : ""));
    list.append(item);
  }
  return part("Evidence", list);
};

const answersTo = (controls) => {
  if (!controls.length) return null;
  const list = make("ul", "", "touched");
  for (const [framework, told, source] of controls) {
    list.append(filled(make("li", `${framework}: ${told} `), filled(make("span", "by ", "quiet block"), link(source))));
  }
  return part("Controls it touches", list);
};

const detail = (row) => {
  const [id, , , , facts, readings, fix, waiver, gating] = row;
  const check = checkOf(row);
  const body = make("div", "", "body");
  if (waiver) body.append(filled(make("p", "", "waiver"), icon("waived"), make("span", waiver)));
  const rule = columns(expected(check), seen(facts));
  rule.classList.add("even");
  const more = check.references.length ? part("Read more", filled(make("ul", "", "references"), ...check.references.map((url) => filled(make("li"), link(url))))) : null;
  body.append(rule, columns(part("Why it matters", prose(check.why)), more));
  if (fix) {
    const [text, cli, bicep] = fix.map((each) => data.texts[each]);
    body.append(label("What mends it"));
    if (text) body.append(prose(text));
    if (cli) body.append(command("Azure CLI", cli));
    if (bicep) body.append(command("Bicep", bicep));
  }
  body.append(columns(evidence(readings), answersTo(check.controls)));
  const anchor = make("a", "link to this finding");
  anchor.href = `#f=${id}`;
  const foot = make("span", `${gating ? "decides the verdict" : "does not decide the verdict"} · check ${check.id} · `);
  body.append(filled(make("p", "", "foot quiet"), code(subjectOf(row).id), filled(foot, anchor)));
  return body;
};
