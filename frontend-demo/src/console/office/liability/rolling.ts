/** How what was paid in for points moves on: its parts with the sign they have, and whether they add up. */

import { equal, negated, sum } from "../../../shared/exact";
import type { RollForward } from "./documents";

export const PARTS = ["opening", "billed", "recognised", "breakage", "service", "clawedBack", "currencyEffect", "closing"] as const;
export type Part = (typeof PARTS)[number];

const TAKES_AWAY: ReadonlySet<Part> = new Set(["recognised", "breakage", "service", "clawedBack"]);

/** A part as it counts towards the closing. */
export const counted = (row: RollForward, part: Part): string => (TAKES_AWAY.has(part) ? negated(row[part]) : row[part]);

const BETWEEN = PARTS.filter((part) => part !== "closing");

/** Opening and all that came and went make the closing, to the last digit. */
export const addsUp = (row: RollForward): boolean =>
  equal(sum(BETWEEN.map((part) => counted(row, part))), row.closing);

/** The partners' figures together make the coalition's, part by part. */
export const togetherMake = (rows: readonly RollForward[], total: RollForward): boolean =>
  PARTS.every((part) => equal(sum(rows.map((row) => row[part])), total[part]));

export interface Fall {
  part: Part;
  value: string;
  /** Where its bar begins and ends, as parts of the highest level. */
  from: number;
  to: number;
}

/** The steps of a waterfall: each begins where the one before it ended; opening and closing stand on the ground. */
export function waterfall(row: RollForward): Fall[] {
  let level = "0";
  const steps = PARTS.map((part) => {
    const value = counted(row, part);
    const from = part === "closing" ? "0" : level;
    level = part === "closing" ? value : sum([level, value]);
    return { part, value, from: Number(from), to: Number(level) };
  });
  const highest = Math.max(...steps.flatMap(({ from, to }) => [from, to]), Number.MIN_VALUE);
  return steps.map(({ part, value, from, to }) => ({ part, value, from: from / highest, to: to / highest }));
}

/** The cycles of some roll-forwards, newest first. */
export const cyclesOf = (rows: readonly RollForward[]): string[] => [...new Set(rows.map((row) => row.cycle))].sort().reverse();
