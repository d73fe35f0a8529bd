// Texts as export/plain.py writes them, from signed numbers (decimal strings).

const MINUS = "\u2212";
const real = (text) => {
  if (text === "infinite") return Infinity;
  const x = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(x)) throw new Error(`${text} is not a number`);
  return x;
};
// The decimal string of a double, as document/number.py writes it.
const numberOf = (x) => {
  const size = Math.abs(x);
  if (x === 0 || (size >= 1e-4 && size < 1e16)) return x === 0 ? "0" : String(x);
  return x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
};
const minus = (text) => text.replace(/-/g, MINUS);
const shortest = (x) => decimal(String(x));
const fixed = (x, places) => {
  const text = plainly(atPlace(exactly(x), -places));
  return (x < 0 || Object.is(x, -0)) && !text.startsWith("-") ? `-${text}` : text;
};

function scientific(x, places) {
  if (x === 0) return `${fixed(0, places)}e0`;
  const exact = exactly(x);
  const rounded = atPlace(exact, placeOf(exact, places + 1));
  const power = adjusted(rounded);
  return `${plainly(atPlace({ digits: rounded.digits, exponent: rounded.exponent - power }, -places))}e${power}`;
}

const decimals = (u, digits = 2) => (u ? -placeOf(shortest(u), digits) : 0);

function roundedTo(x, places) {
  const d = shortest(x);
  const nearest = atPlace(d, -places);
  if (x !== 0 && nearest.digits === 0n) return minus(Math.abs(x) < 1e-6 ? scientific(x, 0) : significant(d, 1));
  return minus(plainly(nearest));
}

const beside = (x, u) => roundedTo(real(x), decimals(real(u), 3));

function aligned(x, u) {
  const places = decimals(u, 3);
  return -6 < places && places < 7 ? roundedTo(x, places) : minus(scientific(x, 2));
}

function limit(text) {
  const x = real(text);
  if (x === 0 || !(1e-6 <= Math.abs(x) && Math.abs(x) < 1e9)) return minus(text);
  return minus(fixed(x, 12).replace(/0+$/, "").replace(/\.$/, ""));
}

function share(x) {
  if (x !== 0 && Math.abs(x) < 0.0005) return x > 0 ? "< 0.1 %" : `> ${MINUS}0.1 %`;
  return minus(`${fixed(100 * x, 1)} %`);
}

function risk(p) {
  if (p < 0.0001) return "< 0.01 %";
  if (p > 0.9999) return "> 99.99 %";
  const percentage = 100 * p;
  if (percentage > 99 || percentage < 1) return `${fixed(percentage, 2)} %`;
  return `${fixed(percentage, percentage < 10 || percentage > 90 ? 1 : 0)} %`;
}

function probability(p) {
  if (p > 0.9999) return "> 0.9999";
  if (p < 0.0001) return "< 0.0001";
  if (p > 0.995 || p < 0.005) return fixed(p, 4);
  return fixed(p, p > 0.9 || p < 0.1 ? 3 : 2);
}

function freedom(text) {
  const x = real(text);
  if (x === Infinity) return "∞";
  return fixed(x, x >= 10 || Number.isInteger(x) ? 0 : 1);
}

// Control and direction characters written out: no name can disguise itself.
const visible = (text) =>
  String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, (c) =>
    c === "\n" || c === "\t" ? c : `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);

// What makes a name look like another one, as document/naming.py finds it; empty when nothing does.
function disguise(name) {
  const code = (c) => `U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.exec(name);
  if (unseen) return say("box.unseen", { code: code(unseen[0]) });
  for (const [word] of name.matchAll(/[\p{L}\p{N}_]+/gu)) {
    const posing = [...word].find((letter) => POSING.includes(letter));
    if (posing && /\p{Script=Latin}/u.test(word)) return say("box.posing", { code: code(posing) });
  }
  return "";
}

const shortened = (text, width) => {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join("")}…`;
};

const spaced = (text) => text.replace(/\s+/g, " ").trim();

// A sentence of the catalogue with its fields.
const say = (key, fields = {}) => {
  if (!(key in SENTENCES)) throw new Error(`no sentence ${key}`);
  return SENTENCES[key].replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));
};
