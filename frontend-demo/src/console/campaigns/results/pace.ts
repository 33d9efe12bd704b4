/** How long a budget lasts at the pace at which it was used so far. */

export interface Pace {
  whole: string;
  used: string;
  left: string;
  since: string;
  asOf: string;
  endsAt: string | null;
}

const DAY = 86_400_000;
const FEWEST_DAYS = 1;

/** The day on which it is used up; "end" where the campaign is over before; null where nothing can be said yet. */
export function lastsUntil({ used, whole, since, asOf, endsAt }: Pace): Date | "end" | "gone" | null {
  const left = Number(whole) - Number(used);
  if (left <= 0) return "gone";
  const elapsed = (Date.parse(asOf) - Date.parse(since)) / DAY;
  if (Number(used) <= 0 || elapsed < FEWEST_DAYS) return null;
  const until = new Date(Date.parse(asOf) + (left / (Number(used) / elapsed)) * DAY);
  return endsAt !== null && until >= new Date(endsAt) ? "end" : until;
}
