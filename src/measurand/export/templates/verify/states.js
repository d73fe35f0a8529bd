// The five states of trust, each on its own: they are never made into one.

const SIGNS = { passed: "✓", failed: "✕", partly: "◐", open: "–" };

// What the reader gave: a public key or a fingerprint.
async function givenKey(text) {
  const plain = text.trim();
  if (plain === "") return null;
  if (plain.includes("-----BEGIN")) return publicKey(plain);
  const fingerprint = plain.replace(/^sha-?256/i, "").replace(/[\s:]/g, "").toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(fingerprint)) throw new Error(say("box.no_fingerprint"));
  return { fingerprint };
}

function keyState(found, given, signature, statuses) {
  const keyid = found.envelope.signatures[0]?.keyid ?? "";
  const shown = grouped(keyid);
  if (keyid === DEMONSTRATION || found.statement.predicate.demonstration) return { state: "open", text: say("box.key_demonstration") };
  const bad = statuses.find((s) => s.about === "key");
  if (bad) return { state: "failed", text: bad.text };
  if (given === null) return { state: "open", text: say("box.key_unknown", { keyid: shown }) };
  if (given.fault) return { state: "open", text: given.fault };
  if (given.fingerprint !== keyid) return { state: "failed", text: say("box.key_other", { given: grouped(given.fingerprint), keyid: shown }) };
  if (signature.state !== "passed") return { state: "open", text: say("box.key_unsigned") };
  return { state: "passed", text: say(given.der ? "box.key_given" : "box.key_fingerprint", { keyid: shown }) };
}

// Fingerprints of the keys that took the place of a key, as documents say that each key signed about itself. A
// compromised key names none: whoever stole it could.
async function successorsOf(documents, keyid) {
  const links = [];
  for (const { bytes } of documents) {
    const found = await opened(bytes).catch(() => null);
    const stated = found?.kind === "key" ? found.statement.predicate : null;
    if (!stated || found.envelope.signatures[0]?.keyid !== stated.keyid || found.statement.subject[0]?.digest?.sha256 !== stated.keyid) continue;
    if ((await signatureOf(found, null)).state === "passed") links.push(stated);
  }
  const stolen = links.filter((link) => link.reason === "compromised").map((link) => link.keyid);
  const reached = [keyid];
  for (const one of reached) {
    for (const link of links.filter((link) => link.keyid === one && link.replaced_by && !stolen.includes(one))) {
      const next = await publicKey(link.replaced_by).then((key) => key.fingerprint, () => null);
      if (next && !reached.includes(next)) reached.push(next);
    }
  }
  return reached.slice(1);
}

// What a document says about this certificate or its key; it counts when it is signed by a key that may say so.
async function statusOf(name, data, certificate, given, successors) {
  const found = await opened(data);
  const { predicate, subject } = found.statement;
  const keyid = certificate.envelope.signatures[0]?.keyid;
  const signer = found.envelope.signatures[0]?.keyid;
  const doubtful = (reason) => ({ about: "doubt", name, text: say("box.status_doubtful", { name, reason }) });
  const signature = await signatureOf(found, given);
  if (signature.state !== "passed") return doubtful(signature.text);
  const fields = { name, at: predicate.at, reason: predicate.reason };
  if (found.kind === "key") {
    if (predicate.keyid !== keyid) return { about: "other", name, text: say("box.status_other", { name }) };
    if (signer !== keyid || subject.length !== 1 || subject[0].digest?.sha256 !== keyid) return doubtful(say("box.status_stranger"));
    if (predicate.reason === "compromised") return { about: "key", text: say("box.key_compromised", fields) };
    const issued = certificate.statement.predicate.issued;
    if (issued >= predicate.at) return { about: "key", text: say("box.key_retired", { ...fields, issued }) };
    return { about: "other", name, text: say("box.key_later", fields) };
  }
  if (found.kind !== "status") return doubtful(say("box.status_kind"));
  if (predicate.certificate.sha256 !== certificate.digest) return { about: "other", name, text: say("box.status_other", { name }) };
  if (subject.length !== 1 || subject[0].digest?.sha256 !== certificate.digest) return doubtful(say("box.status_subject"));
  if (signer !== keyid && signer !== given?.fingerprint && !successors.includes(signer)) return doubtful(say("box.status_stranger"));
  if (predicate.replaced_by) return { about: "certificate", text: say("box.superseded", { ...fields, number: predicate.replaced_by.number }) };
  return { about: "certificate", text: say("box.withdrawn", fields) };
}

function statusState(statuses) {
  const bad = statuses.find((s) => s.about === "certificate");
  if (bad) return { state: "failed", text: bad.text };
  const others = statuses.filter((s) => s.about === "doubt" || s.about === "other").map((s) => s.text);
  return { state: "open", text: others.length ? others.join("; ") : say("box.status_none") };
}

// All states of a certificate. ``reader``: what the reader gave; ``page``: the page around the certificate, or null.
async function examined(certificate, reader, { evidence, page }) {
  const states = {};
  const guarded = async (name, make) => {
    try {
      states[name] = await make();
    } catch (error) {
      states[name] = { state: "open", text: error.message };
    }
  };
  const given = await givenKey(reader.key).catch((error) => ({ fault: error.message }));
  const usable = given && !given.fault ? given : null;
  await guarded("signature", () => signatureOf(certificate, usable));
  const statuses = [];
  const successors = await successorsOf(reader.documents, certificate.envelope.signatures[0]?.keyid);
  for (const { name, bytes } of reader.documents) {
    statuses.push(await statusOf(name, bytes, certificate, usable, successors).catch((error) => ({ about: "doubt", name, text: say("box.status_doubtful", { name, reason: error.message }) })));
  }
  states.key = keyState(certificate, given, states.signature ?? {}, statuses);
  states.status = statusState(statuses);
  await guarded("recomputed", () => recomputed(certificate, evidence));
  const issued = certificate.statement.predicate.issued;
  states.time = { state: "open", text: reader.stamps.length ? say("box.time_given", { name: reader.stamps.join(", ") }) : say("box.time", { issued }) };
  const { number, procedure_id, laboratory, customer, systems } = certificate.statement.predicate;
  const names = [number, procedure_id, laboratory.name, laboratory.authorised_by, customer, ...systems.map((s) => s.name)];
  const posing = names.filter(Boolean).find((name) => disguise(name));
  if (posing) states.names = { state: "failed", text: say("box.names", { name: visible(posing), reason: disguise(posing) }) };
  const shown = page ? [...(await makingOf(page, certificate)), ...differencesOf(page, certificate)] : [];
  return { states, shown };
}
