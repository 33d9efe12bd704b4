import { expect, it } from "vitest";

import { NOBODY } from "../../shared/session";
import { reachedAt, STATIONS, stepsOpen } from "./acts";

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

it("a station that a cycle was taken back from is not behind it any more", () => {
  const step = (toState: (typeof STATIONS)[number], day: number) => ({ step: "", note: null, toState, takenAt: `2026-02-0${day}` });
  const taken = [step("OPEN", 1), step("CUT_OFF", 2), step("COMPUTED", 3), step("PROPOSED", 4), step("COMPUTED", 5)];
  const reached = reachedAt({ state: "COMPUTED", steps: taken });
  expect([...reached.keys()]).toEqual(["OPEN", "CUT_OFF", "COMPUTED"]);
  expect(reached.get("COMPUTED")).toBe("2026-02-05");
});
