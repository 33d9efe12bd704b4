/** Who may agree to what, and decline it: the scopes that the contract names for the steps. */

import { may, type Session } from "../../../shared/session";
import { type Agreement, DECLINE, type Kind } from "./documents";

const SIGNING = ["partners:manage", "settlement:approve"];
const AGREEING: Partial<Record<Kind, readonly string[]>> = {
  CONTRACT: SIGNING,
  ACCOUNT: SIGNING,
  REMAINDER: SIGNING,
  EXCEPTION: ["reconciliation:write", "settlement:approve"],
};
const DECLINING: Partial<Record<Kind, readonly string[]>> = {
  CONTRACT: ["partners:manage"],
  ACCOUNT: SIGNING,
  EXCEPTION: ["reconciliation:write", "settlement:approve"],
};

/** A partner's own people agree to nothing but what their house proposes about its files. */
const own = (session: Session, kind: Kind) => session.audience === "COALITION" || kind === "EXCEPTION";

export const mayAgree = (session: Session, kind: Kind): boolean =>
  own(session, kind) && may(session, ...(AGREEING[kind] ?? ["settlement:approve"]));

export const mayDecline = (session: Session, kind: Kind): boolean =>
  kind in DECLINE && own(session, kind) && may(session, ...(DECLINING[kind] ?? ["settlement:prepare"]));

/** A partner agrees to pay by the scope that publishes its own of that sort. */
export const mayAgreeToPay = (session: Session, kind: Agreement["kind"]): boolean =>
  session.audience === "PARTNER" && may(session, kind === "REWARD" || kind === "COUPON" ? "rewards:write" : "campaigns:publish");

/** Declining these asks for a reason. */
export const ASKS_WHY: ReadonlySet<Kind> = new Set<Kind>(["CYCLE", "EXCEPTION"]);
