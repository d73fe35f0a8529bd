// Without a certificate inside: any that is dropped is checked and shown, drawn from what was signed alone.

let current = null;

// The page around a certificate, as a document of its own that runs nothing; null for a plain ``certificate.json``.
function partsOf(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (text.trimStart().startsWith("{")) return { original: bytes, evidence: null, page: null };
  const page = new DOMParser().parseFromString(text, "text/html");
  const [originals, evidences] = [page.querySelectorAll('[id="certificate"]'), page.querySelectorAll('[id="evidence"]')];
  if (originals.length !== 1 || evidences.length > 1) throw new Error(say(originals.length ? "box.several" : "box.no_certificate"));
  return { original: encoder.encode(originals[0].textContent), evidence: evidences[0]?.textContent ?? null, page };
}

async function dropped(files, key) {
  const others = [];
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      const parts = partsOf(bytes);
      const certificate = await opened(parts.original);
      if (certificate.kind !== "certificate") throw new Error(certificate.kind);
      current = { certificate, parts, name: file.name, shown: parts.page ? [...(await makingOf(parts.page, certificate)), ...differencesOf(parts.page, certificate)] : [] };
      Object.assign(reader, { documents: [], stamps: [] });
    } catch (error) {
      others.push({ file, error });
    }
  }
  if (!current && others.length) return notRead(others[0]);
  const damaged = others.find(({ file, error }) => files.length === 1 && /\.html?$/i.test(file.name) && error);
  if (damaged) return notRead(damaged);
  document.getElementById("left").textContent = say("box.left");
  await take(others.map(({ file }) => file), key);
  await refreshed();
}

function notRead({ file, error }) {
  current = null;
  document.getElementById("box").replaceChildren();
  document.getElementById("content").replaceChildren();
  fault(`${shortened(file.name, 80)}: ${error.message}`);
}

async function refreshed() {
  if (!current) return;
  const { certificate, parts, shown } = current;
  const { states } = await examined(certificate, reader, { evidence: parts.evidence, page: null });
  const made = certificate.statement.predicate.program.measurand;
  const elsewhere = made === VERSION ? "" : visible(made ?? say("page.not_stated"));
  shownStates(document.getElementById("box"), { states, shown, elsewhere }, parts.page !== null);
  document.getElementById("content").replaceChildren(...contentOf(certificate, current.name));
}

const cellsOf = (tag, texts) => make("tr", {}, ...texts.map((text) => make(tag, {}, visible(text ?? ""))));

function contentOf(certificate, name) {
  const p = certificate.statement.predicate;
  const decisions = (r) => p.decisions.filter((d) => d.measurand === r.measurand && d.system === r.system && (d.level ?? "") === (r.level ?? ""));
  const head = make("tr", {}, ...["column.result_of", "column.result", "column.requirement", "column.verdict", "column.p_short"].map((key) => make("th", { scope: "col" }, say(key))));
  const rows = p.results.flatMap((r) => {
    const title = FORMS.heading(r, "", certificate);
    const found = decisions(r);
    if (!found.length) return [cellsOf("td", [title, r.text, say("page.no_requirement"), "", ""])];
    return found.map((d) => {
      const row = cellsOf("td", [title, r.text, d.requirement.text, say(`verdict.${d.verdict}`), d.verdict === "invalid" ? "" : probability(real(d.p_conformity))]);
      row.children[3].className = `word ${d.verdict}`;
      return row;
    });
  });
  const facts = [["box.amends", p.amends && `${p.amends.number}: ${p.amends.reason}`], ["page.procedure", p.procedure_id], ["page.laboratory", [p.laboratory.name, p.laboratory.address].filter(Boolean).join(", ")], ["page.authorised", p.laboratory.authorised_by], ["page.customer", p.customer], ["page.measured", p.measured], ["page.issued", p.issued], ["page.valid_for", p.valid_for || say("page.not_stated")], ["page.not_valid_for", p.not_valid_for || say("page.not_stated")], ["page.digest", certificate.digest]];
  const list = make("dl", { class: "facts" });
  for (const system of p.systems) list.append(make("dt", {}, say("page.system")), make("dd", {}, visible(FORMS.brief(system))));
  for (const [key, text] of facts) if (text) list.append(make("dt", {}, say(key)), make("dd", {}, visible(text)));
  const reasons = p.decisions.map((d) => make("li", {}, make("strong", {}, visible(`${d.requirement.id}: ${say(`verdict.${d.verdict}`)}. `)), visible([...d.reasons, d.what_now].filter(Boolean).join("; "))));
  return [
    make("p", { class: "number" }, visible(`${say("page.title")} ${say("page.number")} ${p.number} (${name})`)),
    make("h2", { class: "signed-title" }, visible(p.title)),
    p.demonstration ? make("p", { class: "notice" }, say("page.demonstration_note")) : "",
    make("div", { class: "wide" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))),
    reasons.length ? make("ul", {}, ...reasons) : "",
    list,
    make("details", {}, make("summary", {}, say("box.everything")), tree(p)),
  ].filter(Boolean);
}

// Everything that was signed, as it stands there; long lists are opened when they are asked for.
function tree(value) {
  if (value === null || typeof value !== "object") return make("span", {}, visible(value));
  const list = make("dl", { class: "tree" });
  for (const [key, one] of Object.entries(value)) {
    const deep = one !== null && typeof one === "object";
    const where = make("dd", {});
    if (deep) {
      const more = make("details", {}, make("summary", {}, `${visible(key)} (${Object.keys(one).length})`));
      more.addEventListener("toggle", () => more.children.length === 1 && more.append(tree(one)), { once: true });
      where.append(more);
    } else where.append(make("span", { class: "quiet" }, `${visible(key)}: `), String(one).includes("\n") ? make("pre", { class: "procedure" }, visible(one)) : visible(one));
    list.append(where);
  }
  return list;
}

function alone() {
  const zone = document.getElementById("zone");
  const file = document.getElementById("file");
  zone.hidden = false;
  const panel = controls(refreshed, { standalone: true });
  document.getElementById("box").after(panel);
  const key = panel.querySelector("textarea");
  const taken = (files) => files.length && dropped([...files], key).catch((error) => fault(error.message));
  file.addEventListener("change", async () => {
    await taken([...file.files]);
    file.value = "";
  });
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => zone.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    taken(event.dataTransfer.files);
  });
  document.getElementById("box-summary").textContent = say("box.waiting");
}

if (document.querySelector('[id="certificate"]')) ownPage();
else if (document.getElementById("zone")) alone();
