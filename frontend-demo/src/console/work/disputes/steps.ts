/** What each side of a dispute may do, by how far it has come. */

import { may, type Session } from "../../../shared/session";
import type { Dispute } from "./documents";

export type Step = "answer" | "escalate" | "decide" | "withdraw" | "evidence";

interface Standing {
  state: Dispute["state"];
  overdue: boolean;
  partner: { id: string } | null;
  otherSide: { id: string } | null;
}

export type Side = "raiser" | "other" | "coalition";

/** On which side the viewer stands; the coalition answers for the house. */
export function sideOf({ partner, otherSide }: Standing, viewer: string | null): Side {
  if (viewer === null) return "coalition";
  return partner?.id === viewer ? "raiser" : otherSide?.id === viewer ? "other" : "coalition";
}

export function possible(dispute: Standing, session: Session, viewer: string | null): readonly Step[] {
  const { state, overdue, otherSide } = dispute;
  const side = sideOf(dispute, viewer);
  if (state === "DECIDED" || state === "WITHDRAWN") return [];
  const partners = may(session, "settlement:dispute") && side !== "coalition";
  const preparer = may(session, "settlement:prepare") && side === "coalition";
  const answers = state === "RAISED" && ((partners && side === "other") || (preparer && otherSide === null));
  const escalates = (state === "ANSWERED" || (state === "RAISED" && overdue)) && ((partners && side === "raiser") || preparer);
  const steps: readonly (Step | false)[] = [
    answers && "answer",
    escalates && "escalate",
    state === "ESCALATED" && side === "coalition" && may(session, "settlement:approve") && "decide",
    (partners || preparer) && "evidence",
    partners && side === "raiser" && "withdraw",
  ];
  return steps.filter((step) => step !== false);
}

/** Whose turn it is. */
export function turnOf({ state, otherSide }: Standing): "other" | "house" | "raiser" | "coalition" | null {
  switch (state) {
    case "RAISED":
      return otherSide ? "other" : "house";
    case "ANSWERED":
      return "raiser";
    case "ESCALATED":
      return "coalition";
    default:
      return null;
  }
}
