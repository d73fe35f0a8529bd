// What a page is made of: nothing that hides, covers or says something else, and everything that a reader needs.

const OWN_SCRIPT = document.currentScript?.textContent ?? "";
const SHAPE = "height width x y";
const BUILT = {
  html: "lang", head: "", meta: "charset content http-equiv name", title: "id", style: "", body: "", main: "", header: "", section: "aria-labelledby id",
  article: "", div: "aria-hidden id", p: "aria-live id role", h1: "", h2: "id", h3: "", span: "", strong: "", code: "", pre: "", br: "", ul: "", li: "",
  dl: "", dt: "", dd: "", table: "", thead: "", tbody: "", tr: "", td: "colspan", th: "scope", figure: "data-of", figcaption: "", details: "", summary: "",
  script: "id type", svg: "aria-hidden aria-labelledby focusable role viewBox xmlns", g: "transform", defs: "", desc: "id", mask: "id", circle: "cx cy r",
  pattern: "height id patternTransform patternUnits width", image: `href preserveAspectRatio ${SHAPE}`, line: "x1 x2 y1 y2", path: "d fill", polygon: "fill points",
  rect: `fill fill-opacity mask ${SHAPE}`, text: "text-anchor transform x y", tspan: "dx x y",
};
const BOUND = ["class", "data-at", "data-as", "data-by"];
// Classes of the reader's box, and those that cover or hide: each has its one place.
const PLACED = { stamp: "body > div.stamp:first-child", check: "main > #check", "own-check": "main > #check" };
const STRANGE = ["own", "zone", "over", "states", "sign", "places", "tree", "signed-title"];
// What a form may add to what was signed.
const ADDED = { or: ["page.not_stated"], join: [" ", ", ", "; ", " / "], entry: [" ", ": "], say: ["page.stated_", "verdict."] };
const LABELS = { valid_for: "page.valid_for", not_valid_for: "page.not_valid_for", measured: "page.measured", issued: "page.issued", customer: "page.customer", received: "page.received" };
const VERDICTS = ["conforming", "inconclusive", "invalid", "non-conforming"];

