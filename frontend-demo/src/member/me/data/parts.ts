/** Of what the export is made: one part for each thing of one's own that the contract tells. */

import type { AnyVariables, TypedDocumentNode } from "urql";

import * as own from "./documents";

export type PartName = keyof typeof own;

/** In the order of the file. */
export const PARTS: readonly PartName[] = [
  "profile",
  "wallet",
  "activity",
  "links",
  "tiers",
  "vouchers",
  "rewards",
  "giving",
  "referral",
  "messages",
  "preferences",
  "notices",
  "reviews",
  "comments",
  "surveys",
  "trials",
  "activities",
  "products",
  "tradeIns",
  "cases",
  "claims",
  "sellers",
  "courses",
  "businesses",
];

export const documentOf = (part: PartName): TypedDocumentNode<unknown, AnyVariables> =>
  own[part] as unknown as TypedDocumentNode<unknown, AnyVariables>;

/** Fields of one's own that are in none of the parts, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  myMessagesUnread: "each message says whether it was read",
  myBusiness: "one of myBusinesses; the firm's own affairs are the firm's",
  myClaimProgrammes: "what partners offer, the same to everybody who may claim",
  myCourses: "what partners teach, the same to everybody who may learn",
  myRewards: "the catalogue, as far as it is in reach now",
  myCertificates: "rewards that are due now; those taken are among the vouchers",
};
