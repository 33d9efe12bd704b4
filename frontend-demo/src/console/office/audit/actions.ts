/** What the trail tells of, in the order of the contract. */

import type { Action } from "./documents";

export const ACTIONS = [
  "PERSON_INVITED",
  "PERSON_INVITED_AGAIN",
  "ROLES_CHANGED",
  "PERSON_LET_GO",
  "SIGN_IN_LINK_MADE",
  "CREDENTIAL_ADDED",
  "CREDENTIAL_REMOVED",
  "PASSKEY_SUSPECTED",
  "CLIENT_CREATED",
  "CLIENT_CHANGED",
  "CLIENT_ROTATED",
  "CLIENT_REVOKED",
  "CEILING_SET",
  "TEST_MEMBERS_MADE",
  "GRANT_GIVEN",
  "GRANT_REVOKED",
  "CONSENT_GIVEN",
  "CONSENT_REVOKED",
  "SIGNING_KEY_ROTATED",
  "WEBHOOK_CREATED",
  "WEBHOOK_CHANGED",
  "WEBHOOK_REMOVED",
  "CONTRACT_DRAWN_UP",
  "CONTRACT_CHANGED",
  "CONTRACT_SIGNED",
  "CONTRACT_WITHDRAWN",
  "CYCLE_STEP_TAKEN",
  "SETTINGS_CHANGED",
  "PARTNER_CHANGED",
  "COMPANY_CHANGED",
  "DECISION_PREPARED",
  "DECISION_TAKEN",
] as const satisfies readonly Action[];

/** A new action of the contract is a type error here until it has its place. */
export type Untold = Exclude<Action, (typeof ACTIONS)[number]>;
export const nothingUntold: Untold extends never ? true : never = true;
