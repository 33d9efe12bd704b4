/** Exact ratios as the contract writes them, "0.7" or "7/10", and as people read and write them. */

const POWER = 12;

/** A ratio as a decimal; null where it never ends, such as 1/3. */
export function decimalOf(ratio: string): string | null {
  const [, top = "", bottom] = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(ratio.trim()) ?? [];
  if (top === "") return null;
  if (bottom === undefined) return trimmed(top);
  const [whole = "0", part = ""] = top.split(".");
  const scaled = BigInt(whole + part) * 10n ** BigInt(POWER);
  const under = BigInt(bottom) * 10n ** BigInt(part.length);
  if (under === 0n || scaled % under !== 0n) return null;
  return moved((scaled / under).toString(), -POWER);
}

/** "0.7" → "70"; null where it never ends. */
export const percentOf = (ratio: string): string | null => {
  const decimal = decimalOf(ratio);
  return decimal === null ? null : moved(decimal, 2);
};

/** "70" → "0.7"; what is no number stays as it is, for the server to refuse. */
export const ofPercent = (percent: string): string =>
  /^\d+([.,]\d+)?$/.test(percent.trim()) ? moved(percent.trim().replace(",", "."), -2) : percent;

/** A decimal with its point moved to the right by so many places, or to the left. */
export function moved(decimal: string, places: number): string {
  const [whole = "0", part = ""] = decimal.split(".");
  const digits = whole + part;
  const at = whole.length + places;
  const padded = at <= 0 ? "0".repeat(1 - at) + digits : digits.padEnd(at, "0");
  const point = at <= 0 ? 1 : at;
  return trimmed(`${padded.slice(0, point)}.${padded.slice(point)}`);
}

const trimmed = (decimal: string): string => {
  const [whole = "0", part = ""] = decimal.split(".");
  const kept = part.replace(/0+$/, "");
  const front = whole.replace(/^0+(?=\d)/, "");
  return kept ? `${front}.${kept}` : front;
};
