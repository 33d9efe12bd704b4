/** Words for what sentences speak of, in the reader's language. */

import type { TFunction } from "i18next";

import type { Formats } from "../../../shared/formats";
import type { Clause } from "./clauses";
import { decimalOf, moved } from "./ratio";

export interface Speaker {
  t: TFunction<"campaigns">;
  formats: Formats;
  language: string;
  currency: string;
  /** Names of partners, outlets and segments by their ids. */
  names: ReadonlyMap<string, string>;
}

const LOCALES: Record<string, string> = { en: "en-GB" };
const MONDAY = Date.UTC(2018, 0, 1, 12);
const DAY = 86_400_000;

const localeOf = (language: string) => LOCALES[language] ?? language;

export const anyOf = ({ language }: Pick<Speaker, "language">, words: readonly string[]): string =>
  new Intl.ListFormat(localeOf(language), { type: "disjunction" }).format(words);

export const allOf = ({ language }: Pick<Speaker, "language">, words: readonly string[]): string =>
  new Intl.ListFormat(localeOf(language), { type: "conjunction" }).format(words);

export const named = (speaker: Speaker, ids: readonly string[]): string[] => ids.map((id) => speaker.names.get(id) ?? "…");

export const weekdayName = (language: string, weekday: number, form: "long" | "short" = "long"): string =>
  new Intl.DateTimeFormat(localeOf(language), { weekday: form, timeZone: "UTC" }).format(MONDAY + (weekday - 1) * DAY);

export const monthName = (language: string, month: number): string =>
  new Intl.DateTimeFormat(localeOf(language), { month: "long", timeZone: "UTC" }).format(Date.UTC(2018, month - 1, 15));

export const dayOfYear = (language: string, month: number, day: number): string =>
  new Intl.DateTimeFormat(localeOf(language), { day: "numeric", month: "long", timeZone: "UTC" }).format(Date.UTC(2018, month - 1, day));

export const hourName = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

/** An amount as it is typed, in the coalition's currency. */
export const money = ({ formats, currency }: Speaker, amount: string): string =>
  isFigure(amount) ? formats.money({ amount: amount.replace(",", "."), currency }) : amount || "…";

/** Minor units, as expressions have amounts. */
export const minorMoney = (speaker: Speaker, minor: string): string => money(speaker, majorOf(minor, speaker.currency));

export const digitsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

export const majorOf = (minor: string, currency: string): string => (isFigure(minor) ? moved(minor, -digitsOf(currency)) : minor);

/** Typed money as whole minor units; what is no money of that currency is nothing yet. */
export const minorOf = (major: string, currency: string): string => {
  const typed = major.trim().replace(",", ".");
  const [, part = ""] = typed.split(".");
  return isFigure(typed) && part.length <= digitsOf(currency) ? moved(typed, digitsOf(currency)) : "";
};

export const figure = ({ formats }: Speaker, typed: string): string => (isFigure(typed) ? formats.decimal(typed.replace(",", ".")) : typed || "…");

/** A ratio as a decimal where it ends, else as it is. */
export const rate = (speaker: Speaker, ratio: string): string => figure(speaker, decimalOf(ratio) ?? ratio);

export const percent = ({ formats }: Speaker, ratio: string): string => {
  const decimal = decimalOf(ratio);
  return decimal === null ? ratio || "…" : formats.percent(decimal);
};

/** How many, for the plural form alone. */
export const count = (typed: string): number => Number(decimalOf(typed) ?? 2);

const isFigure = (typed: string): boolean => /^\d+([.,]\d+)?$/.test(typed.trim());

/** The values of a clause, whatever kind they are of. */
export const valuesOf = (clause: Clause): string[] => {
  if ("numbers" in clause) return clause.numbers.map(String);
  if ("value" in clause) return clause.value ? [clause.value] : [];
  return "values" in clause ? clause.values : [];
};
