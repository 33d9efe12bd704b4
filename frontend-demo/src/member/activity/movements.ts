/** What a movement of points means for the member who looks at it. */

import type { Entry, Movement } from "../documents";

const OWNED: readonly string[] = ["PENDING", "AVAILABLE", "HELD"];

/** Points came in (1), went out (−1), or only changed their place in the wallet (0). */
export function direction({ debit, credit }: Movement): -1 | 0 | 1 {
  const arrived = OWNED.includes(credit);
  const left = OWNED.includes(debit);
  if (arrived === left) return 0;
  return arrived ? 1 : -1;
}

export function signed(movement: Movement): bigint {
  return BigInt(movement.points) * BigInt(direction(movement) || 1);
}

/** How many points an entry is about, for those that change nothing in all, such as points that became available. */
export function moved(entry: Pick<Entry, "movements">): bigint {
  return entry.movements.reduce((sofar, movement) => sofar + BigInt(movement.points), 0n);
}

export const waits = (movement: Movement): boolean => movement.credit === "PENDING" && movement.availableAt !== null;

/** What differs in nothing but its lot is one movement to whoever reads it. */
export function together(movements: readonly Movement[]): Movement[] {
  const summed = new Map<string, Movement>();
  for (const movement of movements) {
    const term = direction(movement) > 0 ? movement.expiresAt : null;
    const key = [movement.kind, movement.sponsor.slug, movement.debit, movement.credit, movement.availableAt, term].join();
    const before = summed.get(key);
    const points = String(BigInt(before?.points ?? 0) + BigInt(movement.points));
    summed.set(key, { ...(before ?? movement), points });
  }
  return [...summed.values()];
}
