/** Sums of exact decimals, as strings in and out. */

function scaled(value: string, digits: number): bigint {
  const [, sign = "", whole = "0", part = ""] = /^([-+]?)(\d+)(?:\.(\d+))?$/.exec(value.trim()) ?? [];
  const magnitude = BigInt(whole + part.padEnd(digits, "0"));
  return sign === "-" ? -magnitude : magnitude;
}

const digitsOf = (value: string) => value.split(".")[1]?.length ?? 0;

export function sum(values: readonly string[]): string {
  const digits = Math.max(0, ...values.map(digitsOf));
  const total = values.reduce((sofar, value) => sofar + scaled(value, digits), 0n);
  const text = (total < 0n ? -total : total).toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits);
  const shown = digits ? `${whole}.${text.slice(-digits)}` : whole;
  return total < 0n ? `-${shown}` : shown;
}

export const negated = (value: string): string => sum([value.startsWith("-") ? value.slice(1) : `-${value}`]);

export const equal = (one: string, other: string): boolean => isZero(sum([one, negated(other)]));

export const isZero = (value: string): boolean => !/[1-9]/.test(value);

export const isNegative = (value: string): boolean => value.startsWith("-") && !isZero(value);

/** A product rounded half up to so many digits, as a till figures quantity times price. */
export function product(one: string, other: string, digits: number): string {
  const places = digitsOf(one) + digitsOf(other);
  const exact = scaled(one, digitsOf(one)) * scaled(other, digitsOf(other));
  return written(divided(exact * 10n ** BigInt(digits), 10n ** BigInt(places), true), digits);
}

/** So much of an amount as a part is of the whole, rounded half up. */
export function portion(amount: string, part: string, whole: string, digits: number): string {
  const places = Math.max(digitsOf(part), digitsOf(whole));
  const above = scaled(amount, digits) * scaled(part, places);
  return written(divided(above, scaled(whole, places), true), digits);
}

/** A product of which everything beyond so many digits is dropped. */
export function productDown(one: string, other: string, digits: number): string {
  const places = digitsOf(one) + digitsOf(other);
  const exact = scaled(one, digitsOf(one)) * scaled(other, digitsOf(other));
  return written(divided(exact * 10n ** BigInt(digits), 10n ** BigInt(places), false), digits);
}

export const greater = (one: string, other: string): boolean => isNegative(sum([other, negated(one)]));

function divided(above: bigint, below: bigint, half: boolean): bigint {
  const size = above < 0n ? -above : above;
  const whole = half ? (2n * size + below) / (2n * below) : size / below;
  return above < 0n ? -whole : whole;
}

function written(minor: bigint, digits: number): string {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const shown = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
  return minor < 0n ? `-${shown}` : shown;
}
