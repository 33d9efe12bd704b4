/** What is worth doing now: what is true at this moment, the most pressing first, one of each kind before a second. */

import type { NextAnswer } from "../documents";
import type { Standing } from "../known";

type Reach = NextAnswer["myRewards"][number];
type Progress = NonNullable<NextAnswer["myTiers"][number]["progress"]>;

export type Thing =
  | { kind: "expiring"; points: string; at: string }
  | { kind: "reward"; reward: Reach["reward"] }
  | { kind: "nearly"; reward: Reach["reward"]; points: string }
  | { kind: "tier"; programme: string; next: string; count: string; measure: Progress["measure"] }
  | { kind: "tierSpend"; programme: string; next: string; money: { amount: string; currency: string } }
  | { kind: "catalogue" }
  | { kind: "history" }
  | { kind: "shops" };

export interface Facts {
  answer: NextAnswer;
  wallet: Standing;
  now: string;
}

export const SHOWN = 3;
const SOON_MS = 45 * 86_400_000;

/** A kind of thing more is an entry more; each finds what there is of it, the best first. */
const SOURCES: readonly ((facts: Facts) => readonly Thing[])[] = [expiring, inReach, tiers, nearly];

/** Always true, for whoever has just begun. */
const ALWAYS: readonly Thing[] = [{ kind: "catalogue" }, { kind: "shops" }, { kind: "history" }];

export function thingsToDo(facts: Facts): Thing[] {
  const found = SOURCES.map((source) => source(facts));
  const longest = Math.max(...found.map((some) => some.length));
  const inTurns = Array.from({ length: longest }, (_, place) => found.flatMap((some) => some[place] ?? [])).flat();
  return [...inTurns, ...ALWAYS].slice(0, SHOWN);
}

function expiring({ wallet, now }: Facts): Thing[] {
  const [first] = wallet.expiries;
  if (!first || new Date(first.at).getTime() - new Date(now).getTime() > SOON_MS) return [];
  return [{ kind: "expiring", ...first }];
}

function inReach({ answer }: Facts): Thing[] {
  return answer.myRewards.filter((one) => one.now).map(({ reward }) => ({ kind: "reward", reward }));
}

/** Nothing but points is in the way. */
function nearly({ answer }: Facts): Thing[] {
  return answer.myRewards
    .filter((one) => one.hindrances.every((hindrance) => hindrance === "POINTS") && one.pointsMissing !== "0")
    .map(({ reward, pointsMissing }) => ({ kind: "nearly", reward, points: pointsMissing }));
}

function tiers({ answer }: Facts): Thing[] {
  return answer.myTiers.flatMap(({ programme, progress }): Thing[] => {
    if (!progress?.next) return [];
    const about = { programme: programme.name, next: progress.next.name };
    if (progress.missingMoney) return [{ kind: "tierSpend", ...about, money: progress.missingMoney }];
    if (!progress.missingCount) return [];
    return [{ kind: "tier", ...about, count: progress.missingCount, measure: progress.measure }];
  });
}
