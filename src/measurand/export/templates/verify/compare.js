// What the page shows against what was signed: each bound element is filled again from the statement and compared.

const own = (value, key) => (value != null && typeof value === "object" && Object.hasOwn(value, key) ? value[key] : undefined);

const at = (found, path) => {
  const [root, rest] = path.startsWith("/") ? [found.statement, path.slice(1)] : path.startsWith("^") ? [found.envelope, path.slice(1)] : [found.statement.predicate, path];
  return rest.split("/").reduce((value, key) => own(value, decodeURIComponent(key)), root);
};

const named = (r) => (r.title.toLowerCase().includes(r.measurand.replaceAll("_", " ").toLowerCase()) ? r.title : `${r.measurand}: ${r.title}`);

function distinction(r, predicate) {
  const systems = new Set(predicate.results.filter((x) => x.measurand === r.measurand).map((x) => x.system));
  const several = systems.size > 1 || predicate.systems.length > 1;
  return [several ? r.system : "", r.level ?? ""].filter(Boolean);
}

function ruleInWords(rule) {
  if (rule.kind === "simple") return say("rule.simple");
  if (rule.guard_band != null) return say(`rule.${rule.kind}_band`, { band: rule.guard_band_text || limit(rule.guard_band) });
  return say(`rule.${rule.kind}`, { accept: percentOf(rule.max_false_accept_risk), reject: percentOf(rule.max_false_reject_risk) });
}

function budgetLine(line, result) {
  const [u, combined] = [real(line.u), real(result.u)];
  const [coefficient, counts] = [real(line.coefficient), real(line.variance) > 0];
  return [
    say(`component.${line.component}`),
    line.line + (line.note ? ` (${line.note})` : "") + (line.source ? `; ${line.source}` : ""),
    line.type,
    line.distribution,
    counts ? aligned(u, line.type === "B" ? u : combined) : "–",
    coefficient === 1 ? "1" : aligned(coefficient, Math.abs(coefficient)),
    counts ? aligned(real(line.contribution), combined) : "–",
    share(real(line.share)),
    freedom(line.df),
  ];
}

function acceptance(d, u) {
  const sides = [["page.at_least", d.acceptance_lower], ["page.at_most", d.acceptance_upper]];
  return sides.filter(([, x]) => x != null).map(([key, x]) => say(key, { value: beside(x, u) })).join(", ");
}

const rowName = (r, found) => distinction(r, found.statement.predicate).join(", ") || named(r);

function inWords(r, d, found) {
  const text = `${rowName(r, found)}: ${r.text}`;
  return d ? `${text}, ${d.requirement.text}: ${say(`verdict.${d.verdict}`)}, ${say("picture.p", { p: probability(real(d.p_conformity)) })}` : text;
}

function drawnRow(r, d, found) {
  const [name, ends] = [rowName(r, found), `[${beside(r.lower, r.u)}, ${beside(r.upper, r.u)}]`];
  if (!d) return [name, r.text, ends, "", "", "", ""];
  const accepted = [d.acceptance_lower, d.acceptance_upper].filter((x) => x != null).map((x) => beside(x, r.u)).join(", ");
  return [name, r.text, ends, d.requirement.text, accepted, probability(real(d.p_conformity)), say(`verdict.${d.verdict}`)];
}

const method = (r) => `${say(`method.${r.method}`)}; ${r.distribution.rule}`;
// Captions of drawings.
function budgetCaption(r) {
  const lines = r.budget.filter((b) => b.share != null).sort((a, b) => real(b.share) - real(a.share));
  return lines.length ? say("picture.budget", { line: lines[0].line, share: share(real(lines[0].share)) }) : say("picture.budget_empty");
}

function itemsCaption(chart) {
  const [count, columns, always, never, sometimes] = countsOf(chart);
  if (/[^01.x]/.test(chart.outcome.join(""))) return say("picture.items_graded", { count, columns });
  return columns === 1 ? say("picture.items_once", { count, wrong: never }) : say("picture.items", { count, always, sometimes, never });
}

function runsCaption({ condition, value }, r) {
  const [count, groups] = [value.length, new Set(condition).size];
  const lines = r.budget.filter((b) => b.contribution != null && b.component === "repeatability");
  if (!lines.length) return say("picture.runs", { count, groups });
  const line = lines.reduce((most, one) => (real(one.contribution) > real(most.contribution) ? one : most));
  const u = roundedTo(real(line.contribution), decimals(real(r.u), 3));
  return say("picture.runs_u", { count, groups, u, share: share(real(line.share)) });
}

