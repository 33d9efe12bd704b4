/** Days of the coalition's calendar as instants. */

const parts = (at: number, timeZone: string) => {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return Date.parse(`${format.format(at).replace(" ", "T")}Z`);
};

/** The first instant of a day, `2017-03-01`, where the clocks of a time zone show it. */
export function startOf(day: string, timeZone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // The offset before and after a change of clocks differs: what was found is asked for its own.
  const guess = wanted - (parts(wanted, timeZone) - wanted);
  return new Date(wanted - (parts(guess, timeZone) - guess)).toISOString();
}
