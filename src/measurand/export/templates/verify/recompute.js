// What follows from the certificate alone: digests of what it holds, printed texts from their numbers, verdicts from rules.

const PRECEDENCE = ["invalid", "non-conforming", "inconclusive", "conforming"];

// The files of the record that the statement itself holds.
function filesInside(predicate) {
  const verdict = PRECEDENCE.find((word) => predicate.decisions.some((d) => d.verdict === word));
  const files = {
    "procedure.toml": predicate.procedure_text,
    "results.json": canonical({ schema: "measurand/results/1", results: predicate.results, correlation: predicate.correlation ?? [], validity: predicate.conditions ?? [], remarks: predicate.remarks ?? [], ...(predicate.judge ? { judge: predicate.judge } : {}) }),
    "decisions.json": canonical({ schema: "measurand/decisions/1", decisions: predicate.decisions, ...(verdict ? { verdict } : {}) }),
  };
  if (predicate.procedure) files["procedure.json"] = canonical(predicate.procedure);
  if (predicate.evidence) files["evidence.json"] = canonical(predicate.evidence);
  if (predicate.seal) files["seal.json"] = predicate.seal.envelope;
  return files;
}

async function unzipped(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const parts = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    if ((size += value.length) > 8 * LARGEST) throw new Error(say("box.too_large"));
    parts.push(value);
  }
}

// The verdict that the rule gives, with the signed probability of conformity where it goes by risk.
function verdictOf(d, r) {
  if (d.verdict === "invalid") return "invalid";
  const { rule, requirement } = d;
  const value = real(r.value);
  const low = requirement.lower_limit == null ? -Infinity : real(requirement.lower_limit);
  const high = requirement.upper_limit == null ? Infinity : real(requirement.upper_limit);
  const band = (rule.guard_band_text ?? "").trim();
  let guard = null;
  if (rule.kind === "simple") guard = [0, 0];
  else if (band.endsWith("U")) {
    const factor = real(band.slice(0, -1).trim() || "1");
    guard = [factor * (value - real(r.lower)), factor * (real(r.upper) - value)];
  } else if (rule.guard_band != null) guard = [real(rule.guard_band), real(rule.guard_band)];
  if (guard) {
    const inner = low + guard[0] <= value && value <= high - guard[1];
    const outer = low - guard[0] <= value && value <= high + guard[1];
    if (rule.kind === "guarded_rejection" ? outer : inner) return "conforming";
    return rule.kind === "guarded" && outer ? "inconclusive" : "non-conforming";
  }
  const p = real(d.p_conformity);
  const rejected = 1 - p >= 1 - real(rule.max_false_reject_risk);
  const accepted = rule.kind === "guarded_rejection" ? !rejected : p >= 1 - real(rule.max_false_accept_risk);
  if (accepted) return "conforming";
  return rule.kind === "guarded" && !rejected ? "inconclusive" : "non-conforming";
}

// What a computation gives, or why there is nothing: numbers that are none give no result.
function attempted(compute) {
  try {
    return compute();
  } catch (error) {
    return error.message;
  }
}

const NUMBERS = ["value", "u", "df", "lower", "upper", "coverage_probability", "null_value", "U", "k", "floor", "coefficient", "contribution", "variance", "share", "p_conformity", "acceptance_lower", "acceptance_upper"];
const PROBABILITIES = ["coverage_probability", "p_conformity"];

// Fields of results, their budgets and decisions that do not hold the one writing of a number.
function strangeNumbers(predicate) {
  const rows = [...predicate.results.flatMap((r) => [[r.measurand, r], ...(r.budget ?? []).map((c) => [`${r.measurand}, ${c.component}`, c])]), ...predicate.decisions.map((d) => [d.requirement.id, d])];
  const strange = (field, text) => {
    const x = attempted(() => real(text));
    return typeof x !== "number" || (PROBABILITIES.includes(field) && !(x >= 0 && x <= 1));
  };
  return rows.flatMap(([name, row]) => NUMBERS.filter((field) => row[field] != null && strange(field, row[field])).map((field) => say("box.number", { name, field, stated: row[field] })));
}

async function recomputed(found, evidence) {
  const { predicate, subject } = found.statement;
  const faults = [];
  const files = filesInside(predicate);
  const stated = Object.fromEntries(subject.map((s) => [s.name, s.digest?.sha256]));
  let digests = 0;
  const compare = async (name, bytes) => {
    if (!(name in stated)) return;
    digests += 1;
    if ((await sha256(bytes)) !== stated[name]) faults.push(say("box.digest", { name }));
  };
  for (const [name, text] of Object.entries(files)) await compare(name, encoder.encode(text));
  if ((await sha256(encoder.encode(predicate.procedure_text))) !== predicate.procedure_sha256) faults.push(say("box.digest", { name: "procedure_sha256" }));
  if (evidence !== null) {
    try {
      await compare("evidence.parquet", await unzipped(unbase64(evidence)));
    } catch (error) {
      faults.push(say("box.evidence", { reason: error.message }));
    }
  }
  faults.push(...strangeNumbers(predicate));
  for (const r of predicate.results) {
    const text = attempted(() => printed(r));
    if (text !== r.text) faults.push(say("box.text", { name: r.measurand, stated: r.text, found: text }));
  }
  for (const d of predicate.decisions) {
    const r = predicate.results.find((x) => x.measurand === d.measurand && x.system === d.system && (x.level ?? "") === (d.level ?? ""));
    const word = r ? attempted(() => verdictOf(d, r)) : "";
    if (word !== d.verdict) faults.push(say("box.verdict", { name: d.requirement.id, stated: d.verdict, found: word || say("page.none") }));
  }
  if (faults.length) return { state: "failed", text: visible(faults.join("; ")) };
  return { state: "partly", text: say("box.recomputed", { digests, texts: predicate.results.length, verdicts: predicate.decisions.length }) };
}
