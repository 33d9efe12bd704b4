/** The terms of a contract in the order people read them, and what is written into a form. */

import type { Contract } from "./documents";

export const GROUPS = {
  points: ["issues", "redeems", "price", "bands", "priceRedeem", "shareAtIssuance"],
  fees: ["feePerPoint", "feeShare", "feeFixed", "feeMinimum"],
  breakage: ["breakageIssuer", "breakageRedeemers", "breakageCharity"],
  tax: ["taxRule", "taxSupply", "taxCredit", "selfBilling"],
  billing: ["billing", "packPoints", "packAlert", "packLimit", "creditLimit", "valueDays"],
  returns: ["returnPolicy", "returnDays", "disputeDays", "disputedLines"],
  reach: ["exclusiveCategories", "territories", "noticeDays", "tailDays"],
} as const;

export type Group = keyof typeof GROUPS;
export type Term = (typeof GROUPS)[Group][number];

export const groups = Object.keys(GROUPS) as Group[];

export const SHARES: ReadonlySet<Term> = new Set<Term>([
  "shareAtIssuance",
  "feeShare",
  "breakageIssuer",
  "breakageRedeemers",
  "breakageCharity",
  "taxSupply",
  "taxCredit",
]);
export const DAYS: ReadonlySet<Term> = new Set<Term>(["valueDays", "returnDays", "disputeDays", "noticeDays", "tailDays"]);
export const POINTS: ReadonlySet<Term> = new Set<Term>(["packPoints", "packAlert"]);
export const YES: ReadonlySet<Term> = new Set<Term>(["issues", "redeems", "selfBilling", "packLimit"]);
export const LISTS: ReadonlySet<Term> = new Set<Term>(["exclusiveCategories", "territories"]);
export const CHOICES = {
  taxRule: ["STANDARD", "REVERSE_CHARGE", "EXEMPT"],
  billing: ["POSTPAID", "PREPAID"],
  returnPolicy: ["PENDING_ONLY", "WITHIN_BALANCE", "DEBT"],
  disputedLines: ["PROVISIONAL", "LEFT_OUT"],
} as const;
export type Choice = keyof typeof CHOICES;
export const isChoice = (term: Term): term is Choice => Object.hasOwn(CHOICES, term);

/** What the contract's name for a term in a comparison is here: `share_at_issuance` is shareAtIssuance. */
export const termNamed = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Bands as they are typed: a line each, `10000 0.0095`. */
export const written = (bands: Contract["bands"]): string => bands.map(({ points, price }) => `${points} ${price}`).join("\n");

export interface Band {
  points: number;
  price: string;
}

/** Bands that were typed; null where a line is none. */
export function readBands(text: string): Band[] | null {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const bands = lines.map((line) => /^(\d{1,9})\s+(\d+(?:[.,]\d+)?)$/.exec(line));
  if (bands.some((band) => band === null)) return null;
  return bands.map((band) => ({ points: Number(band?.[1]), price: (band?.[2] ?? "0").replace(",", ".") }));
}

const decimal = (text: string) => text.replace(",", ".");
const orNothing = (text: string) => (text === "" ? null : decimal(text));
const listed = (text: string) => text.split(",").map((part) => part.trim()).filter(Boolean);

/** A form's answers as the API takes them. */
export function termsOf(form: FormData, validFrom: string, bands: readonly Band[]) {
  const text = (name: Term) => String(form.get(name) ?? "").trim();
  const number = (name: Term) => decimal(text(name) || "0");
  const whole = (name: Term) => Number.parseInt(text(name) || "0", 10);
  const ticked = (name: Term) => form.has(name);
  return {
    validFrom,
    issues: ticked("issues"),
    redeems: ticked("redeems"),
    price: number("price"),
    bands: [...bands],
    priceRedeem: number("priceRedeem"),
    shareAtIssuance: number("shareAtIssuance"),
    feePerPoint: number("feePerPoint"),
    feeShare: number("feeShare"),
    feeFixed: number("feeFixed"),
    feeMinimum: number("feeMinimum"),
    breakageIssuer: number("breakageIssuer"),
    breakageRedeemers: number("breakageRedeemers"),
    breakageCharity: number("breakageCharity"),
    taxRule: text("taxRule") as (typeof CHOICES)["taxRule"][number],
    taxSupply: number("taxSupply"),
    taxCredit: number("taxCredit"),
    selfBilling: ticked("selfBilling"),
    billing: text("billing") as (typeof CHOICES)["billing"][number],
    packPoints: orNothing(text("packPoints")),
    packAlert: orNothing(text("packAlert")),
    packLimit: ticked("packLimit"),
    creditLimit: orNothing(text("creditLimit")),
    valueDays: whole("valueDays"),
    returnPolicy: text("returnPolicy") as (typeof CHOICES)["returnPolicy"][number],
    returnDays: whole("returnDays"),
    disputeDays: whole("disputeDays"),
    disputedLines: text("disputedLines") as (typeof CHOICES)["disputedLines"][number],
    exclusiveCategories: listed(text("exclusiveCategories")),
    territories: listed(text("territories")).map((country) => country.toUpperCase()),
    noticeDays: whole("noticeDays"),
    tailDays: whole("tailDays"),
  };
}

export type Standing = "withdrawn" | "draft" | "signed" | "inForce" | "past";

/** What a version is now: of those signed, the one in force began last. */
export function standingOf(contract: Pick<Contract, "signedAt" | "withdrawnAt" | "validFrom" | "version">, all: readonly Pick<Contract, "signedAt" | "withdrawnAt" | "validFrom" | "version">[], now: string): Standing {
  if (contract.withdrawnAt) return "withdrawn";
  if (!contract.signedAt) return "draft";
  if (contract.validFrom > now) return "signed";
  const later = all.some((one) => one.signedAt && one.validFrom <= now && one.version > contract.version);
  return later ? "past" : "inForce";
}
