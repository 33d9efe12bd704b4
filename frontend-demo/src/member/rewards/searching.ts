/** Which rewards are looked for, as the page's address has it: `?now&kind=GIFT&partner=olla&points=500&show=new`. */

import type { Kind, Reach } from "./documents";
import { cheapest } from "./reach";

export const KINDS: readonly Kind[] = [
  "DISCOUNT",
  "PRODUCT",
  "GIFT",
  "EXPERIENCE",
  "ENTERTAINMENT",
  "CHARITY",
  "EARLY_ACCESS",
  "SWEEPSTAKE",
];

const TIMES = ["new", "ending"] as const;
export type Time = (typeof TIMES)[number];

export interface Filter {
  /** Only what can be had now. */
  now: boolean;
  kind: Kind | null;
  /** A partner's short name. */
  partner: string | null;
  points: string | null;
  show: Time | null;
}

export const ALL: Filter = { now: false, kind: null, partner: null, points: null, show: null };

/** Whatever an address says that means nothing asks nothing. */
export function filterOf(search: URLSearchParams): Filter {
  const points = search.get("points");
  return {
    now: search.has("now"),
    kind: KINDS.find((kind) => kind === search.get("kind")) ?? null,
    partner: search.get("partner") || null,
    points: points && /^\d{1,12}$/.test(points) ? points : null,
    show: TIMES.find((time) => time === search.get("show")) ?? null,
  };
}

export function searchOf({ now, ...said }: Filter): URLSearchParams {
  const search = new URLSearchParams(now ? { now: "" } : {});
  for (const [name, value] of Object.entries(said)) if (value !== null) search.set(name, value);
  return search;
}

const SOON_MS = 14 * 86_400_000;

/** Began within two weeks, or ends within two. */
export function isNew({ startsAt }: Reach["reward"], now: string): boolean {
  const age = Date.parse(now) - Date.parse(startsAt);
  return age >= 0 && age < SOON_MS;
}

export function endsSoon({ endsAt }: Reach["reward"], now: string): boolean {
  return endsAt !== null && Date.parse(endsAt) - Date.parse(now) < SOON_MS;
}

export function meets(filter: Filter, reach: Reach, now: string): boolean {
  const { reward } = reach;
  return (
    (!filter.now || reach.now) &&
    (filter.kind === null || reward.kind === filter.kind) &&
    (filter.partner === null || reward.partners.some(({ slug }) => slug === filter.partner)) &&
    (filter.points === null || cheapest(reward) <= BigInt(filter.points)) &&
    (filter.show === null || (filter.show === "new" ? isNew(reward, now) : endsSoon(reward, now)))
  );
}

const ROUND = [50n, 100n, 250n, 500n, 1000n, 2500n, 5000n, 10_000n, 25_000n, 50_000n, 100_000n];

/** Round numbers of points that divide what there is; none where one would show everything or nothing. */
export function bounds(reaches: readonly Reach[]): string[] {
  const prices = reaches.map(({ reward }) => cheapest(reward));
  const divides = (bound: bigint) => prices.some((price) => price <= bound) && prices.some((price) => price > bound);
  return ROUND.filter(divides).map(String);
}
