/** What somebody changed of their preferences: no more than that is sent. */

import type { Wanted, Ways } from "./documents";

export interface Wishes {
  ways: Ways[];
  digest: boolean;
  quietFrom: string;
  quietUntil: string;
  timeZone: string | null;
}

export const wishesOf = ({ ways, digest, quietFrom, quietUntil, timeZone }: Wanted): Wishes => ({
  ways: [...ways],
  digest,
  quietFrom,
  quietUntil,
  timeZone,
});

/** What is one's own always reaches the inbox: there is nothing to switch. */
export const switchable = (ways: Ways): boolean => ways.marketing;

export function changed(before: Wishes, wishes: Wishes) {
  const ways = wishes.ways.filter((one) => {
    const was = before.ways.find(({ topic }) => topic === one.topic);
    return was?.mail !== one.mail || was.inbox !== one.inbox;
  });
  return {
    ...(ways.length > 0 && { ways: ways.map(({ topic, inbox, mail }) => ({ topic, inbox, mail })) }),
    ...(before.digest !== wishes.digest && { digest: wishes.digest }),
    ...(before.quietFrom !== wishes.quietFrom && { quietFrom: wishes.quietFrom }),
    ...(before.quietUntil !== wishes.quietUntil && { quietUntil: wishes.quietUntil }),
    ...(before.timeZone !== wishes.timeZone && wishes.timeZone && { timeZone: wishes.timeZone }),
  };
}
