// The box in which the states are said, and the reader's own files.

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
};

const reader = { key: "", documents: [], stamps: [] };
const BUNDLE = "application/vnd.dev.sigstore.bundle";
const FEW = 5;

function stateLine(name, { state, text }) {
  const sign = make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[state]);
  const word = make("strong", {}, `${say(`box.name_${name}`)}: ${say(`box.state_${state}`)}.`);
  return make("li", { "data-state": state, "data-name": name }, sign, make("span", {}, word, ` ${visible(text)}`));
}

// What a page shows otherwise counts against it only where this same version wrote it.
function pageLine(shown, elsewhere) {
  if (!shown.length) return stateLine("page", { state: "passed", text: say("box.page_same") });
  const text = elsewhere ? say("box.page_elsewhere", { made: elsewhere, here: VERSION }) : say("box.page_differs");
  const line = stateLine("page", { state: elsewhere ? "open" : "failed", text });
  const places = make("ul", { class: "places" });
  for (const { path, shown: text, signed } of shown.slice(0, FEW))
    places.append(make("li", {}, make("code", {}, visible(path)), ` ${say("box.place", { shown: visible(shortened(text, 160)), signed: visible(shortened(signed, 160)) })}`));
  if (shown.length > FEW) places.append(make("li", {}, say("box.more", { count: shown.length - FEW })));
  line.lastChild.append(places);
  return line;
}

// Differences that were found once stay: the page was filled again. ``elsewhere``: the other version that made the page.
function shownStates(box, { states, shown, elsewhere }, page) {
  const differs = shown.length > 0 && !elsewhere;
  const names = Object.keys(states); // the five, and that of names where one looks like another
  const found = names.map((name) => states[name].state);
  const failed = found.filter((s) => s === "failed").length + (differs ? 1 : 0);
  const summary = document.getElementById("box-summary");
  const counts = { passed: found.filter((s) => s === "passed").length, failed, open: found.filter((s) => s === "open" || s === "partly").length };
  summary.textContent = (differs ? `${say("box.page_differs")} ` : "") + say(failed ? "box.summary_failed" : "box.summary", counts);
  const section = document.getElementById("check");
  section.dataset.state = failed ? "failed" : "open";
  const list = make("ul", { class: "states" }, ...names.map((name) => stateLine(name, states[name])));
  if (page) list.append(pageLine(shown, elsewhere));
  for (const { element } of shown) element?.classList.add("differs");
  box.replaceChildren(list);
}

// Controls for the reader's key and documents; ``changed`` is called after each change.
function controls(changed, { standalone }) {
  const key = make("textarea", { id: "own-key", rows: "3", spellcheck: "false", autocomplete: "off", "aria-describedby": "own-key-note" });
  key.addEventListener("input", () => {
    reader.key = key.value;
    changed();
  });
  const file = make("input", { type: "file", id: "own-file", multiple: "" });
  file.addEventListener("change", async () => {
    await take([...file.files], key);
    file.value = "";
    changed();
  });
  const parts = [
    make("label", { for: "own-key" }, say("box.own_key")),
    key,
    make("p", { class: "quiet", id: "own-key-note" }, say("box.own_key_note")),
  ];
  if (!standalone) parts.push(make("label", { for: "own-file" }, say("box.own_file")), file);
  return make("details", { class: "own" }, make("summary", {}, say("box.own")), ...parts);
}

// Files of the reader: a public key goes into the field, everything else is a document about the certificate or its key.
async function take(files, key) {
  for (const one of files) {
    const bytes = one.size > LARGEST ? new Uint8Array() : new Uint8Array(await one.arrayBuffer());
    const text = new TextDecoder().decode(bytes.slice(0, 4096));
    if (text.trimStart().startsWith("-----BEGIN")) {
      key.value = new TextDecoder().decode(bytes);
      reader.key = key.value;
    } else if (text.includes(BUNDLE)) reader.stamps.push(shortened(one.name, 80));
    else reader.documents.push({ name: shortened(one.name, 80), bytes });
  }
}

function fault(text) {
  document.getElementById("box-summary").textContent = say("box.broken", { reason: visible(text) });
  document.getElementById("check").dataset.state = "failed";
}

// A certificate's page checks itself.
async function ownPage() {
  const box = document.getElementById("box");
  const [originals, evidences] = [document.querySelectorAll('[id="certificate"]'), document.querySelectorAll('[id="evidence"]')];
  if (originals.length !== 1 || evidences.length > 1) return fault(say("box.several"));
  let certificate;
  try {
    certificate = await opened(encoder.encode(originals[0].textContent));
    if (certificate.kind !== "certificate") throw new Error(say("box.other_kind", { kind: certificate.kind }));
  } catch (error) {
    return fault(error.message);
  }
  const evidence = evidences[0]?.textContent ?? null;
  const first = await examined(certificate, reader, { evidence, page: document });
  shownStates(box, first, true);
  const changed = async () => shownStates(box, { states: (await examined(certificate, reader, { evidence, page: null })).states, shown: first.shown }, true);
  box.after(controls(changed, { standalone: false }));
}
