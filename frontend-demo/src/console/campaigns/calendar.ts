/** Campaigns as bars over a stretch of days: by owner, in as many lanes as overlap. */

import type { Gathered } from "./gathered";
import type { Who } from "./documents";

export interface Bar {
  campaign: Gathered;
  /** Where it begins and ends within the stretch, from 0 to 1. */
  from: number;
  until: number;
  /** It goes on beyond the stretch. */
  before: boolean;
  after: boolean;
  lane: number;
}
export interface OwnersBars {
  owner: Who;
  lanes: number;
  bars: Bar[];
}

export function bars(campaigns: readonly Gathered[], starts: string, ends: string): OwnersBars[] {
  const from = Date.parse(starts);
  const span = Date.parse(ends) - from;
  const owners = new Map<string, OwnersBars>();
  const ordered = campaigns.toSorted((one, other) => Date.parse(one.latest.startsAt) - Date.parse(other.latest.startsAt));
  for (const campaign of ordered) {
    const { owner, startsAt, endsAt } = campaign.latest;
    const bar = { from: (Date.parse(startsAt) - from) / span, until: endsAt === null ? Infinity : (Date.parse(endsAt) - from) / span };
    if (bar.until <= 0 || bar.from >= 1) continue;
    const row = owners.get(owner.id) ?? { owner, lanes: 0, bars: [] };
    owners.set(owner.id, row);
    const lane = freeLane(row, Math.max(0, bar.from));
    row.lanes = Math.max(row.lanes, lane + 1);
    row.bars.push({
      campaign, lane, from: Math.max(0, bar.from), until: Math.min(1, bar.until), before: bar.from < 0, after: bar.until > 1,
    });
  }
  return [...owners.values()].toSorted((one, other) => one.owner.name.localeCompare(other.owner.name));
}

/** The first lane in which nothing reaches so far. */
function freeLane({ bars: taken }: OwnersBars, from: number): number {
  for (let lane = 0; ; lane += 1) if (taken.every((bar) => bar.lane !== lane || bar.until <= from)) return lane;
}

/** The first days of the months within a stretch, as days. */
export function monthsIn(first: string, last: string): string[] {
  const months: string[] = [];
  const at = new Date(`${first.slice(0, 7)}-01T00:00:00Z`);
  for (; at.toISOString().slice(0, 10) <= last; at.setUTCMonth(at.getUTCMonth() + 1)) {
    const day = at.toISOString().slice(0, 10);
    if (day >= first) months.push(day);
  }
  return months;
}
