import { expect, it } from "vitest";

import { NOBODY } from "../../shared/session";
import { historyOf, reachedAt, STATIONS, stepsOpen } from "./acts";

const preparer = { ...NOBODY, scopes: ["settlement:read", "settlement:prepare"] };
const approver = { ...NOBODY, scopes: ["settlement:read", "settlement:approve"] };
const named = (steps: readonly { name: string }[]) => steps.map(({ name }) => name);

it("who prepares a cycle is never offered its approval, and who approves nothing else", () => {
  const offered = (session: typeof preparer) => STATIONS.flatMap((state) => named(stepsOpen(state, session)));
  expect(offered(preparer)).not.toContain("approve");
  expect(offered(approver)).toEqual(["approve"]);
  expect(offered({ ...NOBODY, scopes: ["settlement:read"] })).toEqual([]);
});

it("at most one step leads on from each station", () => {
  const both = { ...NOBODY, scopes: [...preparer.scopes, ...approver.scopes] };
  for (const state of STATIONS) expect(stepsOpen(state, both).filter(({ main }) => main).length).toBeLessThanOrEqual(1);
});

type State = (typeof STATIONS)[number];
const taken = (name: string, fromState: State | null, toState: State, day: number) => ({
  step: name, note: null, fromState, toState, takenAt: `2026-02-0${day}`,
});

it("a station that a cycle was taken back from is not behind it any more", () => {
  const steps = [
    taken("OPEN", null, "OPEN", 1), taken("CUT_OFF", "OPEN", "CUT_OFF", 2), taken("COMPUTE", "CUT_OFF", "COMPUTED", 3),
    taken("PROPOSE", "COMPUTED", "PROPOSED", 4), taken("VOID", "PROPOSED", "COMPUTED", 5),
  ];
  const reached = reachedAt({ state: "COMPUTED", steps });
  expect([...reached.keys()]).toEqual(["OPEN", "CUT_OFF", "COMPUTED"]);
  expect(reached.get("COMPUTED")).toBe("2026-02-05");
});

it("what is done at a station does not move the day it was reached", () => {
  const steps = [taken("PROPOSE", "COMPUTED", "PROPOSED", 1), taken("REMIND", "PROPOSED", "PROPOSED", 9)];
  expect(reachedAt({ state: "PROPOSED", steps }).get("PROPOSED")).toBe("2026-02-01");
});

it("the same done to several at once is told once, the latest first, and steps of one instant in their order", () => {
  const steps = [
    taken("CUT_OFF", "OPEN", "CUT_OFF", 1), taken("SEAL", "CUT_OFF", "CUT_OFF", 1),
    taken("REMIND", "PROPOSED", "PROPOSED", 9), taken("REMIND", "PROPOSED", "PROPOSED", 9),
  ];
  expect(historyOf(steps).map(({ step: name, times }) => [name, times])).toEqual([["REMIND", 2], ["SEAL", 1], ["CUT_OFF", 1]]);
});
