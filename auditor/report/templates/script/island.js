const data = JSON.parse(document.getElementById("rows").textContent);
const form = document.getElementById("filter");
const number = (value) => value.toLocaleString("en");

const make = (tag, text = "", name = "") => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (name) element.className = name;
  return element;
};

const icon = (name) => {
  const namespace = "http://www.w3.org/2000/svg";
  const mark = document.createElementNS(namespace, "svg");
  const use = document.createElementNS(namespace, "use");
  mark.setAttribute("class", "icon");
  mark.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  mark.append(use);
  return mark;
};

const severityMark = (severity) => {
  const mark = make("span", severity[0].toUpperCase() + severity.slice(1), `severity severity-${severity}`);
  mark.prepend(icon(severity));
  return mark;
};

// A row of the island by the names of its members; see auditor/report/island.py for the shapes.
const checks = data.checks.map(([id, title, severity, area, why, passes, applies, parameters, references, controls]) =>
  ({ id, title, severity, area, why, passes, applies, parameters, references, controls }));
const checkOf = (row) => checks[row[1]];
const subjectOf = (row) => {
  const [name, kind, workload, parent, last] = data.subjects[row[2]];
  const above = data.texts[parent];
  return { name, kind: kind.replaceAll("_", " "), workload, id: above || last.startsWith("/") ? `${above}/${last}` : last };
};
