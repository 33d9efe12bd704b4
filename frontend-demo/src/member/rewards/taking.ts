/** What members can redeem for themselves, and how much of it. */

import type { Reach, Reward, Step } from "./documents";

/** Whether somebody at a till has to take it off or hand it over: money off, articles, and things on the spot. */
export function isAtTill(reward: Pick<Reward, "pay" | "fulfilment">, step: Step | null): boolean {
  if (reward.pay !== null || !step) return true;
  const { coupon, tickets, gift, thing } = step.worth;
  if (coupon !== null || tickets !== null || gift !== null) return false;
  return thing === null || reward.fulfilment === "AT_THE_TILL";
}

const MOST_PIECES = 100;

/** How many pieces can be had at once: by the points, by the limits, and by what is left. */
export function mostPieces(step: Step, available: string, reach: Pick<Reach, "left" | "limitLeft">): number {
  const price = BigInt(step.points);
  const affordable = price === 0n ? MOST_PIECES : Number(BigInt(available) / price);
  return Math.max(0, Math.min(MOST_PIECES, affordable, reach.left ?? MOST_PIECES, reach.limitLeft ?? MOST_PIECES));
}

export const costs = (step: Step, pieces: number): bigint => BigInt(step.points) * BigInt(pieces);

/** The step that is meant before anything is chosen: the dearest within reach, or else the cheapest. */
export function usualStep(steps: readonly Step[], available: string): number {
  const order = steps.map((step, place) => ({ place, points: BigInt(step.points) }));
  const inReach = order.filter(({ points }) => points <= BigInt(available));
  const dearest = inReach.sort((one, other) => Number(other.points - one.points))[0];
  return (dearest ?? order.sort((one, other) => Number(one.points - other.points))[0])?.place ?? 0;
}
