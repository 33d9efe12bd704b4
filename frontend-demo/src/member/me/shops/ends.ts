/** When a day is over where the programme is, wherever the reader sits. */

const QUARTER_MS = 900_000;

/** Every zone's offset is a whole number of quarters of an hour, between 14 hours ahead and 12 behind. */
export function endOfDay(day: string, dayKey: (at: Date) => string): string {
  const midnight = new Date(`${day}T00:00:00Z`).getTime();
  for (let at = midnight + 10 * 4 * QUARTER_MS; ; at += QUARTER_MS) {
    if (dayKey(new Date(at)) > day) return new Date(at).toISOString();
  }
}
