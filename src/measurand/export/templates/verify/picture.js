// Texts in drawings: each must be one that was signed, a sentence of the program filled with what was signed, or a mark
// on a scale with equal steps. Lengths and positions are not compared here.

function leaves(value, into = []) {
  if (value !== null && typeof value === "object") Object.values(value).forEach((v) => leaves(v, into));
  else if (typeof value === "string" || typeof value === "number") into.push(String(value));
  return into;
}

// Counts of an item map: all items, by their outcomes, of each kind in each column, and in one cell.
function countsOf(chart) {
  const [count, columns] = [chart.items.length, chart.columns.length];
  const seen = chart.outcome.map((row) => [...row].filter((c) => !".x".includes(c)));
  const all = (mark) => seen.filter((row) => row.length && row.every((c) => c === mark)).length;
  const [always, never] = [all("1"), all("0")];
  const found = [count, columns, always, never, seen.filter((row) => row.length).length - always - never];
  chart.columns.forEach((_, j) => {
    const column = chart.outcome.map((row) => row[j]);
    const plain = [..."10.x"].map((mark) => column.filter((c) => c === mark).length);
    found.push(...plain, count - plain.reduce((a, b) => a + b));
  });
  return [...found, binOf(chart), 1];
}

const binOf = ({ items, columns }) => Math.max(1, Math.ceil(items.length / (columns.length === 1 ? 704 : 360 * 8)));

// What stands above the panels of an item map.
function panelsOf(chart) {
  const [count, bin] = [chart.items.length, binOf(chart)];
  const cells = Math.ceil(count / bin);
  const panels = chart.columns.length === 1 ? 1 : Math.max(1, Math.ceil(cells / 360));
  const lines = Math.ceil(cells / panels);
  return Array.from({ length: panels }, (_, i) => `${i * lines * bin + 1}–${Math.min((i + 1) * lines * bin, count)}`);
}

// Counts that captions of curves state: how many there are, their sums, and parts of their lengths.
function countsOfCurve(curve) {
  const columns = Object.entries(curve.columns).filter(([name]) => /rows|units|observations/.test(name)).map(([, column]) => column.map(real));
  const sums = columns.map((column) => column.reduce((a, b) => a + b, 0));
  if (columns.length === 2) sums.push(Math.max(...columns[0].map((x, i) => x + columns[1][i])));
  const lengths = Object.values(curve.columns).flatMap((column) => [column.length, new Set(column).size]);
  const parts = curve.name === "reliability" || curve.name === "population" ? Array.from({ length: lengths[0] + 1 }, (_, i) => i) : [];
  return [...sums, ...columns.flat(), ...lengths, ...parts];
}

// What may fill a sentence about these results, by the name of the field; ``whole``: texts that stand by themselves.
function fillings(results, decisions, curves, maps) {
  const lines = results.flatMap((r) => r.budget.filter((b) => b.share != null));
  const ends = curves.filter((c) => c.name === "monte_carlo_intervals");
  const rounded = (name) => ends.flatMap((c) => c.columns[name].map((x) => roundedTo(real(x), decimals(real(results[0].u), 2))));
  const shares = [...lines.map((b) => b.share), ...curves.flatMap((c) => c.columns.share ?? [])].map((x) => share(real(x)));
  const counts = [results.length, Math.max(decisions.length, results.length), ...curves.flatMap(countsOfCurve), ...maps.flatMap(countsOf)].map(String);
  const strings = new Set(leaves([results.map((r) => [r.system, r.level, r.measurand, r.unit]), lines.map((b) => b.line), curves, maps.map((m) => m.columns)]).map((text) => spaced(visible(text))));
  const population = curves.filter((c) => c.name === "population").flatMap(({ columns: { units, share: part } }) => units.map((n, i) => say("picture.units_share", { units: n, share: share(real(part[i])) })));
  const budget = [...lines].sort((a, b) => real(b.share) - real(a.share)).map((b) => `${b.line} ${share(real(b.share))}`).join("; ");
  const heads = Object.keys(SENTENCES).filter((name) => name.startsWith("data.")).map((name) => SENTENCES[name]);
  const named = {
    title: [...results, ...curves].map((x) => x.title),
    text: results.map((r) => r.text),
    p: [...results.map((r) => percentOf(r.coverage_probability)), ...decisions.map((d) => probability(real(d.p_conformity)))],
    share: shares,
    lower: rounded("lower"),
    upper: rounded("upper"),
    u: rounded("u"),
    up: heads,
    down: heads,
  };
  return { named, counts: new Set(counts), strings, whole: new Set([...shares, ...counts, ...population, budget, ...maps.flatMap(panelsOf)].map((text) => spaced(visible(text)))) };
}

const literally = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// Sentences about drawings as patterns: fields with known fillings as such, others to be looked at.
function patternsOf({ named }) {
  return Object.entries(SENTENCES).filter(([key, text]) => key.startsWith("picture.") && text.includes("{")).map(([, text]) => {
    const parts = spaced(text).split(/\{(\w+)\}/);
    const written = parts.map((part, i) => {
      if (i % 2 === 0) return literally(part);
      const known = named[part]?.map((one) => literally(spaced(visible(one))));
      return known ? `(?:${known.length ? known.join("|") : "(?!)"})` : "(.+?)";
    });
    return new RegExp(`^${written.join("")}$`, "u");
  });
}

