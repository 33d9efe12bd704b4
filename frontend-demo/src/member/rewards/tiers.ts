/** Where a member stands on the ladder of a tier programme, in exact figures. */

import type { Progress, Standing, Tier } from "./tierDocuments";

export type Rung = "had" | "here" | "next" | "above";

/** Each tier from the lowest, and how it stands to the member's. */
export function rungs(tiers: readonly Tier[], here: string | null, next: string | null): { tier: Tier; rung: Rung }[] {
  const place = tiers.findIndex((tier) => tier.name === here);
  return tiers.map((tier, at) => {
    if (at === place) return { tier, rung: "here" };
    if (at < place) return { tier, rung: "had" };
    return { tier, rung: tier.name === next ? "next" : "above" };
  });
}

export interface Way {
  /** How much there is, and of how much; in money where `currency` says so. */
  have: string;
  need: string;
  missing: string;
  currency: string | null;
  /** From 0 to 1, for a bar. */
  part: number;
}

/** The way to the next tier; null at the top, and where tiers are given by hand. */
export function wayOf(progress: Progress | null): Way | null {
  if (!progress?.next) return null;
  const { money, missingMoney, count, missingCount, next } = progress;
  if (money && missingMoney && next.money) return way(money.amount, next.money.amount, missingMoney.amount, money.currency);
  if (count !== null && missingCount !== null && next.count !== null) return way(count, next.count, missingCount, null);
  return null;
}

function way(have: string, need: string, missing: string, currency: string | null): Way {
  const whole = Number(need);
  return { have, need, missing, currency, part: whole > 0 ? Math.min(1, Math.max(0, Number(have) / whole)) : 1 };
}

/** Programmes in which the member has come far first; those of everybody before those of one partner. */
export function inOrder(standings: readonly Standing[]): Standing[] {
  const shared = (one: Standing) => Number(one.programme.owner !== null);
  return [...standings].sort((one, other) => shared(one) - shared(other));
}
