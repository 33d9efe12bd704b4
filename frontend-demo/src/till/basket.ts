/** A basket: lines with exact quantities and prices, what is taken off, and what has to be paid. */

import { equal, greater, isNegative, negated, product, sum } from "../shared/exact";

export interface Line {
  /** Its number on the receipt; it never changes, so that what is taken off finds it. */
  number: number;
  sku: string;
  name: string;
  quantity: string;
  /** Of one piece, kilogram or litre; empty until somebody types it. */
  price: string;
}

/** Money off lines, by their numbers. */
export interface Off {
  number: number;
  amount: string;
}

export interface LineInput {
  number: number;
  sku: string;
  quantity: string;
  amount: string;
  discount: string;
}

export interface Article {
  sku: string;
  name: string;
}

const QUANTITY = /^\d{1,9}(\.\d{1,4})?$/;
const PRICE = /^\d{1,9}(\.\d{1,4})?$/;

/** Digits as people type them, with a comma or a point. */
export const typed = (text: string): string => text.trim().replace(",", ".");

export const isQuantity = (text: string): boolean => QUANTITY.test(text) && /[1-9]/.test(text);
export const isPrice = (text: string): boolean => PRICE.test(text);

/** How many digits a currency has after the point. */
export const digitsOf = (currency: string): number =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** One more of an article: scanned twice, it is one line with two of it. */
export function withArticle(lines: readonly Line[], article: Article, price: string): Line[] {
  const there = lines.findLast(({ sku }) => sku === article.sku);
  if (there) return withChange(lines, there.number, { quantity: sum([there.quantity, "1"]) });
  const number = Math.max(0, ...lines.map((line) => line.number)) + 1;
  return [...lines, { number, ...article, quantity: "1", price }];
}

export const withChange = (lines: readonly Line[], number: number, change: Partial<Pick<Line, "quantity" | "price">>): Line[] =>
  lines.map((line) => (line.number === number ? { ...line, ...change } : line));

export const without = (lines: readonly Line[], number: number): Line[] => lines.filter((line) => line.number !== number);

export const isWhole = (line: Line): boolean => isQuantity(line.quantity) && isPrice(line.price);

/** What a line comes to before anything is taken off. */
export const amountOf = (line: Line, digits: number): string =>
  isWhole(line) ? product(line.quantity, line.price, digits) : "0";

export const totalOf = (lines: readonly Line[], digits: number): string =>
  sum(["0", ...lines.map((line) => amountOf(line, digits))]);

/** The lines as a purchase names them: what is paid for each, and what was taken off it. */
export function linesOf(lines: readonly Line[], offs: readonly Off[], digits: number): LineInput[] {
  return lines.filter(isWhole).map((line) => {
    const whole = amountOf(line, digits);
    const off = least(sum(["0", ...offs.filter(({ number }) => number === line.number).map(({ amount }) => amount)]), whole);
    return { number: line.number, sku: line.sku, quantity: line.quantity, amount: sum([whole, negated(off)]), discount: off };
  });
}

export const toPay = (inputs: readonly LineInput[]): string => sum(["0", ...inputs.map(({ amount }) => amount)]);

/** What is left after points have paid their part, never less than nothing. */
export function rest(whole: string, byPoints: string): string {
  const left = sum([whole, negated(byPoints)]);
  return isNegative(left) ? sum([whole, negated(whole)]) : left;
}

export const same = (one: readonly LineInput[], other: readonly LineInput[]): boolean =>
  one.length === other.length &&
  one.every((line, place) => {
    const twin = other[place];
    return twin !== undefined && line.sku === twin.sku && equal(line.amount, twin.amount) && equal(line.quantity, twin.quantity);
  });

const least = (one: string, other: string): string => (greater(one, other) ? other : one);