// Why an element is none of a certificate's page; "" where it may be.
function strangeness(element) {
  if (element.shadowRoot) return `<${element.localName}> #shadow-root`;
  const allowed = Object.hasOwn(BUILT, element.localName) ? [...BOUND, ...BUILT[element.localName].split(" ")] : null;
  if (!allowed) return `<${element.localName}>`;
  for (const { name, value } of element.attributes) {
    const bad = !allowed.includes(name)
      || ((name === "fill" || name === "mask") && !/^url\(#[\w-]+\)$/.test(value))
      || (name === "href" && !value.startsWith("data:image/png;base64,"))
      || (name === "aria-hidden" && !element.matches("svg, div.stamp"));
    if (bad) return `<${element.localName} ${name}="${shortened(value, 60)}">`;
  }
  const wrong = [...element.classList].find((name) => STRANGE.includes(name) || (Object.hasOwn(PLACED, name) && !element.matches(PLACED[name])));
  if (wrong) return `class="${wrong}"`;
  const [form, by] = [element.dataset?.as ?? "", element.dataset?.by ?? ""];
  if (Object.hasOwn(ADDED, form) && !ADDED[form].includes(by)) return `data-by="${shortened(by, 60)}"`;
  const misplaced = {
    figcaption: () => element.children.length, details: () => !element.matches("figure > details"), image: () => !element.closest('figure[data-of$="/item_map"]'),
    style: () => !element.matches("head > style"), title: () => !element.closest("head, svg"), summary: () => !element.matches("details > summary:first-child"),
  };
  return Object.hasOwn(misplaced, element.localName) && misplaced[element.localName]() ? `<${element.localName}>` : "";
}

// Results that an element speaks of; those of a decision are its own.
function spokenResults(element, predicate) {
  const key = (x) => canonical([x.measurand, x.system, x.level]);
  const found = new Set();
  for (const one of [element, ...element.querySelectorAll("[data-at]")]) {
    const [kind, index] = (one.dataset.at ?? "").split("/");
    if (kind === "results" && predicate.results[index]) found.add(key(predicate.results[index]));
    if (kind === "decisions" && predicate.decisions[index]) found.add(key(predicate.decisions[index]));
  }
  return found;
}

// Places without which a page keeps something back.
function needed(p) {
  const each = (list, name) => (list ?? []).map((_, i) => `${name}/${i}`);
  const own = p.results.flatMap((r, i) => [`results/${i}/text`, ...each(r.warnings, `results/${i}/warnings`), ...each(r.checks, `results/${i}/checks`), ...each(r.budget, `results/${i}/budget`)]);
  const decided = p.decisions.flatMap((d, i) => [`decisions/${i}/verdict`, `decisions/${i}/requirement/text`]);
  return ["number", "title", "measured", "issued", "laboratory/name", "valid_for", "not_valid_for", "procedure_text", ...own, ...decided, ...each(p.remarks, "remarks"), ...each(p.conditions, "conditions")];
}

const decidedAt = (path, predicate) => predicate.decisions[/^decisions\/(\d+)\/verdict$/.exec(path)?.[1]]?.verdict;

// Parts that are in the wrong place, and those that are not there.
function misplacedIn(page, predicate) {
  const found = [];
  const add = (element, shown, signed = say("box.nothing_signed")) => found.push({ path: say("box.page_parts"), element, shown, signed });
  for (const element of page.querySelectorAll("article, tr, div.now")) {
    if (element.matches(".card") && element.querySelector("table.outcomes")) continue;
    if (spokenResults(element, predicate).size > 1) add(element, shortened(spaced(element.textContent), 80));
  }
  for (const element of page.querySelectorAll("dl.facts > dd[data-at]")) {
    const label = Object.hasOwn(LABELS, element.dataset.at) ? say(LABELS[element.dataset.at]) : null;
    const shown = spaced(element.previousElementSibling?.textContent ?? "");
    if (label && shown !== label) add(element.previousElementSibling, shown, label);
  }
  for (const element of page.querySelectorAll('[data-as="say"][data-by="verdict."]')) {
    const verdict = decidedAt(element.dataset.at, predicate);
    const drawn = element.closest(VERDICTS.map((name) => `.${name}`).join(", "));
    const kind = drawn && VERDICTS.find((name) => drawn.classList.contains(name));
    if (kind && kind !== verdict) add(drawn, kind, verdict);
  }
  const seen = (where) => new Set([...page.querySelectorAll(`${where} [data-at]`)].filter((e) => !e.closest("figure, details")).map((e) => e.dataset.at));
  const [anywhere, cards] = [seen("main"), seen("article.card")];
  for (const path of needed(predicate)) {
    const there = /^results\/\d+\/text$|^decisions\//.test(path) ? cards : anywhere;
    if (!there.has(path)) add(null, say("box.page_nothing"), path);
  }
  if (predicate.demonstration && !page.querySelector("p.notice")) add(null, say("box.page_nothing"), say("page.demonstration_note"));
  return found;
}

// Differences of a page's making. ``page`` is as it was read: the box is still empty.
async function makingOf(page, found) {
  const differing = [];
  const add = (shown, element = null, signed = say("box.page_no_part")) => differing.push({ path: say("box.page_parts"), element, shown, signed });
  for (const element of page.querySelectorAll("*")) {
    const strange = strangeness(element);
    if (strange) add(strange, element);
  }
  const ids = [...page.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size < ids.length) add(`id="${shortened(ids.find((id, i) => ids.indexOf(id) < i), 60)}"`);
  for (const element of page.body.children) if (!element.matches("main, script, div.stamp")) add(`<${element.localName}>`, element);
  const [box, summary] = [page.getElementById("box"), page.getElementById("box-summary")];
  if (!box || box.childNodes.length || !summary || summary.textContent !== say("box.off")) add("#box", box);
  const scripts = [...page.querySelectorAll("script:not([id])")];
  if (scripts.length !== 1 || scripts[0].textContent !== OWN_SCRIPT) add("<script>", null, say("box.page_version"));
  const sheets = [...page.querySelectorAll("style")].map((element) => element.textContent);
  const plain = (sheets[0] ?? "").replace(FOOT, '@bottom-left { content: "NUMBER"');
  if (sheets.length !== 1 || (await sha256(encoder.encode(plain))) !== SHEET) add("<style>", null, say("box.page_version"));
  const metas = [...page.querySelectorAll("meta")].map((element) => [...element.attributes].map(({ name, value }) => `${name}=${value}`).join(" "));
  const digest = async (text) => `'sha256-${btoa(String.fromCharCode(...new Uint8Array(await cryptography().digest("SHA-256", encoder.encode(text)))))}'`;
  const policy = POLICY.replace("{script}", await digest(OWN_SCRIPT)).replace("{style}", await digest(sheets[0] ?? ""));
  const expected = ["charset=utf-8", `http-equiv=Content-Security-Policy content=${policy}`, "name=referrer content=no-referrer", "name=viewport content=width=device-width, initial-scale=1", "name=color-scheme content=light dark"];
  metas.forEach((text, i) => text === expected[i] || add(`<meta ${shortened(text, 80)}>`));
  if (metas.length < expected.length) add("<meta>");
  return [...differing, ...misplacedIn(page, found.statement.predicate)];
}
