import { expect, it } from "vitest";

import type { Session } from "../../../shared/session";
import { possible, turnOf } from "./steps";

const session = (audience: Session["audience"], ...scopes: string[]): Session => ({ audience, name: "", scopes, pageToken: "" });
const finance = session("PARTNER", "settlement:read", "settlement:dispute");
const preparer = session("COALITION", "settlement:read", "settlement:prepare");
const approver = session("COALITION", "settlement:read", "settlement:approve");
const auditor = session("COALITION", "settlement:read", "audit:read");
const dispute = { state: "RAISED", overdue: false, partner: { id: "maker" }, otherSide: { id: "shop" } } as const;

it("lets the other side answer, and the raiser only withdraw or add evidence until then", () => {
  expect(possible(dispute, finance, "shop")).toEqual(["answer", "evidence"]);
  expect(possible(dispute, finance, "maker")).toEqual(["evidence", "withdraw"]);
});

it("lets the coalition's preparer answer for the house alone", () => {
  expect(possible({ ...dispute, otherSide: null }, preparer, null)).toContain("answer");
  expect(possible(dispute, preparer, null)).not.toContain("answer");
});

it("lets nobody escalate while there is time to answer", () => {
  expect(possible(dispute, finance, "maker")).not.toContain("escalate");
  expect(possible({ ...dispute, overdue: true }, finance, "maker")).toContain("escalate");
  expect(possible({ ...dispute, state: "ANSWERED" }, finance, "maker")).toContain("escalate");
});

it("lets an approver decide, and once only", () => {
  expect(possible({ ...dispute, state: "ESCALATED" }, approver, null)).toEqual(["decide"]);
  expect(possible({ ...dispute, state: "DECIDED" }, approver, null)).toEqual([]);
});

it("lets an auditor do nothing at any stage", () => {
  for (const state of ["RAISED", "ANSWERED", "ESCALATED", "DECIDED", "WITHDRAWN"] as const) {
    expect(possible({ ...dispute, state }, auditor, null)).toEqual([]);
  }
});

it("knows whose turn it is", () => {
  expect([dispute, { ...dispute, otherSide: null }, { ...dispute, state: "ANSWERED" as const }, { ...dispute, state: "DECIDED" as const }].map(turnOf)).toEqual(["other", "house", "raiser", null]);
});
