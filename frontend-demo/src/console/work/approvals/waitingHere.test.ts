import { describe, expect, it } from "vitest";

import type { Session } from "../../../shared/session";
import type { Agreement, Approval } from "./documents";
import { opened, subjectOf, together } from "./waitingHere";

const step = (subject: string, askedAt: string, dueAt: string | null) => ({ kind: "CONTRACT", subject, askedAt, dueAt }) as unknown as Approval;
const agreement = (subject: string, askedAt: string) => ({ kind: "REWARD", subject, askedAt }) as unknown as Agreement;
const session = (audience: string, scopes: readonly string[]) => ({ audience, scopes }) as unknown as Session;

describe("one list", () => {
  it("begins with the nearest deadline and goes on with what has waited longest", () => {
    const steps = [step("late", "2017-02-03", null), step("second", "2017-02-01", "2017-03-02"), step("first", "2017-02-02", "2017-03-01")];
    const found = together(steps, [agreement("newest", "2017-02-04"), agreement("oldest", "2017-01-01")]);
    expect(found.map(subjectOf)).toEqual(["first", "second", "oldest", "late", "newest"]);
  });

  it("asks only for what the reader's scopes open", () => {
    expect(opened(session("PARTNER", ["campaigns:publish"]))).toEqual({ steps: false, agreements: true });
    expect(opened(session("PARTNER", ["settlement:read"]))).toEqual({ steps: true, agreements: false });
    expect(opened(session("COALITION", ["campaigns:read", "partners:manage"]))).toEqual({ steps: true, agreements: false });
  });
});
