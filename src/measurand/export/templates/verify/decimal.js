// Decimal arithmetic, digit for digit as document/rounding.py: a number is digits * 10^exponent, both exact.

const TEN = 10n;

function decimal(text) {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(String(text));
  if (!found) throw new Error(`${text} is not a number`);
  const [, sign, whole, part = "", power = "0"] = found;
  if (Math.abs(Number(power)) > 1000) throw new Error(`${text} is out of range`);
  const digits = BigInt(whole + part);
  return { digits: sign === "-" ? -digits : digits, exponent: Number(power) - part.length };
}

// The exact value of a double; decimal(String(x)) is its shortest text instead.
function exactly(x) {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const power = Number((word >> 52n) & 2047n);
  const mantissa = (word & 0xfffffffffffffn) + (power ? 1n << 52n : 0n);
  const shift = (power || 1) - 1075;
  const signed = word >> 63n ? -mantissa : mantissa;
  return shift < 0 ? { digits: signed * 5n ** BigInt(-shift), exponent: shift } : { digits: signed << BigInt(shift), exponent: 0 };
}

const magnitude = (n) => (n < 0n ? -n : n);

// Exponent of the first significant digit.
const adjusted = (d) => magnitude(d.digits).toString().length - 1 + d.exponent;

function scaled(d, exponent) {
  return d.exponent >= exponent ? d.digits * TEN ** BigInt(d.exponent - exponent) : null;
}

// Rounded to a multiple of 10^exponent: "even" half to even, "up" towards plus, "down" towards minus infinity.
function atPlace(d, exponent, rounding = "even") {
  const whole = scaled(d, exponent);
  if (whole !== null) return { digits: whole, exponent };
  const divisor = TEN ** BigInt(exponent - d.exponent);
  let low = d.digits / divisor;
  if (d.digits < 0n && low * divisor !== d.digits) low -= 1n;
  const rest = d.digits - low * divisor;
  const half = 2n * rest - divisor;
  const upwards = rounding === "even" ? half > 0n || (half === 0n && low % 2n !== 0n) : rounding === "up" && rest > 0n;
  return { digits: upwards ? low + 1n : low, exponent };
}

// Exponent of the last of so many significant digits after rounding.
function placeOf(d, digits = 2) {
  if (d.digits === 0n) throw new Error("a zero uncertainty cannot be printed");
  const exponent = adjusted(d) - digits + 1;
  return adjusted(atPlace(d, exponent)) > adjusted(d) ? exponent + 1 : exponent;
}

function plainly(d) {
  if (d.exponent >= 0) return (d.digits * TEN ** BigInt(d.exponent)).toString();
  const text = magnitude(d.digits).toString().padStart(1 - d.exponent, "0");
  const point = text.length + d.exponent;
  return `${d.digits < 0n ? "-" : ""}${text.slice(0, point)}.${text.slice(point)}`;
}

function sum(a, b, sign = 1n) {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: scaled(a, exponent) + sign * scaled(b, exponent), exponent };
}

const difference = (a, b) => sum(a, b, -1n);
const compared = (a, b) => {
  const d = difference(a, b).digits;
  return d > 0n ? 1 : d < 0n ? -1 : 0;
};

// a / b to 28 significant digits, half to even, as Python's decimal arithmetic gives it.
function quotient(a, b) {
  if (a.digits === 0n) return { digits: 0n, exponent: 0 };
  const more = Math.max(0, 30 - (magnitude(a.digits).toString().length - magnitude(b.digits).toString().length));
  const over = a.digits * TEN ** BigInt(more);
  const found = { digits: over / b.digits, exponent: a.exponent - b.exponent - more };
  const rest = over % b.digits;
  if (rest !== 0n) Object.assign(found, { digits: found.digits * TEN + (rest < 0n !== b.digits < 0n ? -1n : 1n), exponent: found.exponent - 1 });
  return atPlace(found, adjusted(found) - 27);
}

function significant(d, digits = 2) {
  return d.digits === 0n ? "0" : plainly(atPlace(d, placeOf(d, digits)));
}

// A probability as per cent, with the digits that it was given.
function percentOf(text) {
  const d = decimal(text);
  let { digits, exponent } = { digits: d.digits * 100n, exponent: d.exponent };
  while (digits !== 0n && digits % TEN === 0n) [digits, exponent] = [digits / TEN, exponent + 1];
  return `${digits === 0n ? "0" : plainly({ digits, exponent })} %`;
}

function inside(x, exponent, [low, high]) {
  const nearest = atPlace(x, exponent);
  if (low && compared(nearest, low) < 0) return atPlace(low, exponent, "up");
  if (high && compared(nearest, high) > 0) return atPlace(high, exponent, "down");
  return nearest;
}

function joined(numbers, exponent, form, unit) {
  let power = 0;
  if (exponent > 3 || exponent < -9) {
    const sizes = numbers.filter((x) => x.digits !== 0n).map(adjusted);
    power = sizes.length ? Math.max(...sizes) : exponent;
  }
  const texts = numbers.map((x) => plainly({ digits: x.digits, exponent: x.exponent - power }));
  let text = form.replace(/#/g, () => texts.shift());
  if (power) text = `(${text})e${power}`;
  return unit === "" || unit === "1" ? text : `${text} ${unit}`;
}

// The one form of a result, from its numbers.
function printed(r) {
  const [y, u, lower, upper] = [r.value, r.u, r.lower, r.upper].map(decimal);
  const bounds = [0, 1].map((i) => (r.bounds[i] == null ? null : decimal(r.bounds[i])));
  if (u.digits <= 0n || compared(lower, y) > 0 || compared(y, upper) > 0) throw new Error("the interval does not hold the value");
  const [down, up] = [difference(y, lower), difference(upper, y)];
  const half = compared(down, up) > 0 ? down : up;
  if (half.digits > 0n) {
    const exponent = placeOf(half);
    const expanded = atPlace(half, exponent);
    const best = inside(y, exponent, bounds);
    const fits = (!bounds[0] || compared(difference(best, expanded), bounds[0]) >= 0) && (!bounds[1] || compared(sum(best, expanded), bounds[1]) <= 0);
    if (compared(atPlace(down, exponent), atPlace(up, exponent)) === 0 && fits) {
      const width = difference(upper, lower);
      const k = atPlace(quotient(quotient(width, decimal("2")), u), -2);
      return `${joined([best, expanded], exponent, "# ± #", r.unit)} (k = ${plainly(k)})`;
    }
  }
  const exponent = placeOf(u);
  const numbers = [y, lower, upper].map((x) => inside(x, exponent, bounds));
  return `${joined(numbers, exponent, "# [#, #]", r.unit)} (${percentOf(r.coverage_probability)})`;
}
