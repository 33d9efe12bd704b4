/** How near a reward is to the member: in reach, nearly, or not now, and what stands in between. */

import type { Hindrance, Reach } from "./documents";

export type Nearness = "now" | "near" | "later";

/** What only points keep away is near, however many. */
export function nearness({ now, hindrances }: Pick<Reach, "now" | "hindrances">): Nearness {
  if (now) return "now";
  return hindrances.every((hindrance) => hindrance === "POINTS") ? "near" : "later";
}

type Limits = Reach["reward"]["limits"];
type Period = NonNullable<Limits[number]["period"]>;

export type Hindering =
  | { why: "POINTS"; points: string }
  | { why: "TIER"; tiers: readonly string[] }
  | { why: "NOT_YET"; at: string }
  | { why: "LIMIT"; period: Period | "EVER" }
  | { why: "OUT_OF_STOCK" | "HOURS" };

/** What cannot be helped comes first; points, which can, come last. */
const ORDER: readonly Hindrance[] = ["OUT_OF_STOCK", "LIMIT", "TIER", "NOT_YET", "HOURS", "POINTS"];

export function hindering(reach: Reach): Hindering[] {
  return ORDER.filter((one) => reach.hindrances.includes(one)).map((one) => told(one, reach));
}

function told(hindrance: Hindrance, reach: Reach): Hindering {
  switch (hindrance) {
    case "POINTS":
      return { why: hindrance, points: reach.pointsMissing };
    case "TIER":
      return { why: hindrance, tiers: reach.tiersMissing };
    case "NOT_YET":
      return { why: hindrance, at: reach.opensAt };
    case "LIMIT":
      return { why: hindrance, period: onlyPeriod(reach.reward.limits) };
    default:
      return { why: hindrance };
  }
}

/** With several limits it is not told which of them it was, so no time is promised. */
function onlyPeriod(limits: Limits): Period | "EVER" {
  const [limit, ...others] = limits;
  return limit && others.length === 0 ? (limit.period ?? "EVER") : "EVER";
}

type Priced = Pick<Reach["reward"], "steps" | "pay">;

/** The fewest points it can be had for; of what is paid with points, whole steps of them. */
export function cheapest({ steps, pay }: Priced): bigint {
  if (pay) {
    const least = BigInt(pay.least);
    const inStepsOf = BigInt(pay.inStepsOf);
    return ((least + inStepsOf - 1n) / inStepsOf) * inStepsOf;
  }
  return steps.map((step) => BigInt(step.points)).reduce((one, other) => (other < one ? other : one));
}

/** Whether it can be had for more points as well. */
export const hasMore = ({ steps, pay }: Priced): boolean => pay !== null || new Set(steps.map((step) => step.points)).size > 1;

/** Until when the member is let in before others; null where nobody is, or it is open to all by now. */
export function earlyUntil(reach: Reach, now: string): string | null {
  const open = !reach.hindrances.includes("NOT_YET") && reach.opensAt <= now;
  const phases = reach.reward.early.filter((phase) => phase.until > now).map((phase) => phase.until);
  return open && phases.length > 0 ? (phases.sort().at(-1) ?? null) : null;
}

/** How much of what it takes is there, from 0 to 1. */
export function covered(available: string, needed: bigint): number {
  return needed === 0n ? 1 : Math.min(1, Math.max(0, Number(available) / Number(needed)));
}
