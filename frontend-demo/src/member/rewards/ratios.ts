/** Exact ratios as the API writes them, such as 1/5. */

const DIGITS = 6n;

function parts(ratio: string): [bigint, bigint] {
  const [above = "0", below = "1"] = ratio.split("/");
  return [BigInt(above), BigInt(below)];
}

/** As a decimal, to six digits: 1/5 is 0.200000. */
export function decimalOf(ratio: string): string {
  const [above, below] = parts(ratio);
  const scaled = (above * 10n ** DIGITS) / below;
  const text = scaled.toString().padStart(Number(DIGITS) + 1, "0");
  return `${text.slice(0, -Number(DIGITS))}.${text.slice(-Number(DIGITS))}`;
}

/** So much of an amount of money; parts of its last digit are dropped, as the ledger drops them. */
export function shareOf(amount: string, ratio: string): string {
  const [above, below] = parts(ratio);
  const digits = amount.split(".")[1]?.length ?? 0;
  const units = ((BigInt(amount.replace(".", "")) * above) / below).toString().padStart(digits + 1, "0");
  return digits === 0 ? units : `${units.slice(0, -digits)}.${units.slice(-digits)}`;
}
