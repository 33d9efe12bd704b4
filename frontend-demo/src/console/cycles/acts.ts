/** Which steps stand open at a cycle, to whom, and which of them leads on. */

import { may, type Session } from "../../shared/session";
import type { StepName, WholeCycle } from "./documents";

export interface Step {
  name: StepName;
  scope: string;
  /** Leads on; the others repeat something or take it back. */
  main: boolean;
}

const step = (name: StepName, scope: string, main = true): Step => ({ name, scope, main });

const PREPARE = "settlement:prepare";
const STEPS: Record<WholeCycle["state"], readonly Step[]> = {
  OPEN: [step("cutOff", PREPARE)],
  CUT_OFF: [step("compute", PREPARE)],
  COMPUTED: [step("propose", PREPARE), step("compute", PREPARE, false)],
  PROPOSED: [step("approve", "settlement:approve"), step("void", PREPARE, false)],
  APPROVED: [step("instruct", PREPARE), step("void", PREPARE, false)],
  INSTRUCTED: [],
  SETTLED: [step("close", PREPARE)],
  CLOSED: [],
};

export const stepsOpen = (state: WholeCycle["state"], session: Session): readonly Step[] =>
  STEPS[state].filter(({ scope }) => may(session, scope));

/** The stations of every cycle, in their order. */
export const STATIONS = ["OPEN", "CUT_OFF", "COMPUTED", "PROPOSED", "APPROVED", "INSTRUCTED", "SETTLED", "CLOSED"] as const;

/** When a cycle came to each of its stations last; a station it was taken back from is not behind it any more. */
export function reachedAt(cycle: Pick<WholeCycle, "state" | "steps">): ReadonlyMap<WholeCycle["state"], string> {
  const here = STATIONS.indexOf(cycle.state);
  const reached = new Map<WholeCycle["state"], string>();
  for (const { fromState, toState, takenAt } of [...cycle.steps].sort((one, other) => one.takenAt.localeCompare(other.takenAt))) {
    if (fromState !== toState) reached.set(toState, takenAt);
  }
  return new Map([...reached].filter(([state]) => STATIONS.indexOf(state) <= here));
}

export interface Done {
  step: string;
  note: string | null;
  takenAt: string;
  /** How often it was done at that instant, such as a reminder to each partner. */
  times: number;
}

/** What was done, the latest first; the same done to several at once is one thing. */
export function historyOf(steps: WholeCycle["steps"]): Done[] {
  const done: Done[] = [];
  for (const { step: name, note, takenAt } of [...steps].reverse().sort((one, other) => other.takenAt.localeCompare(one.takenAt))) {
    const last = done.at(-1);
    if (last && last.step === name && last.note === note && last.takenAt === takenAt) last.times += 1;
    else done.push({ step: name, note, takenAt, times: 1 });
  }
  return done;
}
