// Numbers in drawings: each must be a rounding of a number that was signed for the results that are drawn, a count of
// their items, or a mark on a scale with equal steps. Lengths and positions are not compared here.

const NUMBER = /[\u2212-]?\d+(?:\.\d+)?(?:e[\u2212-]?\d+)?/g;

function leaves(value, into = []) {
  if (value !== null && typeof value === "object") Object.values(value).forEach((v) => leaves(v, into));
  else if (typeof value === "string" || typeof value === "number") into.push(String(value));
  return into;
}

// Counts of an item map: all items, of each kind in each column, by their outcomes, and the ends of the panels.
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
  const bin = Math.max(1, Math.ceil(count / (columns === 1 ? 704 : 360 * 8)));
  const cells = Math.ceil(count / bin);
  const panels = columns === 1 ? 1 : Math.max(1, Math.ceil(cells / 360));
  const lines = Math.ceil(cells / panels);
  for (let i = 0; i < panels; i++) found.push(i * lines * bin + 1, Math.min((i + 1) * lines * bin, count));
  return [...found, bin, 1];
}

// Of a curve: its numbers, how many there are, their sums, and the counts that a caption states.
function numbersOf(curve) {
  const texts = leaves(curve.columns);
  const sums = Object.entries(curve.columns).filter(([name]) => /rows|units|observations/.test(name)).map(([, column]) => column.map(real));
  for (const column of sums) texts.push(String(column.reduce((a, b) => a + b, 0)));
  if (sums.length === 2) texts.push(String(Math.max(...sums[0].map((x, i) => x + sums[1][i]))));
  const lengths = Object.values(curve.columns).flatMap((column) => [column.length, new Set(column).size]);
  for (let i = 0; i <= Math.min(60, Math.max(...lengths)); i++) texts.push(String(i));
  return texts.concat(lengths.map(String));
}

function signedNumbers(results, decisions, path) {
  const texts = leaves([results.map(({ curves, item_map, ...rest }) => rest), decisions]);
  for (const r of results) {
    if (path.includes("/curves/")) texts.push(...(r.curves ?? []).flatMap(numbersOf));
    if (path.endsWith("/item_map")) texts.push(...r.item_map.columns, ...countsOf(r.item_map).map(String));
  }
  const ends = ["0.9999", "0.0001", "0.001"]; // what is beyond is printed as > 0.9999, < 0.0001, < 0.1 %
  return new Set(texts.concat(ends, String(results.length)).map(visible));
}

// Is the token a rounding of one of the numbers, as it is or as per cent?
function rounds(token, numbers, cache) {
  const text = token.replaceAll(MINUS, "-");
  const wanted = decimal(text);
  const key = `${wanted.exponent} ${text.includes("e")}`;
  if (!cache.has(key)) {
    const rounded = new Set();
    for (const d of numbers) {
      for (const power of [0, 2]) {
        const [x, exact] = [{ digits: d.digits, exponent: d.exponent + power }, exactly(Number(plainly(d)) * 10 ** power)];
        for (const one of [x, exact]) rounded.add(plainly(atPlace(one, wanted.exponent)));
      }
    }
    cache.set(key, rounded);
  }
  const same = plainly(atPlace(wanted, wanted.exponent));
  return cache.get(key).has(same) || (token.startsWith("-") && cache.get(key).has(same.slice(1)));
}

// Marks on scales: numbers that stand in one line or column, with equal steps between them.
function marksOf(figure) {
  const lines = new Map();
  for (const element of figure.querySelectorAll("text.tick")) {
    const text = element.textContent.replace(/ %$/, "").replaceAll(MINUS, "-");
    if (!/^-?\d+(\.\d+)?(e-?\d+)?$/.test(text)) continue;
    for (const [one, other] of [["y", "x"], ["x", "y"]]) {
      const line = `${one}${element.getAttribute(one)}`;
      if (!lines.has(line)) lines.set(line, []);
      lines.get(line).push({ element, at: Number(element.getAttribute(other)), value: Number(text) });
    }
  }
  const [regular, irregular] = [new Set(), new Set()];
  for (const marks of lines.values()) {
    if (marks.length < 3) continue;
    const [first, last] = [marks[0], marks[marks.length - 1]];
    const slope = (last.value - first.value) / (last.at - first.at);
    const step = Math.abs(last.value - first.value) / (marks.length - 1);
    const even = marks.every((m) => Math.abs(first.value + slope * (m.at - first.at) - m.value) < 0.002 * step);
    marks.forEach((m) => (even ? regular : irregular).add(m.element));
  }
  return { regular, irregular };
}

// Texts of a drawing that do not follow from what was signed.
function inPicture(figure, found, known) {
  const paths = (figure.dataset.of ?? "").split(" ").filter(Boolean);
  if (!paths.length) return [{ path: say("box.picture"), element: figure, shown: spaced(figure.textContent).slice(0, 80), signed: say("box.no_place") }];
  const results = paths.map((path) => resultOf(found, path)).filter(Boolean);
  const key = (x) => canonical([x.measurand, x.system, x.level]);
  const keys = results.map(key);
  const signed = signedNumbers(results, found.statement.predicate.decisions.filter((d) => keys.includes(key(d))), paths[0]);
  const numbers = [...signed].filter((text) => /^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text)).map(decimal);
  const whole = [...signed].filter((text) => /\d/.test(text) && /[^\d.]/.test(text)).map(spaced).sort((a, b) => b.length - a.length);
  const follows = (token) => {
    const plain = token.replaceAll(MINUS, "-");
    if (signed.has(plain) || signed.has(plain.replace(/^-/, ""))) return true;
    return (plain.includes(".") || plain.includes("e") || Math.abs(Number(plain)) >= 10) && rounds(token, numbers, cache);
  };
  const [marks, cache, differing] = [marksOf(figure), new Map(), []];
  const walker = figure.ownerDocument.createTreeWalker(figure, 4);
  while (walker.nextNode()) {
    const [text, parent] = [spaced(walker.currentNode.data), walker.currentNode.parentElement];
    if (text === "" || known.has(trimmed(text)) || signed.has(text) || parent.closest("[data-at]")) continue;
    if (text.endsWith("…") && whole.some((one) => one.startsWith(text.slice(0, -1)))) continue;
    if (marks.regular.has(parent)) continue;
    if (marks.irregular.has(parent)) {
      differing.push({ path: `${paths.join(" ")} (${say("box.picture")})`, element: parent, shown: text, signed: say("box.uneven") });
      continue;
    }
    const rest = whole.reduce((left, one) => left.replaceAll(one, " "), text);
    const wrong = (rest.match(NUMBER) ?? []).filter((token) => !follows(token));
    if (wrong.length) differing.push({ path: `${paths.join(" ")} (${say("box.picture")})`, element: parent, shown: text, signed: say("box.nothing_signed") });
  }
  return differing;
}
