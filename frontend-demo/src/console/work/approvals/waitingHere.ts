/** One list of what waits: for a second person of this house or the coalition, and for a partner that is asked to pay. */

import { may, type Session } from "../../../shared/session";
import type { Agreement, Approval } from "./documents";

export type Waits = { step: Approval; agreement: null } | { step: null; agreement: Agreement };

/** What has a deadline comes first, the nearest before; the others since when they wait. */
export function together(steps: readonly Approval[], agreements: readonly Agreement[]): Waits[] {
  const all: Waits[] = [...steps.map((step) => ({ step, agreement: null })), ...agreements.map((agreement) => ({ step: null, agreement }))];
  return all.sort((one, other) => compare(keyOf(one), keyOf(other)));
}

export const subjectOf = ({ step, agreement }: Waits): string => (step ?? agreement).subject;

export const keyOfRow = ({ step, agreement }: Waits): string => (step ?? agreement).kind + (step ?? agreement).subject;

const keyOf = ({ step, agreement }: Waits): readonly [string, string] => [step?.dueAt ?? "~", (step ?? agreement).askedAt];

const compare = (one: readonly [string, string], other: readonly [string, string]): number => {
  const [at, since] = [Number(one[0] > other[0]) - Number(one[0] < other[0]), Number(one[1] > other[1]) - Number(one[1] < other[1])];
  return at || since;
};

/** Which of the two the reader's scopes open; only partners are asked to pay for what others draft. */
export const opened = (session: Session) => ({
  steps: may(session, "settlement:read", "partners:manage", "reconciliation:write"),
  agreements: session.audience === "PARTNER" && may(session, "campaigns:read", "campaigns:publish", "rewards:write"),
});
