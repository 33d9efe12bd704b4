/** How long something waits. */

const DAY = 86_400_000;

/** Whole days from one instant, or day, to another; none where it lies ahead. */
export const ageInDays = (since: string, now: string): number =>
  Math.max(0, Math.floor((new Date(now).getTime() - new Date(since).getTime()) / DAY));
