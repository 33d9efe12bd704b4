/** Where in the console a thing is to be seen; null where it has no page there. */

import { addressOf } from "../../places";
import { contractAt, firmAt, HOUSE } from "../partners/places";
import type { Found } from "./documents";

export type Kind = Found["kind"];

/** The kinds in the order in which they are told. */
export const KINDS = [
  "PARTNER",
  "CONTRACT",
  "CYCLE",
  "STATEMENT",
  "INVOICE",
  "PAYMENT",
  "BANK_ENTRY",
  "DISPUTE",
  "CAMPAIGN",
  "PURCHASE",
  "REDEMPTION",
  "MEMBER",
  "PERSON",
  "CLIENT",
] as const satisfies readonly Kind[];

const id = (found: Found) => encodeURIComponent(found.id);
const house = (found: Found) => found.partner?.slug ?? HOUSE;

export function placeOf(found: Found, coalition: boolean): string | null {
  switch (found.kind) {
    case "PARTNER":
      // A partner's people see their own firm; of the others there is no more to see than is told here.
      return coalition ? firmAt(house(found)) : null;
    case "CONTRACT":
      return contractAt(house(found), Number(found.name));
    case "CYCLE":
      return `/cycles/${encodeURIComponent(found.name)}`;
    case "STATEMENT":
    case "INVOICE":
      return found.cycle && addressOf({ cycle: found.cycle, partner: coalition ? (found.partner?.slug ?? null) : null, line: null });
    case "PAYMENT":
      return "/tasks/bank/payments";
    case "BANK_ENTRY":
      return `/tasks/bank/worklist/${id(found)}`;
    case "DISPUTE":
      return `/tasks/disputes/${id(found)}`;
    case "CAMPAIGN":
      return `/campaigns/${id(found)}`;
    case "PURCHASE":
      return `/search/purchase/${id(found)}`;
    case "PERSON":
      return firmAt(house(found), "people");
    case "CLIENT":
      return firmAt(house(found), "clients");
    case "REDEMPTION":
    case "MEMBER":
      return null;
  }
}

/** Hits by kinds, in their order. */
export const grouped = (hits: readonly Found[]): [Kind, Found[]][] =>
  KINDS.map((kind): [Kind, Found[]] => [kind, hits.filter((one) => one.kind === kind)]).filter(([, found]) => found.length > 0);

const GLOBAL_ID = /^[A-Z][A-Za-z]+_[\w-]{20,}$/;

/** Whether a text is an id as the API gives them. */
export const isGlobalId = (text: string): boolean => GLOBAL_ID.test(text);

/** What the contract calls a type that `find` tells as a kind. */
const TYPES: Readonly<Record<string, Kind>> = { SettlementPayment: "PAYMENT", BankEntry: "BANK_ENTRY" };

export function kindOfType(type: string): Kind | null {
  const kind = TYPES[type] ?? type.toUpperCase();
  return (KINDS as readonly string[]).includes(kind) ? (kind as Kind) : null;
}
