/** What is known of a member's wallet: as it stands, what happened, and the programme it belongs to. */

import { type Timeline, withNewest, withOlder } from "./activity/timeline";
import type { ActivityPage, MyWalletAnswer, Wallet } from "./documents";

export interface Known {
  /** Whose it is. */
  owner: string;
  cards: readonly string[];
  programme: { name: string; timeZone: string };
  /** What time it was for the coalition when it was read. */
  now: string;
  wallet: Standing;
  timeline: Timeline;
}

/** The wallet without what happened, which the timeline holds. */
export type Standing = Omit<Wallet, "activity">;

export type Heard = { answer: MyWalletAnswer } | { wallet: Wallet } | { older: ActivityPage };

export function afterHearing(before: Known | null, heard: Heard): Known | null {
  if ("answer" in heard) return answered(before, heard.answer);
  if (!before) return null;
  if ("older" in heard) return { ...before, timeline: withOlder(before.timeline, heard.older) };
  return newer(before, heard.wallet);
}

function answered(before: Known | null, { me, coalition, serverTime }: MyWalletAnswer): Known {
  const same = before?.owner === me.id ? before : null;
  const known: Known = {
    owner: me.id,
    cards: me.cards,
    programme: coalition,
    now: serverTime,
    wallet: standing(me.wallet),
    timeline: withNewest(same?.timeline ?? null, me.wallet.activity),
  };
  return same && me.wallet.version < same.wallet.version ? { ...known, wallet: same.wallet, timeline: same.timeline } : known;
}

function standing({ activity: _, ...wallet }: Wallet): Standing {
  return wallet;
}

/** Answers may overtake each other; the older one says nothing. */
function newer(before: Known, wallet: Wallet): Known {
  if (wallet.version < before.wallet.version) return before;
  return { ...before, wallet: standing(wallet), timeline: withNewest(before.timeline, wallet.activity) };
}
