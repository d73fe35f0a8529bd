// Signed documents: the payload is decoded once, what is verified and what is read are the same bytes.

const PAYLOAD_TYPE = "application/vnd.in-toto+json";
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const KINDS = { certificate: "https://measurand.dev/certificate/v1", status: "https://measurand.dev/status/v1", key: "https://measurand.dev/key/v1" };
const LARGEST = 64 * 1024 * 1024;
const P256 = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
const ED25519 = "302a300506032b6570032100";
const encoder = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

const cryptography = () => {
  if (!globalThis.crypto?.subtle) throw new Error(say("box.no_cryptography"));
  return crypto.subtle;
};

const sha256 = async (bytes) => hex(new Uint8Array(await cryptography().digest("SHA-256", bytes)));

function unbase64(text) {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Error(say("box.base64"));
  const found = atob(text);
  if (btoa(found) !== text) throw new Error(say("box.base64"));
  return Uint8Array.from(found, (c) => c.charCodeAt(0));
}

// Canonical JSON (RFC 8785) of documents of this project: strings, whole numbers, true and false.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object")
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  return JSON.stringify(value);
}

// A document of strict JSON: written canonically, so that it has one reading only (no key twice, no number beyond 2^53).
function strictly(text, what) {
  const found = JSON.parse(text);
  if (canonical(found) !== text) throw new Error(say("box.other_writing", { what }));
  return found;
}

const only = (value, names) => value !== null && typeof value === "object" && Object.keys(value).every((name) => names.includes(name));

// Times have this one form, so that they are compared as text.
const TIME = /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$/;
const TIMES = ["measured", "issued", "sealed", "at", "since"];

async function opened(bytes) {
  if (bytes.length > LARGEST) throw new Error(say("box.too_large"));
  const decoder = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const envelope = strictly(decoder().decode(bytes), say("box.envelope"));
  const signatures = Array.isArray(envelope.signatures) ? envelope.signatures : [null];
  if (!only(envelope, ["payload", "payloadType", "signatures"]) || !signatures.every((one) => only(one, ["keyid", "sig", "key"]))) throw new Error(say("box.envelope_fields"));
  const payload = unbase64(envelope.payload);
  const statement = strictly(decoder().decode(payload), say("box.statement"));
  const kind = Object.keys(KINDS).find((name) => KINDS[name] === statement.predicateType);
  if (envelope.payloadType !== PAYLOAD_TYPE || statement._type !== STATEMENT_TYPE || !kind) throw new Error(say("box.other_kind", { kind: shortened(visible(statement.predicateType), 80) }));
  if (!Array.isArray(envelope.signatures) || !Array.isArray(statement.subject) || !statement.predicate) throw new Error(say("box.incomplete"));
  for (const name of TIMES) if (name in statement.predicate && !(typeof statement.predicate[name] === "string" && TIME.test(statement.predicate[name]))) throw new Error(say("box.time_form", { name, stated: shortened(visible(statement.predicate[name]), 40) }));
  return { bytes, envelope, payload, statement, kind, digest: await sha256(bytes) };
}

// A public key of PEM text with its fingerprint. The algorithm is the key's: nothing in the signed file chooses it.
async function publicKey(pem) {
  const found = /^-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s+-----END PUBLIC KEY-----\s*$/.exec(pem.trim());
  if (!found) throw new Error(say("box.no_key"));
  const der = unbase64(found[1].replace(/\s/g, ""));
  const text = hex(der);
  const algorithm = text.startsWith(P256) && der.length === 91 ? "P-256" : text.startsWith(ED25519) && der.length === 44 ? "Ed25519" : "";
  if (!algorithm) throw new Error(say("box.other_key"));
  return { der, algorithm, fingerprint: await sha256(der) };
}

// r and s of an ECDSA signature in DER, side by side as WebCrypto takes them.
function rawSignature(der) {
  const whole = (at) => {
    const size = der[at + 1];
    const digits = der.slice(at + 2, at + 2 + size);
    if (der[at] !== 2 || !size || size > 33 || digits.length !== size || digits[0] > 127) throw new Error("DER");
    if (size > 1 && digits[0] === 0 && digits[1] < 128) throw new Error("DER");
    const short = digits[0] === 0 ? digits.slice(1) : digits;
    if (short.length > 32) throw new Error("DER");
    const padded = new Uint8Array(32);
    padded.set(short, 32 - short.length);
    return [padded, at + 2 + size];
  };
  if (der[0] !== 48 || der[1] !== der.length - 2) throw new Error("DER");
  const [r, next] = whole(2);
  const [s, end] = whole(next);
  if (end !== der.length) throw new Error("DER");
  return Uint8Array.from([...r, ...s]);
}

function preAuthentication(type, payload) {
  const head = encoder.encode(`DSSEv1 ${encoder.encode(type).length} ${type} ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

// true, false, or null where this browser has not the algorithm.
async function signedBy(found, key) {
  const message = preAuthentication(PAYLOAD_TYPE, found.payload);
  const subtle = cryptography();
  let signature;
  try {
    signature = unbase64(found.envelope.signatures[0].sig);
    if (key.algorithm === "P-256") signature = rawSignature(signature);
  } catch {
    return false;
  }
  const [named, how] = key.algorithm === "P-256" ? [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }] : [{ name: "Ed25519" }, { name: "Ed25519" }];
  let imported;
  try {
    imported = await subtle.importKey("spki", key.der, named, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") return null;
    return false;
  }
  return subtle.verify(how, imported, signature, message);
}

// The signature of a document: by the key that was given, else by the one that it carries.
async function signatureOf(found, given) {
  const [one, ...others] = found.envelope.signatures;
  if (!one || others.length) return { state: "failed", text: say("box.signatures", { count: found.envelope.signatures.length }) };
  let key = given && given.der ? given : null;
  if (key && key.fingerprint !== one.keyid) key = null;
  if (one.key) {
    try {
      const carried = await publicKey(one.key);
      if (carried.fingerprint !== one.keyid) return { state: "failed", text: say("box.keyid") };
      key = key || carried;
    } catch (error) {
      return { state: "failed", text: error.message };
    }
  }
  if (!key) return { state: "open", text: say("box.signature_no_key", { keyid: grouped(one.keyid) }) };
  const valid = await signedBy(found, key);
  if (valid === null) return { state: "open", text: say("box.signature_no_algorithm", { algorithm: key.algorithm }) };
  return valid ? { state: "passed", text: say("box.signature_valid") } : { state: "failed", text: say("box.signature_invalid") };
}

// A fingerprint in groups of four.
const grouped = (text) => String(text).replace(/(.{4})(?=.)/g, "$1 ");
