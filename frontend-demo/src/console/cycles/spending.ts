/** Who funded the points that were spent, and where: read off the lines of all statements, each line once. */

import { isNegative, isZero, negated, sum } from "../../shared/exact";
import type { Line } from "../documents";

export interface Spending {
  from: NonNullable<Line["debtor"]>;
  to: NonNullable<Line["creditor"]>;
  points: string;
}

/** Points honoured less those given back; a pair whose points all came back is left out. */
export function spendingOf(lines: readonly Line[]): Spending[] {
  const seen = new Set<string>();
  const found = new Map<string, Spending>();
  for (const line of lines) {
    const back = line.source === "UNREDEEM";
    const [from, to] = back ? [line.creditor, line.debtor] : [line.debtor, line.creditor];
    const counts = (line.kind === "REDEMPTION" && line.source === "REDEEM") || (line.kind === "REVERSAL" && back);
    if (!counts || !from || !to || line.points === null || seen.has(line.id)) continue;
    seen.add(line.id);
    const key = `${from.slug}>${to.slug}`;
    const points = sum([found.get(key)?.points ?? "0", back ? negated(line.points) : line.points]);
    found.set(key, { from, to, points });
  }
  return [...found.values()].filter(({ points }) => !isZero(points) && !isNegative(points));
}