// Rows of the data tables of drawings.
function itemsTable(chart) {
  return chart.columns.map((name, j) => {
    const column = chart.outcome.map((row) => row[j]);
    const plain = [..."10.x"].map((mark) => column.filter((c) => c === mark).length);
    const graded = column.length - plain.reduce((a, b) => a + b);
    return [shortened(name, 60), plain[0], plain[1], graded, plain[2], plain[3]];
  });
}

function runsTable({ condition, repeat, value }, r) {
  const places = decimals(real(r.u), 2) + 1;
  const groups = [...new Set(condition)];
  return groups.flatMap((name) => value.flatMap((v, i) => (condition[i] === name ? [[name, repeat[i], roundedTo(real(v), places)]] : [])));
}

// Columns of a curve as the heads of the table name them.
function curveTable(curve, element) {
  const names = [...element.closest("table").querySelectorAll("th")].map((head) =>
    Object.keys(curve.columns).find((name) => say(`data.${name}`) === spaced(head.textContent)));
  if (!names.length || names.some((name) => !name)) throw new Error(say("box.no_place"));
  return curve.columns[names[0]].map((_, i) => names.map((name) => (name === "outcome" ? say(`picture.outcome_${curve.columns[name][i]}`) : curve.columns[name][i])));
}

const resultOf = (found, path) => at(found, path.split("/").slice(0, 2).join("/"));

// How an element's text follows from the value at its path; an array holds the texts of its cells.
const FORMS = {
  text: (v) => v,
  number: (v) => limit(v),
  percent: (v) => percentOf(v),
  share: (v) => share(real(v)),
  freedom: (v) => freedom(v),
  probability: (v) => probability(real(v)),
  risk: (v) => risk(real(v)),
  aligned: (v, by, found) => aligned(real(v), real(at(found, by))),
  say: (v, by) => say(by + v),
  or: (v, by) => v || say(by),
  join: (v, by) => v.join(by),
  grouped: (v) => `sha256: ${grouped(v.replace(/^sha256:/, ""))}`,
  fingerprint: (v) => grouped(v),
  entry: (v, by, found, path) => `${decodeURIComponent(path.split("/").pop())}${by}${v}`,
  entries: (v) => Object.keys(v).sort().map((key) => `${key}: ${v[key]}`).join(", "),
  key: (v, by, found, path) => decodeURIComponent(path.split("/").pop()).replaceAll("_", " "),
  name: (v, by, found, path) => decodeURIComponent(path.split("/").pop()),
  counts: (v) => Object.keys(v).sort().filter((key) => v[key]).map((key) => `${key} ${v[key]}`).join(", ") || say("page.none"),
  tally: (v, by, found) => `${tallied(found.statement.predicate, by)} ${say(`verdict.${by}`).toLowerCase()}`,
  brief: (v) => shortened([v.name || v.id || "", v.version || ""].filter(Boolean).join(" "), 60),
  system: (v) => (v.name || v.id || "") + (v.version ? ` ${v.version}` : ""),
  titled: (v) => `${say("page.title")} ${v}`,
  named: (v) => named(v),
  heading: (v, by, found) => [named(v), ...distinction(v, found.statement.predicate)].join(", "),
  heading_of: (v, by, found, path) => FORMS.heading(resultOf(found, path), by, found),
  distinction: (v, by, found) => distinction(v, found.statement.predicate).join(", "),
  row: (v, by, found) => distinction(v, found.statement.predicate).join(", ") || say("page.overall"),
  rule: (v) => ruleInWords(v),
  acceptance: (v, by, found) => acceptance(v, at(found, by).u),
  estimands: (v) => say(`page.estimand_${new Set(v.map((r) => r.estimand)).size === 1 ? v[0].estimand : "mixed"}`),
  check: (v) => `${v.passed ? "✓" : "✕"} ${say(v.passed ? "page.passed" : "page.failed")} ${v.name}: ${v.text}`,
  line: (v, by, found, path) => budgetLine(v, resultOf(found, path)),
  gap: (v) => [say(`component.${v.component}`), `${v.state}: ${v.needs}`],
  evaluation: (v, by, found) => [FORMS.heading(v, by, found), v.text, aligned(real(v.u), real(v.u)), freedom(v.df), v.items, v.units, say(`page.${v.estimand}`), method(v)],
  sealed: (v) => JSON.parse(new TextDecoder().decode(unbase64(JSON.parse(v.envelope).payload))).predicate.sealed,
  address: (v) => `sha256:${v}`,
  digest: (v, by, found, path) => (path.endsWith("/sha256") ? v : `${FORMS.name(v, by, found, path)}:${v}`),
  independent: (v) => say(v ? "plan.independent" : "plan.dependent"),
  p: (v) => (v.verdict === "invalid" ? "" : probability(real(v.p_conformity))),
  drawn: (v, by, found) => `${v.text} ${by ? say(`verdict.${at(found, by).verdict}`) : ""}`,
  finding: (v, by, found) => inWords(v, by && at(found, by), found),
  drawn_table: (v, by, found) => [drawnRow(v, by && at(found, by), found)],
  drawn_name: (v, by, found) => shortened(FORMS.row(v, "", found), Number(by)),
  short: (v, by) => shortened(v, Number(by)),
  drawn_limit: (v) => say("picture.limit", { value: limit(numberOf(real(v))) }),
  drawn_acceptance: (v, by, found) => say("picture.acceptance", { value: beside(v, at(found, by).u) }),
  drawn_size: (v, by, found, path) => `u ${budgetLine(v, resultOf(found, path))[6]}`,
  budget_caption: (v) => budgetCaption(v),
  items_caption: (v) => itemsCaption(v),
  runs_caption: (v, by, found, path) => runsCaption(v.columns, resultOf(found, path)),
  items_table: (v) => itemsTable(v),
  runs_table: (v, by, found, path) => runsTable(v.columns, resultOf(found, path)),
  curve_table: (v, by, found, path, element) => curveTable(v, element),
  factor: (v) => `${v.id} (${v.effect})${v.levels && v.levels.length ? `: ${v.levels.join(", ")}` : ""}`,
};