// Marks on scales: numbers that stand in one line or column, with equal steps between them; where the interval of the
// result is drawn, at the values that its ends give.
function marksOf(figure, r) {
  const lines = new Map();
  for (const element of figure.querySelectorAll("text.tick")) {
    const text = element.textContent.replace(/ %$/, "").replaceAll(MINUS, "-");
    if (!/^-?\d+(\.\d+)?(e-?\d+)?$/.test(text)) continue;
    for (const [one, other] of [["y", "x"], ["x", "y"]]) {
      const line = `${one}${element.getAttribute(one)}`;
      if (!lines.has(line)) lines.set(line, []);
      lines.get(line).push({ element, at: Number(element.getAttribute(other)), value: Number(text), places: (/\.(\d+)/.exec(text)?.[1] ?? "").length });
    }
  }
  const [regular, irregular] = [new Set(), new Set()];
  const ends = drawnEnds(figure);
  for (const [line, marks] of lines) {
    const [first, last] = [marks[0], marks[marks.length - 1]];
    const slope = (last.value - first.value) / (last.at - first.at);
    const step = Math.abs(last.value - first.value) / (marks.length - 1);
    let even = marks.every((m) => Math.abs(first.value + slope * (m.at - first.at) - m.value) < 0.002 * step);
    if (marks.length < 3) {
      if (marks.length === 1 && (line.startsWith("x") || !ends)) continue;
      const value = (x) => real(r.lower) + ((x - ends[0]) / (ends[1] - ends[0])) * (real(r.upper) - real(r.lower));
      even = !ends || line.startsWith("x") || marks.every((m) => Math.abs(value(m.at) - m.value) < 0.3 * 10 ** -m.places);
    }
    marks.forEach((m) => (even ? regular : irregular).add(m.element));
  }
  return { regular, irregular };
}

// Where the ends of the first coverage interval are drawn, if they are.
function drawnEnds(figure) {
  const [bar, field] = [figure.querySelector("line.expanded"), figure.querySelector("rect.reach")];
  const number = (element, name) => Number(element.getAttribute(name));
  const ends = bar ? [number(bar, "x1"), number(bar, "x2")] : field ? [number(field, "x"), number(field, "x") + number(field, "width")] : null;
  return ends && ends[1] - ends[0] > 1 ? ends : null;
}

// What a drawing of intervals says of all of its rows, to those who listen.
function spokenOf(results, decisions, found) {
  const key = (x) => canonical([x.measurand, x.system, x.level]);
  const rows = results.flatMap((r) => {
    const own = decisions.filter((d) => key(d) === key(r));
    return (own.length ? own : [null]).map((d) => [r, d]);
  });
  if (rows.length === 1) return inWords(rows[0][0], rows[0][1], found);
  return rows.map(([r, d]) => inWords(r, d, found).replace(`${rowName(r, found)}: `, () => `${FORMS.row(r, "", found)}: `)).join("; ");
}

// Texts of a drawing that do not follow from what was signed.
function inPicture(figure, found, known) {
  const paths = (figure.dataset.of ?? "").split(" ").filter(Boolean);
  const where = `${paths.join(" ")} (${say("box.picture")})`;
  const results = paths.map((path) => resultOf(found, path)).filter((r) => r?.budget);
  if (!results.length) return [{ path: where, element: figure, shown: spaced(figure.textContent).slice(0, 80), signed: say("box.no_place") }];
  const key = (x) => canonical([x.measurand, x.system, x.level]);
  const decisions = found.statement.predicate.decisions.filter((d) => results.map(key).includes(key(d)));
  const curves = paths[0].includes("/curves/") ? results[0].curves : [];
  const filling = fillings(results, decisions, curves, paths[0].endsWith("/item_map") ? [results[0].item_map] : []);
  const [patterns, marks] = [patternsOf(filling), marksOf(figure, results[0])];
  const caption = figure.querySelector("figcaption[data-at]")?.textContent ?? "";
  const spoken = spaced(visible(spokenOf(results, decisions, found)));
  const names = (text) => filling.counts.has(text) || filling.strings.has(text) || text.split(/, | \/ | and \d+ more$/).every((one) => one === "" || filling.strings.has(one));
  const follows = (text) => {
    if (known.has(trimmed(text)) || filling.whole.has(text) || filling.strings.has(text) || text === spoken || text === spaced(caption)) return true;
    if (text.endsWith("…") && [...filling.strings].some((one) => one.startsWith(text.slice(0, -1)))) return true;
    return patterns.some((pattern) => pattern.exec(text)?.slice(1).every(names));
  };
  const differing = [];
  const walker = figure.ownerDocument.createTreeWalker(figure, 4);
  while (walker.nextNode()) {
    const [text, parent] = [spaced(walker.currentNode.data), walker.currentNode.parentElement];
    if (text === "" || parent.closest("[data-at]") || marks.regular.has(parent) || follows(text)) continue;
    differing.push({ path: where, element: parent, shown: text, signed: marks.irregular.has(parent) ? say("box.uneven") : say("box.nothing_signed") });
  }
  return differing;
}
