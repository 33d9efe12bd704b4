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