const tallied = (predicate, verdict) => {
  const key = (x) => canonical([x.measurand, x.system, x.level]);
  const results = predicate.results.map(key);
  return predicate.decisions.filter((d) => d.verdict === verdict).map((d) => results.filter((r) => r === key(d)).length).reduce((a, b) => a + b, 0);
};

// Differences between a page (a document) and the signed statement, each with its place; the page is filled again.
function differencesOf(page, found) {
  const differing = [];
  for (const element of page.querySelectorAll("[data-at]")) {
    const path = element.dataset.at;
    let wanted;
    try {
      const form = own(FORMS, element.dataset.as || "text");
      const value = at(found, path);
      if (!form || value === undefined) throw new Error(say("box.no_place"));
      wanted = form(value, element.dataset.by || "", found, path, element);
    } catch (error) {
      differing.push({ path, element, shown: spaced(element.textContent), signed: error.message });
      continue;
    }
    const rows = Array.isArray(wanted?.[0]);
    const cells = Array.isArray(wanted) ? wanted.flat() : [wanted];
    const places = !Array.isArray(wanted) ? [element] : rows ? [...element.children].flatMap((row) => [...row.children]) : [...element.children];
    cells.forEach((text, i) => {
      const [signed, shown] = [spaced(visible(text ?? "")), spaced(places[i]?.textContent ?? "")];
      if (signed === shown) return;
      differing.push({ path, element: places[i] ?? element, shown, signed });
      if (places[i]) places[i].textContent = signed;
    });
    if (places.length > cells.length) differing.push({ path, element, shown: spaced(element.textContent), signed: cells.join(" ") });
  }
  return [...differing, ...unbound(page, found), ...footer(page, found)];
}

// The number at the foot of printed pages stands in the style sheet.
const FOOT = /@bottom-left \{ content: "((?:[A-Za-z0-9]|\\[0-9a-f]{6})*)"/;
function footer(page, found) {
  const inSheet = FOOT.exec(page.querySelector("style")?.textContent ?? "");
  const shown = inSheet ? inSheet[1].replace(/\\([0-9a-f]{6})/g, (_, code) => String.fromCodePoint(parseInt(code, 16))) : "";
  const signed = `${say("page.number")} ${visible(found.statement.predicate.number)}`;
  return shown === signed ? [] : [{ path: "number", element: null, shown, signed }];
}

const trimmed = (text) => spaced(text).replace(/^[\s,.;:·()]+|[\s,.;:·()]+$/g, "");

// Text that is not bound to a place must be one of the program's own sentences.
function unbound(page, found) {
  const known = new Set();
  for (const [key, text] of Object.entries(SENTENCES)) {
    if (!key.startsWith("box.") || ["box.title", "box.independent"].includes(key)) for (const part of text.split(/\{\w+\}/)) known.add(trimmed(part));
  }
  const walker = page.createTreeWalker(page.body, 4);
  const differing = [];
  while (walker.nextNode()) {
    const [text, parent] = [trimmed(walker.currentNode.data), walker.currentNode.parentElement];
    if (text === "" || known.has(text) || parent.closest("[data-at], script, style, #box, #box-summary, .own, figure")) continue;
    differing.push({ path: say("box.page_text"), element: parent, shown: text, signed: say("box.nothing_signed") });
  }
  for (const figure of page.querySelectorAll("figure")) differing.push(...inPicture(figure, found, known));
  return differing;
}
