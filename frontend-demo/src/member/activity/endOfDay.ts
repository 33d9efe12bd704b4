/** The last instant of a day where the coalition is, summer and winter time counted. */

const DAY_MS = 86_400_000;

export function endOfDay(day: string, timeZone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`) + DAY_MS;
  const guess = midnight - offsetAt(midnight, timeZone);
  return new Date(midnight - offsetAt(guess, timeZone) - 1).toISOString();
}

/** By how much the clocks there are ahead of UTC. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(instant);
  return Date.parse(`${parts.replace(" ", "T")}Z`) - instant;
}
